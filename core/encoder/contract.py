"""The `Encoder` contract: what every model must offer to the rest of Coco Lens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    Vectors: TypeAlias = NDArray[np.float32]


IMAGE_ONLY = "timm"
"""The family of encoders without a text side."""


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """What decides whether a store fits an encoder: two are interchangeable when their specs are equal.

    `family` names the implementation ("open_clip", "timm"), `model` the architecture, `weights` a pretrained tag or
    the name (not the path) of a checkpoint, `dim` the width of the embeddings, `image_size` the input side in pixels,
    `fingerprint` the sha256 over the weights' bytes and the preprocessing.
    """

    family: str
    model: str
    weights: str
    dim: int
    image_size: int
    fingerprint: str

    @property
    def reads_text(self) -> bool:
        """False for models that encode pictures only."""
        return self.family != IMAGE_ONLY


class Encoder(Protocol):
    """Pictures and texts to embeddings: always 2-D float32 `(n, dim)`, unit rows; empty in, `(0, dim)` out."""

    @property
    def spec(self) -> EncoderSpec: ...

    @property
    def device(self) -> str:
        """Where it computes: "cpu", "cuda" or "mps"."""
        ...

    def encode_images(self, images: Sequence[Image]) -> Vectors:
        """Upright RGB pictures of any size to `(n, dim)`."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Texts to `(n, dim)`. Raises `NoTextSideError` where the model has no text tower, for no texts too."""
        ...

    def exceeds_context(self, text: str) -> bool:
        """True when the model does not read `text` to its end. Raises as `encode_texts`."""
        ...
