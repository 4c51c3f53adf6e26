"""The nearest points of every point: exactly up to a size, nearly beyond it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core import approximate, progress
from core.audit import blocks
from core.progress import Progress

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Rows = NDArray[np.int64]

EXACT_UP_TO = 30_000
"""Points up to which all are compared with all: half a minute on one core. Beyond it near lists are searched."""
_LISTS_LOOKED_INTO = 24
_STAGE = "Finding neighbours"
_STRETCH = 2000  # queries between two reports


def nearest(vectors: Vectors, k: int, *, report: progress.Report = progress.silent) -> tuple[Rows, Vectors]:
    """For each unit row of `vectors` `(n, dim)` the `min(k, n - 1)` others of highest cosine, best first, and those
    cosines: both `(n, k)`."""
    count = len(vectors)
    k = max(0, min(k, count - 1))
    if count > EXACT_UP_TO:
        return _nearly(vectors, k, report)
    rows, found = np.zeros((count, k), np.int64), np.zeros((count, k), np.float32)
    if k:
        for stretch, cosines in blocks.products(vectors, vectors, _STAGE, "points", report):
            cosines[np.arange(len(cosines)), np.arange(stretch.start, stretch.stop)] = -np.inf
            rows[stretch], found[stretch] = blocks.highest(cosines, k)
    return rows, found


def _nearly(vectors: Vectors, k: int, report: progress.Report) -> tuple[Rows, Vectors]:
    count = len(vectors)
    report(Progress(_STAGE, 0, count, unit="points"))
    index = approximate.ApproximateIndex.ivf(vectors, lists=int(np.sqrt(count)))
    rows, found = np.zeros((count, k), np.int64), np.zeros((count, k), np.float32)
    for start in range(0, count, _STRETCH):
        report(Progress(_STAGE, start, count, unit="points"))
        asked = np.arange(start, min(count, start + _STRETCH))
        near = index.search(vectors[asked], k + 1, breadth=_LISTS_LOOKED_INTO)
        # The point itself goes last and is cut off; a place that stayed empty repeats the nearest.
        order = np.argsort(near.rows == asked[:, None], axis=1, kind="stable")[:, :k]
        near_rows, near_scores = (np.take_along_axis(one, order, axis=1) for one in (near.rows, near.scores))
        empty = near_rows == approximate.NOTHING
        rows[asked] = np.where(empty, near_rows[:, :1], near_rows)
        found[asked] = np.where(empty, near_scores[:, :1], near_scores)
    report(Progress(_STAGE, count, count, unit="points"))
    return rows, found
