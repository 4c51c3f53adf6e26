"""How far a figure would move with other queries of the same kind: 95 % bootstrap intervals.

Queries that belong together (the captions of one picture) are drawn together, because they are not independent of each
other. What is searched stays as it is. The intervals are percentiles of the redrawn figures (Efron and Tibshirani
1993, chapter 13).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

RESAMPLES = 1000
_ENDS = (2.5, 97.5)
_BLOCK = 1 << 24  # numbers drawn at a time


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, in the unit of the figure it belongs to; None for a rank that is never found."""

    low: float | None
    high: float | None


def rounded(interval: Interval) -> Interval:
    """To two decimals, as percents are."""
    return Interval(*(None if end is None else round(end, 2) for end in (interval.low, interval.high)))


def of_means(values: Floats, groups: Rows, *, resamples: int, seed: int) -> tuple[Interval, ...]:
    """For each column of `values` `(q, m)` the interval of its mean over queries, those of one group `(q,)` drawn
    together. Empty for no queries or no resamples."""
    if not len(values) or resamples < 1:
        return ()
    _, own = np.unique(groups, return_inverse=True)
    sums = np.stack([np.bincount(own, weights=column) for column in values.T], axis=1)  # (g, m)
    sizes = np.bincount(own).astype(np.float64)
    means = np.concatenate([(drawn @ sums) / (drawn @ sizes)[:, None] for drawn in _drawn(len(sizes), resamples, seed)])
    low, high = np.percentile(means, _ENDS, axis=0)
    return tuple(Interval(float(one), float(other)) for one, other in zip(low, high, strict=True))


def of_median(values: Floats, groups: Rows, *, resamples: int, seed: int) -> Interval | None:
    """The interval of the median of `values` `(q,)`, infinite ones allowed; None for no queries or no resamples."""
    if not len(values) or resamples < 1:
        return None
    _, own = np.unique(groups, return_inverse=True)
    order = np.argsort(values, kind="stable")
    ranked, owner = np.asarray(values, np.float64)[order], own[order]
    medians = []
    for drawn in _drawn(int(own.max()) + 1, resamples, seed):
        for counts in drawn:
            ends = np.cumsum(counts[owner])
            total = int(ends[-1])
            middle = ranked[np.searchsorted(ends, [(total - 1) // 2, total // 2], side="right")]
            medians.append(middle[0] if middle[0] == middle[1] else middle.mean())
    # Order statistics instead of interpolation: between a rank and "never" there is nothing to interpolate.
    low, high = np.percentile(medians, _ENDS, method="closest_observation")
    return Interval(*(float(end) if np.isfinite(end) else None for end in (low, high)))


def _drawn(groups: int, resamples: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """How often each group is drawn, in blocks `(b, groups)` that add up to `resamples` rows."""
    chance = np.random.default_rng(seed)
    size = max(1, _BLOCK // groups)
    share = np.full(groups, 1 / groups)
    for start in range(0, resamples, size):
        yield chance.multinomial(groups, share, size=min(size, resamples - start))
