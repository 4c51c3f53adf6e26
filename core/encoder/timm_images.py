"""The timm family of encoders: convolutional networks and vision transformers without their last layer. They encode
pictures only."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from core import errors, progress
from core.encoder import (
    attention_places,
    backbones,
    devices,
    fingerprints,
    framing,
    places,
    torchvision_fix,
    weight_files,
)
from core.encoder.contract import IMAGE_ONLY, EncoderSpec
from core.encoder.image_side import ImageSide, laid_out

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image

    from core.encoder.contract import PlaceVectors, Vectors

FAMILY = IMAGE_ONLY


class TimmEncoder:
    """An `Encoder` around a timm model's pooled features. Safe to share between threads."""

    def __init__(self, model: Any, transform: Callable[[Image], torch.Tensor], spec: EncoderSpec, device: str) -> None:
        self._model = model
        self._images = ImageSide(model, transform, spec.dim, device)
        self._place_tower, self._any_side = _place_tower(model)
        self._spec = spec
        self._device = device

    @property
    def spec(self) -> EncoderSpec:
        return self._spec

    @property
    def device(self) -> str:
        return self._device

    @property
    def model(self) -> Any:
        """The timm model itself, in evaluation mode and without its classifier."""
        return self._model

    def encode_images(self, images: Sequence[Image]) -> Vectors:
        """See `Encoder`. Preprocessing is timm's for these weights."""
        return self._images.encode(images)

    def place_vectors(self, image: Image, side: int | None = None) -> PlaceVectors | None:
        """See `KnowsPlaces`. A convolutional network takes any side, a vision transformer only its own."""
        from timm.data.config import resolve_model_data_config
        from timm.data.transforms_factory import create_transform

        if self._place_tower is None:
            return None
        data: dict[str, Any] = resolve_model_data_config(self._model)  # type: ignore[no-untyped-call]
        own = self._spec.image_size
        if side is None or side == own or not self._any_side:
            return self._images.places(image, self._place_tower, _framing(data), own)
        channels, height, width = data["input_size"]
        data["input_size"] = (channels, round(height * side / own), round(width * side / own))
        transform = create_transform(**data, is_training=False)
        return self._images.places(image, self._place_tower, _framing(data), side, transform)

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Raises `NoTextSideError`, for no texts too."""
        self._refuse()

    def exceeds_context(self, text: str) -> bool:
        """Raises `NoTextSideError`."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise errors.NoTextSideError(
            f"the model {self._spec.model} encodes pictures only, so it cannot read a text; search by picture, or take "
            "a model that reads, such as 'bundled' or any open_clip model"
        )


def load(
    model: str, pretrained: str | None, *, device: str = "auto", report: progress.Report = progress.silent
) -> TimmEncoder:
    """Find, load and check an image model. See `backbones.resolve` for what the two words may be.

    The weights are computed with as float32, whatever they are stored as. Raises `UnknownModelError`, `EncoderError`,
    or `ConfigurationError` for the device.
    """
    chosen = devices.choose(device)
    backbone = backbones.resolve(model, pretrained, report)
    report(progress.Progress(f"Loading {backbone.model}", 0, 0, unit="files"))
    torchvision_fix.apply()
    import timm
    import torch
    from timm.data.config import resolve_model_data_config
    from timm.data.transforms_factory import create_transform

    try:
        # With all of its classes, so that timm insists that every weight fits; then the last layer goes.
        network: Any = timm.create_model(
            backbone.source, pretrained=True, pretrained_cfg_overlay=dict(backbone.changes)
        )
        if network.num_classes:
            network.reset_classifier(0)
        network.eval().requires_grad_(False)
        data: dict[str, Any] = resolve_model_data_config(network)  # type: ignore[no-untyped-call]
        transform = create_transform(**data, is_training=False)
        with torch.inference_mode():  # the width is not an attribute that all of timm's models agree on
            features = network(torch.zeros(1, *data["input_size"]))
        if features.ndim != 2:
            raise ValueError(f"it gives features of shape {tuple(features.shape)}, expected (1, width)")
    except Exception as error:  # a foreign file can fail in any way; whichever, it is not usable weights
        raise weight_files.unloadable(backbone.file, backbone.model, error) from error
    settings = {
        "architecture": network.pretrained_cfg["architecture"],
        "model_args": backbone.model_args,
        "preprocess": data,
    }
    spec = EncoderSpec(
        family=FAMILY,
        model=backbone.model,
        weights=backbone.weights,
        dim=int(features.shape[1]),
        image_size=max(data["input_size"][1:]),
        fingerprint=fingerprints.fingerprint(backbone.file, settings),
    )
    return TimmEncoder(laid_out(network, chosen), transform, spec, chosen)


def _place_tower(network: Any) -> tuple[places.PlaceTower | None, bool]:
    """How to take the network apart, and whether it computes at any input side."""
    reading = attention_places.of_timm(network, lambda features: features)
    if reading is not None:
        return reading, False
    if not hasattr(network, "forward_head"):
        return None, False
    tower = places.PooledTower(network.forward_features, network.forward_head, network)
    return tower, not hasattr(network, "patch_embed")


def _framing(data: Mapping[str, Any]) -> framing.Framing:
    _, height, width = data["input_size"]
    resized = math.floor(height / data["crop_pct"])  # timm's own rounding
    return framing.Framing(framing.TIMM[data["crop_mode"]], height / resized, width / height)
