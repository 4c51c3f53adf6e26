"""One score from three: the picture's cosine, its best caption's, and how much of the words its captions say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Fusion:
    """What each side weighs in the fused score; 0 or more, together 1."""

    image: float
    caption: float
    words: float

    @property
    def without_words(self) -> Fusion:
        """The weights where a query has no text: those of the other two in their proportion."""
        both = self.image + self.caption
        return Fusion(self.image / both, self.caption / both, 0.0) if both else Fusion(1.0, 0.0, 0.0)


FALLBACK = Fusion(1 / 7, 4 / 7, 2 / 7)
"""Where a collection has no captions to fit it from; near what `benchmarks/fusion.py` finds on held-out photos."""


def fuse(
    images: NDArray[np.float32],
    captions: NDArray[np.float32],
    words: NDArray[np.float32] | None = None,
    fusion: Fusion = FALLBACK,
) -> NDArray[np.float32]:
    """What picture, best caption and words each add to the fused score: `(..., n)` each to `(..., n, 3)`, or without
    `words` to `(..., n, 2)`, the weights of the others then making up for it.

    A picture without captions (-inf) is given the mean of the others, which neither helps nor harms it: a query's
    cosines with captions lie far above those with pictures, so leaving the share out would bury it.
    """
    weights = fusion.without_words if words is None else fusion
    known = np.isfinite(captions)
    total = np.where(known, captions, 0).sum(axis=-1, keepdims=True)
    mean = total / np.maximum(known.sum(axis=-1, keepdims=True), 1)
    filled = np.where(known, captions, np.where(known.any(axis=-1, keepdims=True), mean, images))
    parts = [weights.image * images, weights.caption * filled]
    if words is not None:
        parts.append(weights.words * words)
    return np.stack(parts, axis=-1).astype(np.float32)
