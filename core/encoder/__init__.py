"""Pictures and texts to embeddings: the `Encoder` contract, and the one function that loads an implementation.

Importing this package loads neither torch nor open_clip; `load_encoder` and `available_models` do.
"""

from __future__ import annotations

from core import progress
from core.encoder.contract import Encoder, EncoderSpec

__all__ = ["Encoder", "EncoderSpec", "available_models", "available_weights", "load_encoder"]


def load_encoder(
    model: str = "bundled",
    pretrained: str | None = None,
    *,
    device: str = "auto",
    report: progress.Report = progress.silent,
) -> Encoder:
    """The encoder of that name, ready to use.

    `model`: "bundled", an open_clip architecture ("ViT-B-32"), "hf-hub:owner/name", or a folder in open_clip's local
    layout. `pretrained`: for an architecture, one of its tags ("laion2b_s34b_b79k"), a weights file or a folder of
    weights; None otherwise. `device`: "auto", "cpu", "cuda" or "mps".
    Raises `UnknownModelError` with near names, `EncoderError` where weights cannot be had or loaded, and
    `ConfigurationError` for a device this machine lacks.
    """
    from core.encoder import openclip

    return openclip.load(model, pretrained, device=device, report=report)


def available_models() -> list[str]:
    """Every name that `load_encoder` takes as `model`, the bundled one first."""
    from core.encoder import checkpoints, torchvision_fix

    torchvision_fix.apply()
    import open_clip

    return [checkpoints.BUNDLED, *open_clip.list_models()]


def available_weights(model: str) -> list[str]:
    """The tags of published weights of an open_clip architecture; empty for names that bring their own."""
    from core.encoder import torchvision_fix

    torchvision_fix.apply()
    import open_clip

    return list(open_clip.list_pretrained_tags_by_model(model.replace("/", "-")))
