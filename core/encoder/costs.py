"""What the weights of a model cost before it can be used: how much is to be downloaded. Nothing is, to find out."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import errors

_BYTES = 4  # of a parameter: published weights are float32 but for few


@dataclass(frozen=True, slots=True)
class WeightsCost:
    """`here` is set where the weights are on this machine. `size` is bytes of the file: of the very file where it is
    here, else of the architecture's parameters as float32, which is nearly always what is published; None where only
    the hub knows. `reads_text` is False for models that encode pictures only, None where that cannot be told yet."""

    here: bool
    size: int | None
    reads_text: bool | None = True


def weights_cost(model: str, pretrained: str | None) -> WeightsCost:
    """See `core.encoder.weights_cost`."""
    from core.encoder import backbones, checkpoints

    if model.startswith("hf-hub:"):
        found = checkpoints.fetched_before(f"{model.removeprefix('hf-hub:')}/")
        return WeightsCost(found is not None, found.stat().st_size if found else None)
    reads = not backbones.takes(model)
    local = _local(model, pretrained)
    if local:
        resolved = checkpoints.resolve(model, pretrained) if reads else backbones.resolve(model, pretrained)
        return WeightsCost(True, resolved.file.stat().st_size, reads)
    found, parameters = _of_text_model(model, pretrained) if reads else _of_backbone(model, pretrained)
    if found is not None:
        return WeightsCost(True, found.stat().st_size, reads)
    return WeightsCost(False, None if parameters is None else parameters * _BYTES, reads)


def _local(model: str, pretrained: str | None) -> bool:
    """Whether the words name files of this machine."""
    from core.encoder import checkpoints

    bundled = model in (checkpoints.BUNDLED, *checkpoints.BUNDLED_BACKBONES)
    return bundled or Path(model).expanduser().is_dir() or bool(pretrained and Path(pretrained).expanduser().exists())


def _of_text_model(model: str, pretrained: str | None) -> tuple[Path | None, int | None]:
    """The weights file where it is in the hub's cache, and the number of the architecture's parameters."""
    from core.encoder import checkpoints, torchvision_fix

    torchvision_fix.apply()
    import open_clip

    name = model.replace("/", "-")
    cfg = open_clip.get_pretrained_cfg(name, pretrained) if name in open_clip.list_models() and pretrained else None
    if not cfg:
        raise errors.UnknownModelError(
            f"{model!r} needs published weights of its own, not {pretrained!r}; "
            f"there are: {', '.join(open_clip.list_pretrained_tags_by_model(name)) or 'none'}"
        )
    found = checkpoints.fetched_before(cfg.get("hf_hub", ""))
    if found is not None:
        return found, None
    return None, _parameters(
        lambda: open_clip.create_model(name, device="meta", pretrained_hf=False, pretrained_image=False)
    )


def _of_backbone(model: str, pretrained: str | None) -> tuple[Path | None, int | None]:
    from core.encoder import backbones, torchvision_fix

    torchvision_fix.apply()
    import timm

    architecture, _, tag = model.removeprefix(backbones.PREFIX).partition(".")
    known = backbones.tags(architecture)
    tag = pretrained or tag or (known[0] if known else "")
    if tag not in known:
        raise errors.UnknownModelError(
            f"timm's {architecture!r} has no published weights {tag!r}; there are: {', '.join(known) or 'none'}"
        )
    published: Any = timm.get_pretrained_cfg(f"{architecture}.{tag}")
    found = backbones.fetched_before(published.hf_hub_id)
    return found, None if found is not None else _parameters(lambda: timm.create_model(f"{architecture}.{tag}"))


def _parameters(build: Any) -> int | None:
    """Of an architecture, built without memory for its weights; None where it cannot be built without a package or a
    download."""
    import torch

    quiet = logging.getLogger()
    remarks = _NoRandomWeights()
    quiet.addFilter(remarks)
    try:
        with torch.device("meta"):
            return int(sum(parameter.numel() for parameter in build().parameters()))
    except Exception:  # the libraries raise anything here; that the size is unknown says enough
        return None
    finally:
        quiet.removeFilter(remarks)


class _NoRandomWeights(logging.Filter):
    """open_clip warns that such a model is of no use, which is known here."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "No pretrained weights loaded" not in record.getMessage()
