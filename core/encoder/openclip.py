"""The open_clip family of encoders: any architecture with its published weights, or a checkpoint on this machine."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from core import errors, progress
from core.encoder import checkpoints, devices, fingerprints, text_tower, torchvision_fix
from core.encoder.contract import EncoderSpec

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image

    from core.encoder.contract import Vectors

FAMILY = "open_clip"

# Texts in one pass of the tower: enough to fill two cores; sorted by length, so that short ones do not wait for long.
_TEXT_BATCH = 64
# Pictures in one pass: a bound on memory, whatever the caller hands in (ViT-L-14 needs some 2 GB for 64).
_IMAGE_BATCH = 64
# No token of the vocabularies in use is longer than this many characters on average, so that what is cut off here
# would not be read anyway; it bounds the time a hostile text costs (byte-pair merging is quadratic in a word).
_CHARACTERS_PER_TOKEN = 40
# The central crop of "shortest" preprocessing never reaches beyond the short side; resizing a picture of 1 x 50,000
# pixels as a whole would ask for gigabytes.
_MAX_ASPECT = 10


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
        self._transform = transform
        self._tokenizer = tokenizer
        self._spec = spec
        self._device = device
        self._tower = text_tower.causal_tower(model)
        self._context = int(tokenizer.context_length)  # type: ignore[attr-defined]
        # Pillow resizes without holding the interpreter lock, so a few threads prepare a batch in a fraction.
        self._preparers = ThreadPoolExecutor(min(8, os.cpu_count() or 1), thread_name_prefix="prepare")
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

    def encode_images(self, images: Sequence[Image]) -> Vectors:
        """See `Encoder`. Preprocessing is that of the checkpoint's own configuration."""
        import torch

        rows = [np.zeros((0, self._spec.dim), np.float32)]
        with torch.inference_mode():
            for batch in _batches(images, _IMAGE_BATCH):
                pixels = torch.stack(list(self._preparers.map(self._prepare, batch)))  # (n, 3, size, size)
                rows.append(_unit_rows(self._model.encode_image(pixels.to(self._device))))
        return np.concatenate(rows)

    def _prepare(self, image: Image) -> torch.Tensor:
        limit = _MAX_ASPECT * min(image.size)
        if max(image.size) > limit:
            left, top = (max(0, side - limit) // 2 for side in image.size)
            image = image.crop((left, top, left + min(limit, image.width), top + min(limit, image.height)))
        return self._transform(image)

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`. A text past the model's context is read to the end of the context."""
        import torch

        if not texts:
            return np.zeros((0, self._spec.dim), np.float32)
        tokens = self._tokens(texts)
        order = sorted(range(len(texts)), key=lambda position: len(texts[position]))
        vectors = np.empty((len(texts), self._spec.dim), np.float32)
        with torch.inference_mode():
            for batch in _batches(order, _TEXT_BATCH):
                part = tokens[torch.tensor(batch)].to(self._device)  # (n, context)
                features = self._tower.encode(part) if self._tower else self._model.encode_text(part)
                vectors[batch] = _unit_rows(features)
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


def _batches(items: Sequence[Any], size: int) -> Iterator[Any]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _unit_rows(features: torch.Tensor) -> Vectors:
    import torch

    return torch.nn.functional.normalize(features.float(), dim=-1).cpu().numpy()


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
        raise errors.EncoderError(
            f"{checkpoint.file} cannot be loaded as weights of {checkpoint.model}: {_first_line(error)}. "
            "Expected safetensors, or a plain PyTorch state dict of this very architecture."
        ) from error
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
    return OpenClipEncoder(network.to(chosen), transform, tokenizer, spec, chosen)


def _width(network: Any, size: int) -> int:
    """The width of the embeddings, from the towers' own attributes where they say it, else from one empty text."""
    import torch

    width = getattr(network.visual, "output_dim", None)
    if width is None:
        with torch.inference_mode():
            width = network.encode_image(torch.zeros(1, 3, size, size)).shape[-1]
    return int(width)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
