"""From the two words a user gives, `model` and `pretrained`, to a checkpoint: which weights, with which architecture
and which preprocessing. Nothing is loaded here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core import errors, progress
from core.encoder import torchvision_fix, weight_files

BUNDLED = "bundled"
BUNDLED_FOLDER = Path(__file__).resolve().parents[2] / "clip_db" / "models" / BUNDLED
BUNDLED_BACKBONES = ("cnn-small", "vit-small")
"""The bundled models that encode pictures only, beside `BUNDLED_FOLDER`; see `backbones`."""

CONFIG_NAME = "open_clip_config.json"
_LOCAL = "local-dir:"
_HUB = "hf-hub:"

# The order in which open_clip itself looks into a local folder, so that both of us load the same file.
_PREFERRED = (
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.safetensors",
    "open_clip_pytorch_model.bin",
    "open_clip_pytorch_model.pth",
    "model.safetensors",
    "pytorch_model.bin",
    "pytorch_model.pth",
    "model.pth",
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What to hand to open_clip, and what to call it.

    `model` and `weights` are the names for the `EncoderSpec`; `source` and `pretrained` are open_clip's own arguments;
    `file` holds the weights; `preprocess` overrides open_clip's choice (empty: as it says); `quick_gelu` is set where
    the weights were trained with that activation.
    """

    model: str
    weights: str
    source: str
    pretrained: str | None
    file: Path
    preprocess: Mapping[str, Any] = field(default_factory=dict)
    quick_gelu: bool = False


def resolve(model: str, pretrained: str | None, report: progress.Report = progress.silent) -> Checkpoint:
    """Find (and for a tag: download, by open_clip's own mechanism) the weights that the two words mean.

    `model` is "bundled", an open_clip architecture, "hf-hub:owner/name", or a folder in open_clip's local layout;
    `pretrained` is a tag, a weights file or a folder, and is needed for an architecture only.
    Raises `UnknownModelError` for a name nobody knows, `EncoderError` for weights that cannot be had.
    """
    if model == BUNDLED:
        weight_files.refuse_pretrained(model, pretrained)
        return _from_folder(BUNDLED_FOLDER, named=BUNDLED)
    if model.startswith(_HUB):
        weight_files.refuse_pretrained(model, pretrained)
        return _from_hub(model, report)
    folder = Path(model.removeprefix(_LOCAL)).expanduser()
    if model.startswith(_LOCAL) or folder.is_dir():
        weight_files.refuse_pretrained(model, pretrained)
        return _from_folder(folder)
    return _from_architecture(model, pretrained, report)


def _from_folder(folder: Path, *, named: str | None = None) -> Checkpoint:
    if not folder.is_dir():
        fix = "run `python -m core train` to make it, or name another model" if named else "check the path"
        raise errors.EncoderError(f"the model folder {folder} does not exist; {fix}")
    _read_config(folder / CONFIG_NAME)
    name = named or folder.resolve().name
    return Checkpoint(name, name, f"{_LOCAL}{folder}", None, weight_files.in_folder(folder, _PREFERRED))


def _read_config(path: Path) -> dict[str, Any]:
    """The folder's configuration, refused when it is not open_clip's or would make a library run foreign code."""
    config = weight_files.read_json(path)
    if not isinstance(config, dict) or not isinstance(config.get("model_cfg"), dict):
        raise errors.EncoderError(f"{path} has no 'model_cfg' object, so it is not an open_clip configuration")
    if _mentions(config, "trust_remote_code"):
        raise errors.EncoderError(f"{path} asks for 'trust_remote_code', which would run foreign code; it is refused")
    return config


def _mentions(value: Any, key: str) -> bool:
    if isinstance(value, dict):
        return key in value or any(_mentions(inner, key) for inner in value.values())
    return isinstance(value, list) and any(_mentions(inner, key) for inner in value)


