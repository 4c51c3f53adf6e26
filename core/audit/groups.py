"""Pairs of alike pictures to groups: whoever is joined to a member belongs to the group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.audit.pairs import Pairs

    Rows = NDArray[np.int64]

SAME_PIXELS = 0.06
"""Difference of two grids (`core.audit.pixels`) up to which they count as one picture."""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of pictures that are joined, and of each its closest partner within the group, by place in `rows`; `scores`
    and `differences` are the cosine and the difference of pixels with that partner (NaN where a file is unreadable).
    `score` is the highest of the group."""

    rows: tuple[int, ...]
    partners: tuple[int, ...]
    scores: tuple[float, ...]
    differences: tuple[float, ...]

    @property
    def score(self) -> float:
        return max(self.scores)


def find_groups(
    pairs: Pairs, differences: NDArray[np.float32], threshold: float, *, same_pixels: bool
) -> tuple[Group, ...]:
    """The groups by pairs of cosine `threshold` or more; with `same_pixels` only those pairs join whose pixels differ
    by at most `SAME_PIXELS`. Pairs of unreadable files then never join. Most alike first, equal ones larger first, then
    by row. Single linkage: two members of a large group may be less alike than the threshold."""
    fit = pairs.scores >= threshold
    if same_pixels:
        fit &= differences <= SAME_PIXELS  # NaN is not
    first, second, scores, apart = pairs.first[fit], pairs.second[fit], pairs.scores[fit], differences[fit]
    closest: dict[int, tuple[int, float, float]] = {}
    # Highest score first, so what is there is the closest.
    for one, other, score, gap in zip(first.tolist(), second.tolist(), scores.tolist(), apart.tolist(), strict=True):
        closest.setdefault(one, (other, score, gap))
        closest.setdefault(other, (one, score, gap))
    members: dict[int, list[int]] = {}
    for row, label in _components(first, second).items():
        members.setdefault(label, []).append(row)
    made = []
    for rows in members.values():
        links = [closest[row] for row in sorted(rows)]
        made.append(
            Group(
                rows=tuple(sorted(rows)),
                partners=tuple(link[0] for link in links),
                scores=tuple(link[1] for link in links),
                differences=tuple(link[2] for link in links),
            )
        )
    return tuple(sorted(made, key=lambda group: (-group.score, -len(group.rows), group.rows)))


def _components(first: Rows, second: Rows) -> dict[int, int]:
    """Row to the number of its group, of all rows in some pair."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, places = np.unique(np.concatenate([first, second]), return_inverse=True)
    if not len(rows):
        return {}
    left, right = places[: len(first)], places[len(first) :]
    graph = coo_array((np.ones(len(first), np.int8), (left, right)), shape=(len(rows), len(rows)))
    labels = connected_components(graph, directed=False)[1]
    return dict(zip(rows.tolist(), labels.tolist(), strict=True))
