"""The rows that score highest among those that may be found."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

from core.search.filters import Filters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.index import VectorIndex
    from core.store import Store


def allowed_rows(store: Store, filters: Filters, exclude: Collection[int]) -> NDArray[np.int64] | None:
    """Ascending rows of the pictures that pass `filters`, but for the ids `exclude`; None for all of them."""
    return without(store, filters.rows_of(store) if filters else None, exclude)


def without(store: Store, allowed: NDArray[np.int64] | None, exclude: Collection[int]) -> NDArray[np.int64] | None:
    """The rows `allowed` (None for all) but for the pictures with the ids `exclude`."""
    if not exclude:
        return allowed
    rows: NDArray[np.int64] = np.arange(len(store.records)) if allowed is None else allowed
    others: NDArray[np.int64] = rows[~np.isin(rows, [store.row_of(image_id) for image_id in exclude])]
    return others


def caption_rows(store: Store, pictures: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
    """Rows of the captions of these pictures, ascending; None for all."""
    if pictures is None:
        return None
    passes = np.zeros(len(store.records), bool)
    passes[pictures] = True
    rows: NDArray[np.int64] = np.flatnonzero(passes[store.caption_image_rows])
    return rows


def nearest(
    index: VectorIndex, vector: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The rows `(k',)` and scores `(k',)` of one query, equal scores in row order."""
    room = index.count if allowed is None else len(allowed)
    if not room:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    near = index.search(vector[None], max(1, min(k, room)), allowed)
    return near.rows[0], near.scores[0]


def top(scores: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """Rows of the `k` highest finite scores among `allowed`, best first, equal scores in row order."""
    rows = np.arange(len(scores), dtype=np.int64) if allowed is None else allowed
    rows = rows[np.isfinite(scores[rows])]
    k = max(1, min(k, len(rows)))
    if k < len(rows):
        # Keep everything level with the k-th, so that which of several equals is returned does not depend on chance.
        bound = np.partition(scores[rows], len(rows) - k)[len(rows) - k]
        rows = rows[scores[rows] >= bound]
    return rows[np.lexsort((rows, -scores[rows]))][:k]


def best_captions(store: Store, vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """For every picture the cosine of its best caption, float32 `(n,)`; -inf for pictures without captions."""
    best = np.full(len(store.records), -np.inf, np.float32)
    if store.caption_index.count:
        np.maximum.at(best, store.caption_image_rows, store.caption_index.scores(vector))
    return best


def nearest_captions(store: Store, vector: NDArray[np.float32], pictures: NDArray[np.int64]) -> dict[int, int]:
    """For each of these pictures, by row, that has captions with a vector, the row of the caption nearest to the
    query, the first of equal ones."""
    wanted = caption_rows(store, pictures) if store.caption_index.count else None
    if wanted is None or not len(wanted):
        return {}
    # These are few: their own products are cheaper than a look at the whole index.
    scores = store.caption_index.vectors_at(wanted) @ vector
    # Worst first, so that the best one is what stays.
    order = np.lexsort((-wanted, scores))
    return {int(store.caption_image_rows[row]): int(row) for row in wanted[order]}