def _from_hub(model: str, report: progress.Report) -> Checkpoint:
    torchvision_fix.apply()
    from open_clip import pretrained as library

    name = model.removeprefix(_HUB)
    report(progress.Progress(f"Fetching {name}", 0, 0, unit="files"))
    try:
        _read_config(Path(library.download_pretrained_from_hf(name, filename=CONFIG_NAME)))
        file = Path(library.download_pretrained_from_hf(name))
    except errors.EncoderError:
        raise
    except Exception as error:  # the hub's client raises a dozen unrelated types, all of them "no file"
        raise weight_files.not_fetched(model, error) from error
    return Checkpoint(model, name, model, None, file)


def _from_architecture(model: str, pretrained: str | None, report: progress.Report) -> Checkpoint:
    torchvision_fix.apply()
    import open_clip
    import timm

    name = model.replace("/", "-")
    if name not in open_clip.list_models():
        known = [BUNDLED, *BUNDLED_BACKBONES, *open_clip.list_models(), *timm.list_models()]
        raise errors.UnknownModelError(
            f"there is no model {model!r}{weight_files.near(model, known)} "
            "All names: python -c \"import core; print(*core.available_models(), sep='\\n')\""
        )
    tags = open_clip.list_pretrained_tags_by_model(name)
    if pretrained is None:
        other = f"; timm's model of this name, for pictures only, is timm:{name}" if timm.is_model(name) else ""
        raise errors.EncoderError(
            f"the model {model!r} needs 'pretrained': a weights file, a folder, or one of its tags "
            f"({', '.join(tags) or 'it has none'}){other}"
        )
    path = Path(pretrained).expanduser()
    if path.is_dir():
        if (path / CONFIG_NAME).is_file():  # the folder knows better than we do what its weights are
            return _from_folder(path)
        path = weight_files.in_folder(path, _PREFERRED)
    if path.is_file():
        return _from_file(name, path, tags)
    cfg = open_clip.get_pretrained_cfg(name, pretrained)
    if not cfg:
        raise errors.UnknownModelError(
            f"{pretrained!r} is neither a file or folder nor pretrained weights of {model}"
            f"{weight_files.near(pretrained, tags)} Its tags: {', '.join(tags) or 'none'}."
        )
    file = fetched_before(cfg.get("hf_hub", ""))
    if file is None:
        report(progress.Progress(f"Fetching {name} {pretrained}", 0, 0, unit="files"))
        try:
            file = Path(open_clip.download_pretrained(cfg))
        except Exception as error:  # as above
            raise weight_files.not_fetched(f"{model} {pretrained}", error) from error
    # The model is built from the fetched file, not from the tag: what is fingerprinted is what is loaded.
    return Checkpoint(name, pretrained, name, str(file), file, _preprocess_of(cfg), bool(cfg.get("quick_gelu")))


def fetched_before(hub: str) -> Path | None:
    """The weights in the hub's own cache on this machine, by the names under which open_clip looks for them.

    Asking the hub whether there is something newer would keep an offline start waiting for most of a minute.
    """
    from huggingface_hub import try_to_load_from_cache

    repository, _, name = hub.rpartition("/")
    name = name or "open_clip_pytorch_model.bin"
    safe = [f"{name[:-4]}.safetensors"] if name.endswith((".bin", ".pth")) else []
    for candidate in (*(_PREFERRED[:1] if name == _PREFERRED[2] else ()), *safe, name):
        found = try_to_load_from_cache(repository, candidate) if repository else None
        if isinstance(found, str):
            return Path(found)
    return None


def _from_file(name: str, file: Path, tags: Iterable[str]) -> Checkpoint:
    weight_files.check_suffix(file)
    return Checkpoint(name, file.name, name, str(file), file, _usual_preprocess(name, tags))


def _usual_preprocess(name: str, tags: Iterable[str]) -> dict[str, Any]:
    """The preprocessing on which all published weights of an architecture agree (SigLIP's, say, differs from CLIP's):
    a bare file does not say its own. Empty where they differ or there are none: open_clip's default then holds."""
    import open_clip

    published = [_preprocess_of(open_clip.get_pretrained_cfg(name, tag)) for tag in tags]
    return published[0] if published and all(cfg == published[0] for cfg in published) else {}


def _preprocess_of(cfg: Mapping[str, Any]) -> dict[str, Any]:
    return {key: cfg[key] for key in ("mean", "std", "interpolation", "resize_mode") if cfg.get(key) is not None}
