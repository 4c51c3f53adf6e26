"""The `Encoder` contract: what every model must offer to the rest of Coco Lens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, runtime_checkable

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


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of a picture that a model sees, in shares of the picture's sides: (0, 0, 1, 1) is all of it. Where the
    preparation adds borders, it reaches beyond the picture."""

    left: float = 0.0
    top: float = 0.0
    width: float = 1.0
    height: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class PlaceVectors:
    """What each place of one picture adds to its embedding.

    `vectors` `(h, w, dim)` and `rest` `(dim,)`, what belongs to no place, add up to the unit embedding at this input
    `side` (pixels), so that their cosines with a query add up to its score. The places cover `frame` evenly.
    `split` says how the model was taken apart: "pooled", exactly, because its embedding is the mean of its places;
    "linearised", to first order, because something follows that mean that is not linear; "attention", by what the
    class token read from each place, whatever that had gathered from others before.
    """

    vectors: Vectors
    rest: Vectors
    frame: Frame
    side: int
    split: Literal["pooled", "linearised", "attention"]


@runtime_checkable
class KnowsPlaces(Protocol):
    """An encoder that may be able to say what each place of a picture adds: optional beside `Encoder`."""

    def place_vectors(self, image: Image, side: int | None = None) -> PlaceVectors | None:
        """The places of an upright RGB picture; None where the model is not made so that they could be told.

        `side` asks for another input side in pixels, and so for a finer grid; models that take only their own stay
        with that, so read `PlaceVectors.side`.
        """
        ...


@runtime_checkable
class KnowsScale(Protocol):
    """An encoder that learnt what its cosines say beside each other: optional beside `Encoder`."""

    @property
    def scale(self) -> float:
        """The factor of a cosine in the softmax over texts (CLIP's learnt inverse temperature)."""
        ...
