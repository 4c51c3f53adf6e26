"""The gap between pictures and captions: two clouds that hardly touch, although each picture fits its captions.

Contrastive models leave it between the two kinds (Liang et al.: Mind the Gap, NeurIPS 2022).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Gap:
    """`distance` is between the means of the two kinds (0 to 2, as Liang et al. measure it). The others are mean
    cosines, -1 to 1: of a picture with its `own` captions, of `any_pair` of picture and caption, of two `pictures`, of
    two `captions`. `apart` is the share of points that the plane midway between the means puts on the side of their own
    kind: 0.5 where the kinds are mixed, 1 where nothing is."""

    distance: float
    own: float
    any_pair: float
    pictures: float
    captions: float
    apart: float


def measure(pictures: Vectors, captions: Vectors, pairs: Rows) -> Gap | None:
    """From unit rows `(p, dim)` and `(c, dim)`; `pairs` `(m, 2)` are a picture and its caption, as their rows. None
    where there are not two of each and a pair."""
    if min(len(pictures), len(captions)) < 2 or not len(pairs):
        return None
    first, second = (rows.mean(axis=0, dtype=np.float64) for rows in (pictures, captions))
    across = first - second
    middle = float((first + second) / 2 @ across)
    right = (pictures @ across > middle).sum() + (captions @ across < middle).sum()
    own = np.einsum("ij,ij->i", pictures[pairs[:, 0]], captions[pairs[:, 1]])
    return Gap(
        distance=float(np.linalg.norm(across)),
        own=float(own.mean()),
        any_pair=float(first @ second),
        pictures=_among(first, len(pictures)),
        captions=_among(second, len(captions)),
        apart=float(right / (len(pictures) + len(captions))),
    )


def _among(mean: NDArray[np.float64], count: int) -> float:
    """The mean cosine of two different unit vectors, from the mean of all."""
    return float((count * (mean @ mean) - 1) / (count - 1))
