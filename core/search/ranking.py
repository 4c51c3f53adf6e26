"""The three rankings of pictures, and the ranking of captions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np

from core import errors
from core.search import shares
from core.search.filters import NO_FILTERS, Filters
from core.search.hits import CaptionHit, FoundBy, Ranking, SearchHit, Side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.index import VectorIndex
    from core.store import Store

FUSED_IMAGE_WEIGHT = 0.2
"""Share of the picture's own cosine in the fused score; the best caption's has the rest. Chosen with
`benchmarks/fusion_weight.py` on photos and scenes held out of training: between 0.1 and 0.3 it does as well as the
captions alone on photos and better on scenes."""

_SIDE_WEIGHTS: dict[Side, float] = {"image": FUSED_IMAGE_WEIGHT, "caption": 1 - FUSED_IMAGE_WEIGHT}


def rank_images(
    store: Store,
    vector: NDArray[np.float32],
    *,
    k: int,
    by: Ranking = Ranking.IMAGE,
    filters: Filters = NO_FILTERS,
    exclude: Collection[int] = (),
    terms: NDArray[np.float64] | None = None,
) -> tuple[SearchHit, ...]:
    """The `k` best pictures for a unit query vector `(dim,)`, best first; equal scores in row order.

    `by` IMAGE scores a picture by its own vector; CAPTION by its best caption, so that pictures without captions
    cannot be found; FUSED by `FUSED_IMAGE_WEIGHT` of the one and the rest of the other. `k` is clamped to what there
    is; `k` hits come back whenever `k` pictures pass `filters`. The pictures with the ids `exclude` are left out.
    `terms` `(t, dim)` add up to `vector` and divide each score among them; without them it is one term.
    Where pictures and captions are of two models, IMAGE takes a vector of the one, CAPTION of the other. Raises
    `QueryError` for a vector that is not this collection's, and there for FUSED.
    """
    if by is Ranking.FUSED and not store.one_space:
        raise errors.QueryError("pictures and captions of two models have no scores that could be fused")
    allowed = _allowed_rows(store, filters, exclude)
    totals: dict[Side, NDArray[np.float32]]  # of each hit, by side
    if by is Ranking.IMAGE:
        rows, scores = _nearest(store.image_index, vector, k, allowed)
        totals = {"image": scores}
        found: list[FoundBy] = ["image"] * len(rows)
    else:
        captions = best_captions(store, vector)
        if by is Ranking.CAPTION:
            rows = _top(captions, k, allowed)
            totals = {"caption": captions[rows]}
            found = ["caption"] * len(rows)
        else:
            images = store.image_index.scores(vector)
            fused = fused_shares(images, captions)
            rows = _top(fused.sum(axis=1), k, allowed)
            totals = {"image": fused[rows, 0], "caption": fused[rows, 1]}
            found = _found_by(rows, _top(images, k, allowed), _top(captions, k, allowed))
    scores = np.sum(list(totals.values()), axis=0)
    best = _nearest_captions(store, vector, rows) if store.one_space or by is Ranking.CAPTION else {}
    if terms is None or len(terms) == 1:
        parts = shares.undivided(totals)
    else:
        weights = _SIDE_WEIGHTS if by is Ranking.FUSED else dict.fromkeys(totals, 1.0)
        parts = shares.divided(store, vector, terms, rows=rows, best=best, weights=weights)
    return tuple(
        SearchHit(rank, float(score), store.records[row], _shown_caption(store, int(row), best), by_whom, hit_parts)
        for rank, (row, score, by_whom, hit_parts) in enumerate(zip(rows, scores, found, parts, strict=True), start=1)
    )


def rank_captions(
    store: Store, vector: NDArray[np.float32], *, k: int, filters: Filters = NO_FILTERS
) -> tuple[CaptionHit, ...]:
    """The `k` captions nearest to a unit query vector `(dim,)`, of pictures that pass `filters`, best first."""
    allowed = _allowed_rows(store, filters, ())
    rows, scores = _nearest(store.caption_index, vector, k, _caption_rows(store, allowed))
    return tuple(
        CaptionHit(rank, float(score), store.captions[row], store.records[store.caption_image_rows[row]])
        for rank, (row, score) in enumerate(zip(rows, scores, strict=True), start=1)
    )


def best_captions(store: Store, vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """For every picture the cosine of its best caption, float32 `(n,)`; -inf for pictures without captions."""
    best = np.full(len(store.records), -np.inf, np.float32)
    if store.caption_index.count:
        np.maximum.at(best, store.caption_image_rows, store.caption_index.scores(vector))
    return best


def fused_shares(
    images: NDArray[np.float32], captions: NDArray[np.float32], image_weight: float = FUSED_IMAGE_WEIGHT
) -> NDArray[np.float32]:
    """What picture and best caption each add to the fused score: `(..., n)` twice to `(..., n, 2)`.

    A picture without captions (-inf) is given the mean of the others, which neither helps nor harms it: a query's
    cosines with captions lie far above those with pictures, so leaving the share out would bury it.
    """
    known = np.isfinite(captions)
    total = np.where(known, captions, 0).sum(axis=-1, keepdims=True)
    mean = total / np.maximum(known.sum(axis=-1, keepdims=True), 1)
    filled = np.where(known, captions, np.where(known.any(axis=-1, keepdims=True), mean, images))
    return np.stack([image_weight * images, (1 - image_weight) * filled], axis=-1).astype(np.float32)


def _allowed_rows(store: Store, filters: Filters, exclude: Collection[int]) -> NDArray[np.int64] | None:
    """Ascending rows that may be found; None for all of them."""
    allowed = filters.rows(store.records) if filters else None
    if not exclude:
        return allowed
    rows: NDArray[np.int64] = np.arange(len(store.records)) if allowed is None else allowed
    others: NDArray[np.int64] = rows[~np.isin(rows, [store.row_of(image_id) for image_id in exclude])]
    return others


def _caption_rows(store: Store, allowed: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
    """Rows of the captions of the allowed pictures; None for all."""
    if allowed is None:
        return None
    passes = np.zeros(len(store.records), bool)
    passes[allowed] = True
    rows: NDArray[np.int64] = np.flatnonzero(passes[store.caption_image_rows])
    return rows


def _nearest(
    index: VectorIndex, vector: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The rows `(k',)` and scores `(k',)` of one query, equal scores in row order."""
    room = index.count if allowed is None else len(allowed)
    if not room:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    near = index.search(vector[None], max(1, min(k, room)), allowed)
    return near.rows[0], near.scores[0]


