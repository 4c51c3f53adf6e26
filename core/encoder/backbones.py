"""From the words a user gives to the weights of a timm image model, as `checkpoints` does for open_clip's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core import errors, progress
from core.encoder import checkpoints, torchvision_fix, weight_files

PREFIX = "timm:"
CONFIG_NAME = "config.json"
_LOCAL = "local-dir:"

# The order in which timm itself looks into a local folder, and the names it asks the hub for.
_PREFERRED = (
    "model.safetensors",
    "pytorch_model.bin",
    "pytorch_model.pth",
    "model.pth",
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.safetensors",
    "open_clip_pytorch_model.bin",
    "open_clip_pytorch_model.pth",
)
_ON_THE_HUB = _PREFERRED[:2]


@dataclass(frozen=True, slots=True)
class Backbone:
    """What to hand to timm, and what to call it.

    `model` and `weights` are the names for the `EncoderSpec`; `source` is the name that timm builds from, `changes`
    what differs from timm's own configuration of it; `file` holds the weights; `model_args` shape the architecture.
    """

    model: str
    weights: str
    source: str
    file: Path
    changes: Mapping[str, Any] = field(default_factory=dict)
    model_args: Mapping[str, Any] = field(default_factory=dict)


def takes(model: str) -> bool:
    """True for the names of image-only models: the bundled ones, "timm:NAME", a folder in timm's layout, and any other
    name that timm knows and open_clip does not."""
    if model in checkpoints.BUNDLED_BACKBONES or model.startswith(PREFIX):
        return True
    folder = Path(model.removeprefix(_LOCAL)).expanduser()
    if model.startswith(_LOCAL) or folder.is_dir():
        return _is_backbone(folder)
    if model == checkpoints.BUNDLED:
        return False
    torchvision_fix.apply()
    import open_clip
    import timm

    return model not in open_clip.list_models() and timm.is_model(_architecture(model))


def resolve(model: str, pretrained: str | None, report: progress.Report = progress.silent) -> Backbone:
    """Find (and for a tag: download once, into the hub's own cache) the weights that the two words mean.

    `model` is one that `takes` accepts; "timm:NAME.TAG" is timm's own way to name both. `pretrained` is one of the
    model's tags, a weights file or a folder; None takes timm's default tag.
    Raises `UnknownModelError` for a name nobody knows, `EncoderError` for weights that cannot be had.
    """
    if model in checkpoints.BUNDLED_BACKBONES:
        weight_files.refuse_pretrained(model, pretrained)
        return _from_folder(checkpoints.BUNDLED_FOLDER.parent / model)
    folder = Path(model.removeprefix(_LOCAL)).expanduser()
    if model.startswith(_LOCAL) or folder.is_dir():
        weight_files.refuse_pretrained(model, pretrained)
        return _from_folder(folder)
    return _from_name(model.removeprefix(PREFIX), pretrained, report)


def tags(architecture: str) -> tuple[str, ...]:
    """The published weights of a timm model, its default first; empty for a name that timm does not know."""
    torchvision_fix.apply()
    import timm

    if not timm.is_model(architecture):
        return ()
    found = timm.models.get_arch_pretrained_cfgs(architecture)
    return tuple(name.removeprefix(f"{architecture}.") for name, cfg in found.items() if cfg.has_weights)


def _architecture(name: str) -> str:
    return name.partition(".")[0]


def _is_backbone(folder: Path) -> bool:
    return (folder / CONFIG_NAME).is_file() and not (folder / checkpoints.CONFIG_NAME).is_file()


def _from_folder(folder: Path) -> Backbone:
    if not folder.is_dir():
        raise errors.EncoderError(f"the model folder {folder} does not exist; check the path, or name another model")
    path = folder / CONFIG_NAME
    config = weight_files.read_json(path)
    if not isinstance(config, dict) or not isinstance(config.get("architecture"), str):
        raise errors.EncoderError(f"{path} names no 'architecture', so it is not a timm configuration")
    name = folder.resolve().name
    arguments = config.get("model_args") or {}
    return Backbone(name, name, f"{_LOCAL}{folder}", weight_files.in_folder(folder, _PREFERRED), model_args=arguments)


def _from_name(name: str, pretrained: str | None, report: progress.Report) -> Backbone:
    torchvision_fix.apply()
    import timm

    architecture, _, tag = name.partition(".")
    if not timm.is_model(architecture):
        raise errors.UnknownModelError(
            f"timm has no model {architecture!r}{weight_files.near(architecture, timm.list_models())}"
        )
    known = tags(architecture)
    if pretrained is not None:
        if tag:
            raise errors.EncoderError(
                f"the model {name!r} names its weights already, so 'pretrained' ({pretrained!r}) has no place beside it"
            )
        path = Path(pretrained).expanduser()
        if path.is_dir():
            if _is_backbone(path):  # the folder knows better than we do what its weights are
                return _from_folder(path)
            path = weight_files.in_folder(path, _PREFERRED)
        if path.is_file():
            return _from_file(architecture, path)
        tag = pretrained
    if not tag and not known:
        raise errors.EncoderError(
            f"timm publishes no weights of {architecture!r}; give 'pretrained': a weights file or a folder"
        )
    tag = tag or known[0]
    if tag not in known:
        raise errors.UnknownModelError(
            f"{tag!r} is neither a file or folder nor pretrained weights of {architecture}"
            f"{weight_files.near(tag, known)} Its tags: {', '.join(known) or 'none'}."
        )
    file = _fetched(architecture, tag, report)
    # The model is built from the fetched file, not from the tag: what is fingerprinted is what is loaded.
    return Backbone(architecture, tag, f"{architecture}.{tag}", file, {"file": str(file)})


def _fetched(architecture: str, tag: str, report: progress.Report) -> Path:
    """The weights file of a tag, from this machine's cache where it is there already."""
    import timm
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError
    from timm.models import _hub

    published: Any = timm.get_pretrained_cfg(f"{architecture}.{tag}")
    place = published.hf_hub_id
    found = fetched_before(place)
    if found is not None:
        return found
    report(progress.Progress(f"Fetching {architecture} {tag}", 0, 0, unit="files"))
    try:
        if not place:
            return Path(_hub.download_cached_file(published.url))
        try:
            return Path(hf_hub_download(place, _ON_THE_HUB[0]))
        except LocalEntryNotFoundError:  # no network, which a second name would not change
            raise
        except EntryNotFoundError:
            return Path(hf_hub_download(place, _ON_THE_HUB[1]))
    except Exception as error:  # the hub's client raises a dozen unrelated types, all of them "no file"
        what = f"{PREFIX}{architecture} {tag} (from {place or published.url})"
        raise weight_files.not_fetched(what, error) from error


def fetched_before(place: str | None) -> Path | None:
    """The weights of the hub's repository `place` in its cache on this machine: asking the hub whether there is
    something newer would keep an offline start waiting for most of a minute."""
    from huggingface_hub import try_to_load_from_cache

    for name in _ON_THE_HUB if place else ():
        found = try_to_load_from_cache(str(place), name)
        if isinstance(found, str):
            return Path(found)
    return None


def _from_file(architecture: str, file: Path) -> Backbone:
    """Weights with any number of classes, or none: the file tells how many, so that all the rest must fit exactly."""
    import timm

    weight_files.check_suffix(file)
    usual: Any = timm.get_pretrained_cfg(architecture)
    classifier = usual.classifier
    first = classifier if isinstance(classifier, str) else next(iter(classifier or ()), "")
    try:
        weight = timm.models.load_state_dict(str(file)).get(f"{first}.weight")
    except Exception as error:  # a foreign file can fail in any way; whichever, it is not usable weights
        raise weight_files.unloadable(file, architecture, error) from error
    classes = 0 if weight is None else len(weight)
    changes = {"file": str(file), "num_classes": classes, "label_offset": None}
    return Backbone(architecture, file.name, architecture, file, changes)
