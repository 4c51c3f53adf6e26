"""A score divided among the terms of a query: dot products are linear, so the shares add up to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from core.search.hits import HitPart, Side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.index import VectorIndex
    from core.search.things import ThingsAsked
    from core.store import Store


def undivided(totals: Mapping[Side, NDArray[np.float32]]) -> list[tuple[HitPart, ...]]:
    """For each of m hits what its sides add, `(m,)` each, as parts of the only term."""
    return _as_parts({side: total[:, None] for side, total in totals.items()})


def divided(
    store: Store,
    vector: NDArray[np.float32],
    terms: NDArray[np.float64],
    *,
    rows: NDArray[np.int64],
    best: Mapping[int, int],
    weights: Mapping[Side, float],
    words: NDArray[np.float64] | None = None,
    asked: ThingsAsked | None = None,
) -> list[tuple[HitPart, ...]]:
    """For each hit, a row of `rows`, what each of the `terms` `(t, dim)`, which add up to `vector`, adds to its score.

    `weights` are the sides that count and how much each does; `words` `(m, t)` is how much of each term's words a hit's
    captions say; `asked` are the things that the terms show; `best` gives a hit's row the row of the caption that
    scored. In the fused ranking a hit without one has the mean over the others, term by term.
    """
    found: dict[Side, NDArray[np.float64]] = {}
    for side, weight in weights.items():
        if side == "words":
            found[side] = weight * (np.zeros((len(rows), len(terms))) if words is None else words)
            continue
        if side == "things" and asked is not None:
            found[side] = weight * _vectors(asked.among.index, rows) @ asked.query.terms.T
            continue
        vectors = _vectors(store.image_index, rows) if side == "image" else _captions(store, vector, rows, best)
        found[side] = weight * vectors @ terms.T
    return _as_parts(found)


def _as_parts(found: Mapping[Side, NDArray[np.floating]]) -> list[tuple[HitPart, ...]]:
    """Shares `(m, t)` of each side to the parts of each of m hits."""
    hits, terms = next(iter(found.values())).shape
    return [
        tuple(HitPart(term, side, float(shares[hit, term])) for term in range(terms) for side, shares in found.items())
        for hit in range(hits)
    ]


def _captions(
    store: Store, vector: NDArray[np.float32], rows: NDArray[np.int64], best: Mapping[int, int]
) -> NDArray[np.float64]:
    """The vector `(m, dim)` that stands for each hit's captions: the best one's, else what the fused ranking puts in
    its place, the mean of all pictures' best ones, or the picture's own where no picture has any."""
    has = np.array([int(row) in best for row in rows], bool)
    if not best and not store.caption_index.count:
        return _vectors(store.image_index, rows)
    vectors = np.empty((len(rows), store.caption_index.dim))
    vectors[has] = _vectors(store.caption_index, np.array([best[int(row)] for row in rows[has]], np.int64))
    if not has.all():
        vectors[~has] = _mean_best_caption(store, vector)
    return vectors


def _mean_best_caption(store: Store, vector: NDArray[np.float32]) -> NDArray[np.float64]:
    """The mean `(dim,)` of the vectors of every picture's caption nearest to the query."""
    scores = store.caption_index.scores(vector)
    best = np.full(len(store.records), -np.inf, np.float32)
    np.maximum.at(best, store.caption_image_rows, scores)
    nearest = np.full(len(store.records), -1)
    level = np.flatnonzero(scores == best[store.caption_image_rows])
    nearest[store.caption_image_rows[level]] = level  # any one of several level ones
    return store.caption_index.mean(nearest[nearest >= 0]).astype(np.float64)


def _vectors(index: VectorIndex, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Rows `(m, dim)` in double precision: terms that nearly cancel are long, and their shares still add up."""
    return index.vectors_at(rows).astype(np.float64)
