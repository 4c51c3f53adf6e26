"""How far a picture lies from all others: the mean distance to its nearest neighbours.

The score is 1 minus the mean cosine with the k nearest (Angiulli and Pizzuti: Fast Outlier Detection in High
Dimensional Spaces, PKDD 2002), which over many collections no later method beats clearly (Campos et al., DMKD 30,
2016). k grows with the collection to 50, so that a few dozen strangers that resemble one another still stand out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import progress
from core.audit import blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Rows = NDArray[np.int64]

_LEAST, _MOST, _SHARE = 5, 50, 50  # neighbours: a fiftieth of the pictures within these bounds
_TO_DEVIATION = 1.4826  # of a median absolute deviation, for a normal spread


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhoods:
    """For each of n pictures: `scores` float32 `(n,)`, 0 to 2; `nearest` int64 the most alike other picture, -1 where
    there is none, with its cosine `likeness`; `counts` int32: for how many pictures it is among the first ten."""

    scores: Vectors
    nearest: Rows
    likeness: Vectors
    counts: NDArray[np.int32]


def neighbours_used(pictures: int) -> int:
    """k for a collection of that many pictures."""
    return max(0, min(pictures - 1, max(_LEAST, min(_MOST, pictures // _SHARE))))


def look_around(images: Vectors, first: int, *, report: progress.Report) -> Neighbourhoods:
    """The neighbourhood of every picture `(n, dim)`, itself left out. `first` pictures count as found."""
    count = len(images)
    k = neighbours_used(count)
    scores, likeness = np.zeros(count, np.float32), np.full(count, -1, np.float32)
    nearest, counts = np.full(count, -1, np.int64), np.zeros(count, np.int64)
    if k:
        for stretch, cosines in blocks.products(images, images, "Looking for outliers", "pictures", report):
            cosines[np.arange(len(cosines)), np.arange(stretch.start, stretch.stop)] = -np.inf
            rows, found = blocks.highest(cosines, min(max(k, first), count - 1))
            scores[stretch] = 1 - found[:, :k].mean(axis=1)
            nearest[stretch], likeness[stretch] = rows[:, 0], found[:, 0]
            counts += np.bincount(rows[:, :first].ravel(), minlength=count)
    return Neighbourhoods(scores, nearest, likeness, counts.astype(np.int32))


def deviations(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """How far each value lies above the median, in deviations that outliers themselves do not widen: 1.4826 times the
    median absolute deviation is the standard deviation of a normal spread (Iglewicz and Hoaglin, 1993). Where more than
    half of the values are equal the mean absolute deviation stands in; where all are, everything is 0."""
    if not len(values):
        return np.zeros(0)
    apart = values.astype(np.float64) - np.median(values)
    spread = _TO_DEVIATION * float(np.median(np.abs(apart))) or 1.2533 * float(np.abs(apart).mean())
    return apart / spread if spread else np.zeros(len(values))
