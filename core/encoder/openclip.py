"""The open_clip family of encoders: any architecture with its published weights, or a checkpoint on this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core import errors, progress
from core.encoder import (
    attention_places,
    checkpoints,
    devices,
    fingerprints,
    framing,
    places,
    text_tower,
    torchvision_fix,
    weight_files,
)
from core.encoder.contract import EncoderSpec
from core.encoder.image_side import ImageSide, batches, laid_out, unit_rows

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image

    from core.encoder.contract import PlaceVectors, Vectors

FAMILY = "open_clip"

# Texts in one pass of the tower: enough to fill two cores; sorted by length, so that short ones do not wait for long.
_TEXT_BATCH = 64
# No token of the vocabularies in use is longer than this many characters on average, so that what is cut off here
# would not be read anyway; it bounds the time a hostile text costs (byte-pair merging is quadratic in a word).
_CHARACTERS_PER_TOKEN = 40


class OpenClipEncoder:
    """An `Encoder` around an open_clip model. Safe to share between threads."""

    def __init__(
        self,
        model: Any,
        transform: Callable[[Image], torch.Tensor],
        tokenizer: Callable[..., torch.Tensor],
        spec: EncoderSpec,
        device: str,
    ) -> None:
        self._model = model
        self._images = ImageSide(model.encode_image, transform, spec.dim, device)
        self._place_tower, self._any_side = _place_tower(model.visual)
        self._tokenizer = tokenizer
        self._spec = spec
        self._device = device
        self._tower = text_tower.causal_tower(model)
        self._context = int(tokenizer.context_length)  # type: ignore[attr-defined]
        self._tokenizer_lock = threading.Lock()  # Hugging Face's fast tokenizers refuse to be entered twice

    @property
    def spec(self) -> EncoderSpec:
        return self._spec

    @property
    def device(self) -> str:
        return self._device

    @property
    def model(self) -> Any:
        """The open_clip model itself, in evaluation mode, for work that needs its inside (explanations, training)."""
        return self._model

    @property
    def scale(self) -> float:
        """See `KnowsScale`."""
        return float(self._model.logit_scale.exp())

    def pixels(self, image: Image) -> torch.Tensor:
        """One upright RGB picture as the picture tower takes it, `(3, height, width)`."""
        return self._images.prepare(image)

    def tokens(self, texts: Sequence[str]) -> torch.Tensor:
        """Texts as the text tower takes them, `(n, context)` token ids."""
        return self._tokens(texts)

    def encode_images(self, images: Sequence[Image]) -> Vectors:
        """See `Encoder`. Preprocessing is that of the checkpoint's own configuration."""
        return self._images.encode(images)

    def place_vectors(self, image: Image, side: int | None = None) -> PlaceVectors | None:
        """See `KnowsPlaces`. A convolutional tower takes any side, a vision transformer only its own."""
        from open_clip.transform import PreprocessCfg, image_transform_v2

        if self._place_tower is None:
            return None
        preprocess = PreprocessCfg(**self._model.visual.preprocess_cfg)
        chosen = framing.Framing(framing.OPEN_CLIP[preprocess.resize_mode], aspect=_aspect(preprocess.size))
        if side is None or side == self._spec.image_size or not self._any_side:
            return self._images.places(image, self._place_tower, chosen, self._spec.image_size)
        size = side if isinstance(preprocess.size, int) else _scaled(preprocess.size, side)
        transform = image_transform_v2(replace(preprocess, size=size), is_train=False)
        return self._images.places(image, self._place_tower, chosen, side, transform)

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`. A text past the model's context is read to the end of the context."""
        import torch

        if not texts:
            return np.zeros((0, self._spec.dim), np.float32)
        tokens = self._tokens(texts)
        order = sorted(range(len(texts)), key=lambda position: len(texts[position]))
        vectors = np.empty((len(texts), self._spec.dim), np.float32)
        with torch.inference_mode():
            for batch in batches(order, _TEXT_BATCH):
                part = tokens[torch.tensor(batch)].to(self._device)  # (n, context)
                features = self._tower.encode(part) if self._tower else self._model.encode_text(part)
                vectors[batch] = unit_rows(features)
        return vectors

    def exceeds_context(self, text: str) -> bool:
        """See `Encoder`. Counts the model's own tokens, begin and end marks included."""
        room = self._context + 8
        filled, empty = self._tokens([text, ""], room)
        # Past the context only padding may stand; what padding looks like shows at the end of the empty text.
        return bool(filled[self._context] != empty[-1])

    def _tokens(self, texts: Sequence[str], context: int | None = None) -> torch.Tensor:
        limit = self._context * _CHARACTERS_PER_TOKEN
        bounded = [text if len(text) <= limit else " ".join(text.split())[:limit] for text in texts]
        with self._tokenizer_lock:
            return self._tokenizer(bounded, context_length=context)


def load(
    model: str, pretrained: str | None, *, device: str = "auto", report: progress.Report = progress.silent
) -> OpenClipEncoder:
    """Find, load and check a checkpoint. See `checkpoints.resolve` for what the two words may be.

    The weights are computed with as float32, whatever they are stored as. Raises `UnknownModelError`, `EncoderError`,
    or `ConfigurationError` for the device.
    """
    chosen = devices.choose(device)
    checkpoint = checkpoints.resolve(model, pretrained, report)
    report(progress.Progress(f"Loading {checkpoint.model}", 0, 0, unit="files"))
    torchvision_fix.apply()
    import open_clip
    from open_clip.transform import PreprocessCfg, image_transform_v2

    try:
        network = open_clip.create_model(
            checkpoint.source,
            pretrained=checkpoint.pretrained,
            precision="fp32",
            force_quick_gelu=checkpoint.quick_gelu,
            force_preprocess_cfg=dict(checkpoint.preprocess),
            require_pretrained=True,
            weights_only=True,
        ).eval()
        tokenizer = open_clip.get_tokenizer(checkpoint.source)
        preprocess = PreprocessCfg(**network.visual.preprocess_cfg)
        transform = image_transform_v2(preprocess, is_train=False)
    except ImportError as error:  # text towers of the transformers library
        raise errors.EncoderError(
            f"the model {checkpoint.model} needs a package that is not installed ({error}); "
            "most often `pip install transformers sentencepiece` is what is missing"
        ) from error
    except Exception as error:  # a foreign file can fail in any way; whichever, it is not usable weights
        raise weight_files.unloadable(checkpoint.file, checkpoint.model, error) from error
    network.requires_grad_(False)
    size = preprocess.size if isinstance(preprocess.size, int) else max(preprocess.size)
    settings = {"model": open_clip.get_model_config(checkpoint.source), "preprocess": asdict(preprocess)}
    spec = EncoderSpec(
        family=FAMILY,
        model=checkpoint.model,
        weights=checkpoint.weights,
        dim=_width(network, size),
        image_size=int(size),
        fingerprint=fingerprints.fingerprint(checkpoint.file, settings),
    )
    return OpenClipEncoder(laid_out(network, chosen), transform, tokenizer, spec, chosen)


def _width(network: Any, size: int) -> int:
    """The width of the embeddings, from the towers' own attributes where they say it, else from one empty text."""
    import torch

    width = getattr(network.visual, "output_dim", None)
    if width is None:
        with torch.inference_mode():
            width = network.encode_image(torch.zeros(1, 3, size, size)).shape[-1]
    return int(width)


def _place_tower(visual: Any) -> tuple[places.PlaceTower | None, bool]:
    """How to take the picture tower apart, and whether it computes at any input side."""
    from open_clip.timm_model import TimmModel

    if type(visual) is not TimmModel:
        return attention_places.of_open_clip(visual), False
    trunk, head = visual.trunk, visual.head
    reading = attention_places.of_timm(trunk, head)
    if reading is not None:
        return reading, False
    if not hasattr(trunk, "forward_head"):
        return None, False
    tower = places.PooledTower(trunk.forward_features, lambda found: head(trunk.forward_head(found)), trunk)
    return tower, not hasattr(trunk, "patch_embed")


def _aspect(size: int | Sequence[int]) -> float:
    return 1.0 if isinstance(size, int) else size[1] / size[0]


def _scaled(size: Sequence[int], side: int) -> tuple[int, int]:
    """`size` (height, width) with its longer one `side` pixels."""
    height, width = (max(1, round(one * side / max(size))) for one in size)
    return height, width
