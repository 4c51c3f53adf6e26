"""Pictures and texts to embeddings: the `Encoder` contract, and the one function that loads an implementation.

Importing this package loads neither torch nor open_clip nor timm; `load_encoder` and `available_models` do.
"""

from __future__ import annotations

from core import progress
from core.encoder.contract import Encoder, EncoderSpec, Frame, KnowsPlaces, KnowsScale, PlaceVectors
from core.encoder.costs import WeightsCost

__all__ = [
    "BUNDLED_NAMES",
    "Encoder",
    "EncoderSpec",
    "Frame",
    "KnowsPlaces",
    "KnowsScale",
    "PlaceVectors",
    "WeightsCost",
    "available_models",
    "available_weights",
    "load_encoder",
    "weights_cost",
]


BUNDLED_NAMES = ("bundled", "cnn-small", "vit-small")
"""Models that come with the project, where they were built into it."""


def load_encoder(
    model: str = "bundled",
    pretrained: str | None = None,
    *,
    device: str = "auto",
    report: progress.Report = progress.silent,
) -> Encoder:
    """The encoder of that name, ready to use.

    `model`: "bundled", an open_clip architecture ("ViT-B-32"), "hf-hub:owner/name", or a folder in open_clip's local
    layout; for pictures only, "cnn-small", "vit-small", any model of timm ("timm:resnet50", or "resnet50" where
    open_clip has none of that name), or a folder in timm's layout. `pretrained`: for an architecture, one of its tags
    ("laion2b_s34b_b79k"), a weights file or a folder of weights; a timm model takes its default tag for None.
    `device`: "auto", "cpu", "cuda" or "mps".
    Raises `UnknownModelError` with near names, `EncoderError` where weights cannot be had or loaded, and
    `ConfigurationError` for a device this machine lacks.
    """
    from core.encoder import backbones, openclip, timm_images

    if backbones.takes(model):
        return timm_images.load(model, pretrained, device=device, report=report)
    return openclip.load(model, pretrained, device=device, report=report)


def available_models() -> list[str]:
    """Every name that `load_encoder` takes as `model`: the bundled ones, open_clip's, then timm's."""
    from core.encoder import backbones, checkpoints, torchvision_fix

    torchvision_fix.apply()
    import open_clip
    import timm

    others = dict.fromkeys(f"{backbones.PREFIX}{name.partition('.')[0]}" for name in timm.list_pretrained())
    return [checkpoints.BUNDLED, *checkpoints.BUNDLED_BACKBONES, *open_clip.list_models(), *others]


def available_weights(model: str) -> list[str]:
    """The tags of published weights of an open_clip or timm model; empty for names that bring their own."""
    from core.encoder import backbones, torchvision_fix

    if backbones.takes(model):
        return list(backbones.tags(model.removeprefix(backbones.PREFIX)))
    torchvision_fix.apply()
    import open_clip

    return list(open_clip.list_pretrained_tags_by_model(model.replace("/", "-")))


def weights_cost(model: str, pretrained: str | None = None) -> WeightsCost:
    """What has to be downloaded before `load_encoder` can load these words; asks no server. Raises as `load_encoder`
    for names that nobody knows."""
    from core.encoder import costs

    return costs.weights_cost(model, pretrained)
