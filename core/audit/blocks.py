"""Products of many vectors with many, a block of rows at a time, in the same memory whatever their number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from core import progress
from core.progress import Progress

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Rows = NDArray[np.int64]

_NUMBERS = 1 << 24  # in a block: 64 MB


def products(
    left: Vectors, right: Vectors, stage: str, unit: str, report: progress.Report
) -> Iterator[tuple[slice, Vectors]]:
    """The rows of `left` `(m, dim)` in order, with their cosines to every row of `right` `(n, dim)`: `(b, n)`."""
    size = max(1, _NUMBERS // max(1, len(right)))
    for start in range(0, len(left), size):
        report(Progress(stage, start, len(left), unit=unit))
        stretch = slice(start, min(len(left), start + size))
        yield stretch, left[stretch] @ right.T
    report(Progress(stage, len(left), len(left), unit=unit))


def highest(scores: Vectors, k: int) -> tuple[Rows, Vectors]:
    """Of each row of `scores` `(b, n)` the `k` highest columns (all where there are fewer), best first, equal ones in
    column order as far as they are not cut off, and their scores: both `(b, k)`."""
    k = min(k, scores.shape[1])
    columns = np.argpartition(scores, scores.shape[1] - k, axis=1)[:, scores.shape[1] - k :] if k else scores[:, :0]
    found = np.take_along_axis(scores, columns.astype(np.int64), axis=1)
    order = np.lexsort((columns, -found), axis=1)
    rows: Rows = np.take_along_axis(columns, order, axis=1).astype(np.int64)
    return rows, np.take_along_axis(found, order, axis=1)
