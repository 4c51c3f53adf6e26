"""Every pair of vectors that is alike enough, exactly, without the matrix of all pairs.

The vectors are turned to their principal axes and cut: a = (a₁, a₂) with the first `head` axes in a₁. By Cauchy and
Schwarz a·b ≤ a₁·b₁ + |a₂||b₂|, which is itself a product of two short vectors, (a₁, |a₂|) and (b₁, |b₂|). So one narrow
matrix product over blocks bounds every pair from above; the few pairs whose bound reaches the floor are computed in
full. No pair can be missed, however the axes are chosen; good axes only make it fast.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import progress
from core.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Rows = NDArray[np.int64]

MOST_PAIRS = 2_000_000
"""Pairs kept, the best ones: 32 MB. Past it the floor rises."""

_BLOCK = 2048  # rows a side: 16 MB of bounds, of which the processor's cache holds most
_SAMPLE = 2048  # rows by which the number of axes is chosen
_HEADS = (16, 32, 64, 128, 192, 256, 384)
_FULL_COST = 50_000  # one full product after a random access, in steps of the narrow product; measured, roughly
_CHUNK = 8192  # pairs computed in full at a time: 32 MB at 512 dimensions
_SLACK = 1e-4  # rounding of the bound: several times what float32 loses at these widths


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of rows `first` < `second`, int64 `(p,)`, and their cosines `scores`, float32 `(p,)`, highest first.

    All pairs of at least `floor` are there, with one exception: of rows that are equal byte for byte each is paired
    only with the first of them, which stands for them in all other pairs. Groups are the same with and without.
    """

    first: Rows
    second: Rows
    scores: Vectors
    floor: float

    def __len__(self) -> int:
        return len(self.scores)


def pairs_above(
    vectors: Vectors, floor: float, *, most: int = MOST_PAIRS, report: progress.Report = progress.silent
) -> Pairs:
    """The pairs among unit rows `(n, dim)` whose cosine is `floor` or more.

    Where there are more than about `most`, those are kept that are most alike, and the floor of the answer is higher
    than asked. Memory is that of the vectors once more at `head` of their `dim` columns, and 60 MB.
    """
    rows, twins, originals = _without_twins(vectors)
    kept = _Kept(floor, most)
    if len(rows) > 1:
        narrow = _narrowed(vectors, rows, floor)
        for left, right, done, total in _blocks(len(rows)):
            report(Progress("Comparing pictures", done, total, unit="blocks"))
            bounds = narrow[left] @ narrow[right].T
            if bounds.max() < kept.floor - _SLACK:
                continue
            below, across = np.divmod(np.flatnonzero(bounds.ravel() >= kept.floor - _SLACK), bounds.shape[1])
            first, second = below + left.start, across + right.start
            ordered = first < second  # the diagonal blocks hold every pair twice and each row with itself
            kept.add(vectors, rows[first[ordered]], rows[second[ordered]])
        report(Progress("Comparing pictures", total, total, unit="blocks"))
    return kept.sorted_with(originals, twins)


class _Kept:
    """The best pairs so far."""

    def __init__(self, floor: float, most: int) -> None:
        self.floor = floor
        self._most = most
        self._parts: list[tuple[Rows, Rows, Vectors]] = []
        self._count = 0

    def add(self, vectors: Vectors, first: Rows, second: Rows) -> None:
        for start in range(0, len(first), _CHUNK):
            left, right = first[start : start + _CHUNK], second[start : start + _CHUNK]
            scores = np.einsum("ij,ij->i", vectors[left], vectors[right])
            fit = scores >= self.floor
            if fit.any():
                self._parts.append((left[fit], right[fit], scores[fit]))
                self._count += int(fit.sum())
            if self._count > 2 * self._most:
                self._raise()

    def _raise(self) -> None:
        first, second, scores = self._joined()
        # Above the bound, not level with it: otherwise pairs of one score would never become fewer.
        bound = np.partition(scores, len(scores) - self._most)[len(scores) - self._most]
        self.floor = float(np.nextafter(bound, np.float32(2)))
        fit = scores >= self.floor
        self._parts, self._count = [(first[fit], second[fit], scores[fit])], int(fit.sum())

    def _joined(self) -> tuple[Rows, Rows, Vectors]:
        none = np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32)
        first, second, scores = (np.concatenate(column) for column in zip(none, *self._parts, strict=True))
        return first, second, scores

    def sorted_with(self, originals: Rows, twins: Rows) -> Pairs:
        first, second, scores = self._joined()
        fit = scores >= self.floor
        first = np.concatenate([first[fit], originals])
        second = np.concatenate([second[fit], twins])
        scores = np.concatenate([scores[fit], np.ones(len(twins), np.float32)])
        order = np.lexsort((second, first, -scores))
        return Pairs(first[order], second[order], np.minimum(scores[order], np.float32(1)), self.floor)


def _without_twins(vectors: Vectors) -> tuple[Rows, Rows, Rows]:
    """Rows that are the first of their value; the others; and for each of those the first one."""
    seen: dict[bytes, int] = {}
    rows, twins, originals = [], [], []
    for row, vector in enumerate(vectors):
        original = seen.setdefault(hashlib.blake2b(vector.tobytes(), digest_size=16).digest(), row)
        if original == row:
            rows.append(row)
        else:
            twins.append(row)
            originals.append(original)
    return np.array(rows, np.int64), np.array(twins, np.int64), np.array(originals, np.int64)


def _narrowed(vectors: Vectors, rows: Rows, floor: float) -> Vectors:
    """`(a₁, |a₂|)` of every row, as wide as makes the whole search cheapest."""
    axes = _principal_axes(vectors)
    dim = vectors.shape[1]
    sample = vectors[rows[np.linspace(0, len(rows) - 1, min(_SAMPLE, len(rows))).astype(np.int64)]] @ axes
    costs = {}
    for head in (*(width for width in _HEADS if width < dim), dim):
        narrow = _cut(sample, head)
        reach = narrow @ narrow.T >= floor - _SLACK
        np.fill_diagonal(reach, False)
        costs[head] = head + _FULL_COST * float(reach.mean())
    head = min(costs, key=costs.__getitem__)
    return np.concatenate([_cut(vectors[rows[start : start + _CHUNK]] @ axes, head) for start in _starts(len(rows))])


def _cut(turned: Vectors, head: int) -> Vectors:
    rest = np.linalg.norm(turned[:, head:], axis=1, keepdims=True)
    return np.ascontiguousarray(np.concatenate([turned[:, :head], rest], axis=1), dtype=np.float32)


def _principal_axes(vectors: Vectors) -> Vectors:
    """Columns, the one with most of the length first. Not centred: lengths have to stay."""
    dim = vectors.shape[1]
    moments = np.zeros((dim, dim), np.float64)
    for start in _starts(len(vectors)):
        part = vectors[start : start + _CHUNK]
        moments += part.T @ part
    axes: Vectors = np.linalg.eigh(moments)[1][:, ::-1].astype(np.float32)
    return axes


def _starts(count: int) -> range:
    return range(0, count, _CHUNK)


def _blocks(count: int) -> Iterator[tuple[slice, slice, int, int]]:
    """The blocks on and above the diagonal, with how many are done of how many."""
    starts = range(0, count, _BLOCK)
    total = len(starts) * (len(starts) + 1) // 2
    done = 0
    for number, above in enumerate(starts):
        for across in starts[number:]:
            yield slice(above, min(count, above + _BLOCK)), slice(across, min(count, across + _BLOCK)), done, total
            done += 1
