"""How far a map can be believed: whether neighbours on it are neighbours in the space, and of one kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import progress
from core.audit import blocks
from core.progress import Progress
from core.projection.points import even

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Rows = NDArray[np.int64]

NEIGHBOURS = 10
MOST_JUDGED = 1500
"""Points whose neighbours are looked at, evenly spread; each is compared with all others."""
_BLOCK = 250
_NO_LABEL = -1


@dataclass(frozen=True, slots=True)
class Quality:
    """What `k` neighbours of `judged` points say. All figures are 0 to 1.

    `trustworthiness` (Venna and Kaski, ICANN 2001) falls with every neighbour on the map that is none in the space, by
    how far away it is there; about 0.5 is chance, 1 is perfect. `kept` is the share of the nearest in the space that
    are still among the nearest on the map. `hit` (neighbourhood hit: Paulovich et al., TVCG 14, 2008) is the share of
    neighbours on the map that have the point's own category; `hit_in_space` the same without a map, which no map is
    expected to beat, and `hit_by_chance` that of points drawn blindly. The three are None without categories.
    """

    k: int
    judged: int
    trustworthiness: float
    kept: float
    hit: float | None = None
    hit_in_space: float | None = None
    hit_by_chance: float | None = None


def judge(
    vectors: Vectors,
    points: Vectors,
    labels: Sequence[str] | None = None,
    *,
    k: int = NEIGHBOURS,
    most: int = MOST_JUDGED,
    report: progress.Report = progress.silent,
) -> Quality | None:
    """The quality of `points` `(n, dims)` as a map of the unit rows `vectors` `(n, d)`. `labels` are one a point, empty
    for none. `k` is brought down so that it stays below n / 2; None for fewer than four points. When all points are
    judged the figure is scikit-learn's `trustworthiness`."""
    count = len(points)
    k = min(k, (count - 1) // 2)
    if k < 1 or count < 4:
        return None
    codes = _codes(labels)
    asked = even(count, most)
    penalty, kept = 0.0, 0
    hits: list[float] = []
    hits_in_space: list[float] = []
    for start in range(0, len(asked), _BLOCK):
        report(Progress("Judging the map", start, len(asked), unit="points"))
        rows = asked[start : start + _BLOCK]
        own = np.arange(len(rows)), rows
        cosines = vectors[rows] @ vectors.T
        cosines[own] = -np.inf
        near, _ = blocks.highest(cosines, k)
        on_map, _ = blocks.highest(_closeness(points, rows), k)
        values = np.take_along_axis(cosines, on_map, axis=1)
        # Rank in the space, from 1: how many others are nearer. Column by column, so that no block grows k-fold.
        ranks = np.stack([1 + (cosines > values[:, at : at + 1]).sum(axis=1) for at in range(k)], axis=1)
        penalty += float(np.maximum(0, ranks - k).sum())
        kept += sum(len(np.intersect1d(a, b)) for a, b in zip(near, on_map, strict=True))
        if codes is not None:
            named = codes[rows] != _NO_LABEL
            hits += _shares(codes, rows, on_map)[named].tolist()
            hits_in_space += _shares(codes, rows, near)[named].tolist()
    report(Progress("Judging the map", len(asked), len(asked), unit="points"))
    return Quality(
        k=k,
        judged=len(asked),
        trustworthiness=1 - penalty * 2 / (len(asked) * k * (2 * count - 3 * k - 1)),
        kept=kept / (len(asked) * k),
        hit=float(np.mean(hits)) if hits else None,
        hit_in_space=float(np.mean(hits_in_space)) if hits_in_space else None,
        hit_by_chance=_chance(codes) if hits and codes is not None else None,
    )


def _closeness(points: Vectors, rows: Rows) -> Vectors:
    """Minus the squared distance on the map, the point itself last."""
    square = np.einsum("ij,ij->i", points, points)
    close: Vectors = 2 * points[rows] @ points.T - square[None, :] - square[rows][:, None]
    close[np.arange(len(rows)), rows] = -np.inf
    return close


def _codes(labels: Sequence[str] | None) -> Rows | None:
    if labels is None or not any(labels):
        return None
    names = {name: code for code, name in enumerate(dict.fromkeys(name for name in labels if name))}
    return np.array([names.get(name, _NO_LABEL) for name in labels], np.int64)


def _shares(codes: Rows, rows: Rows, near: Rows) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = (codes[near] == codes[rows][:, None]).mean(axis=1)
    return shares


def _chance(codes: Rows) -> float:
    shares = np.bincount(codes[codes != _NO_LABEL]) / len(codes)
    named = float((codes != _NO_LABEL).mean())
    return float((shares**2).sum() / named)