def _top(scores: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """Rows of the `k` highest finite scores among `allowed`, best first, equal scores in row order."""
    rows = np.arange(len(scores), dtype=np.int64) if allowed is None else allowed
    rows = rows[np.isfinite(scores[rows])]
    k = max(1, min(k, len(rows)))
    if k < len(rows):
        # Keep everything level with the k-th, so that which of several equals is returned does not depend on chance.
        bound = np.partition(scores[rows], len(rows) - k)[len(rows) - k]
        rows = rows[scores[rows] >= bound]
    return rows[np.lexsort((rows, -scores[rows]))][:k]


def _found_by(rows: NDArray[np.int64], by_image: NDArray[np.int64], by_caption: NDArray[np.int64]) -> list[FoundBy]:
    """Which side alone would have found each row within the same k; both when either or only the sum would."""
    image, caption = set(by_image.tolist()), set(by_caption.tolist())
    return [
        "both" if (row in image) == (row in caption) else "image" if row in image else "caption"
        for row in rows.tolist()
    ]


def _nearest_captions(store: Store, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> dict[int, int]:
    """For each of these rows that has captions with a vector, the row of the caption nearest to the query."""
    wanted = _caption_rows(store, rows) if store.caption_index.count else None
    if wanted is None or not len(wanted):
        return {}
    near, _ = _nearest(store.caption_index, vector, len(wanted), wanted)
    # Worst first, so that the best one is what stays.
    return {int(store.caption_image_rows[caption_row]): int(caption_row) for caption_row in near[::-1]}


def _shown_caption(store: Store, row: int, best: Mapping[int, int]) -> str | None:
    """A picture's caption nearest to the query; the first one where there is nothing to compare."""
    if row in best:
        return store.captions[best[row]].display
    captions = store.records[row].captions
    return captions[0].display if captions else None
