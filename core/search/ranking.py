"""The rankings of pictures, and the ranking of captions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import errors, relevance
from core.search import nearest, shares, things
from core.search.filters import NO_FILTERS, Filters
from core.search.hits import CaptionHit, FoundBy, Ranking, SearchHit, Side
from core.search.things import ThingsAsked
from core.search.wording import NO_WORDS, Wording

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.relevance import Cut, Fusion
    from core.store import Store

FUSED_IMAGE_WEIGHT = relevance.FALLBACK.without_words.image
"""Share of the picture's own cosine in the fused score of a query without text in a collection that was built without
a fit; the best caption's has the rest."""

_SIDES: tuple[Side, ...] = ("image", "caption", "words", "things")


@dataclass(frozen=True, slots=True)
class Ranked:
    """The hits, best first, and the line between those that probably match and the rest; None where a collection is
    too small to say."""

    hits: tuple[SearchHit, ...]
    cut: Cut | None


@dataclass(frozen=True, slots=True, eq=False)
class _Whole:
    """A query over the whole collection: `totals` `(n,)` by side, and the rows found, best first. `scores` `(n,)` are
    their sums, -inf for what cannot be found."""

    totals: dict[Side, NDArray[np.float32]]
    scores: NDArray[np.float32]
    rows: NDArray[np.int64]
    found_by: list[FoundBy]


def rank_images(
    store: Store,
    vector: NDArray[np.float32],
    *,
    k: int,
    by: Ranking = Ranking.IMAGE,
    filters: Filters = NO_FILTERS,
    exclude: Collection[int] = (),
    terms: NDArray[np.float64] | None = None,
    wording: Wording = NO_WORDS,
) -> tuple[SearchHit, ...]:
    """The hits of `rank`."""
    allowed = nearest.allowed_rows(store, filters, exclude)
    return rank(store, vector, k=k, by=by, allowed=allowed, terms=terms, wording=wording).hits


def rank(
    store: Store,
    vector: NDArray[np.float32],
    *,
    k: int,
    by: Ranking = Ranking.IMAGE,
    allowed: NDArray[np.int64] | None = None,
    terms: NDArray[np.float64] | None = None,
    wording: Wording = NO_WORDS,
    asked: ThingsAsked | None = None,
) -> Ranked:
    """The `k` best pictures for a unit query vector `(dim,)`, best first; equal scores in row order.

    `by` IMAGE scores a picture by its own vector; CAPTION by its best caption, so that pictures without captions cannot
    be found; FUSED by both and, where the query has texts, by how many of their words (`wording`) the captions say,
    weighed as the collection's `relevance` does; THINGS by its own vector and by the things `asked` for. `k` is clamped
    to what there is; `k` hits come back whenever `k` of the rows `allowed` (ascending; None for all) can be found.
    `terms` `(t, dim)` add up to `vector` and divide each score among them; without them it is one term. Every hit's
    probability follows from the scores of the whole collection, whatever is allowed. Where pictures and captions are of
    two models, IMAGE takes a vector of the one, CAPTION of the other. Raises `QueryError` for a vector that is not this
    collection's, there for FUSED, and for THINGS of which none are asked.
    """
    if (by is Ranking.THINGS) != (asked is not None):
        raise errors.QueryError("a ranking by things needs the things that are asked for, and no other takes them")
    if by is Ranking.FUSED and not store.one_space:
        raise errors.QueryError("pictures and captions of two models have no scores that could be fused")
    fusion = store.relevance.fusion if store.relevance else relevance.FALLBACK
    whole = _whole(store, vector, k=k, by=by, allowed=allowed, fusion=fusion, wording=wording, asked=asked)
    rows = whole.rows
    best = nearest.nearest_captions(store, vector, rows) if store.one_space or by is Ranking.CAPTION else {}
    totals = {side: total[rows] for side, total in whole.totals.items()}
    if terms is None or len(terms) == 1:
        parts = shares.undivided(totals)
    else:
        parts = shares.divided(
            store,
            vector,
            terms,
            rows=rows,
            best=best,
            weights=_weights(by, fusion, wording),
            words=_at(wording.scores, rows),
            asked=asked,
        )
    # Captions teach what the scores of one text mean; a sum of terms has scores of another scale.
    single = terms is None or len(terms) == 1
    line = store.relevance.lines.get(by.value) if store.relevance and single else None
    judged = relevance.estimate(whole.scores, line, wording.words)
    scores = np.sum(list(totals.values()), axis=0)
    hits = tuple(
        SearchHit(
            rank=place,
            score=float(score),
            record=store.records[row],
            caption=_shown_caption(store, int(row), best),
            found_by=by_whom,
            parts=hit_parts,
            probability=None if judged is None else float(judged.probabilities[row]),
            things=asked.shared(int(row)) if asked else (),
        )
        for place, (row, score, by_whom, hit_parts) in enumerate(
            zip(rows, scores, whole.found_by, parts, strict=True), start=1
        )
    )
    return Ranked(hits, None if judged is None else _cut(judged, allowed, len(hits)))


def rank_captions(
    store: Store, vector: NDArray[np.float32], *, k: int, filters: Filters = NO_FILTERS
) -> tuple[CaptionHit, ...]:
    """The `k` captions nearest to a unit query vector `(dim,)`, of pictures that pass `filters`, best first."""
    allowed = nearest.allowed_rows(store, filters, ())
    rows, scores = nearest.nearest(store.caption_index, vector, k, nearest.caption_rows(store, allowed))
    return tuple(
        CaptionHit(place, float(score), store.captions[row], store.records[store.caption_image_rows[row]])
        for place, (row, score) in enumerate(zip(rows, scores, strict=True), start=1)
    )


def _whole(
    store: Store,
    vector: NDArray[np.float32],
    *,
    k: int,
    by: Ranking,
    allowed: NDArray[np.int64] | None,
    fusion: Fusion,
    wording: Wording,
    asked: ThingsAsked | None,
) -> _Whole:
    if by is Ranking.IMAGE:
        rows, near = nearest.nearest(store.image_index, vector, k, allowed)
        images = store.image_index.scores(vector)
        images[rows] = near  # the same products, rounded where the order was decided
        return _Whole({"image": images}, images, rows, ["image"] * len(rows))
    own: dict[Side, NDArray[np.float32]] = {}
    if asked is not None:
        own["image"] = store.image_index.scores(vector)
        own["things"] = asked.among.index.scores(asked.query.vector)
        weights = _weights(by, fusion, wording)
        return _summed({side: np.float32(weights[side]) * own[side] for side in own}, own, k=k, allowed=allowed)
    captions = nearest.best_captions(store, vector)
    if by is Ranking.CAPTION:
        rows = nearest.top(captions, k, allowed)
        return _Whole({"caption": captions}, captions, rows, ["caption"] * len(rows))
    images = store.image_index.scores(vector)
    words = None if wording.scores is None else wording.scores.sum(axis=0)
    fused = relevance.fuse(images, captions, words, fusion)
    own |= {"image": images, "caption": captions}
    if words is not None:
        own["words"] = np.where(words > 0, words, -np.inf).astype(np.float32)
    return _summed({side: fused[:, at] for at, side in enumerate(own)}, own, k=k, allowed=allowed)


def _summed(
    totals: dict[Side, NDArray[np.float32]],
    own: Mapping[Side, NDArray[np.float32]],
    *,
    k: int,
    allowed: NDArray[np.int64] | None,
) -> _Whole:
    """Sides that add up; each alone would find by its `own` scores."""
    scores = np.sum(list(totals.values()), axis=0)
    rows = nearest.top(scores, k, allowed)
    alone = {side: nearest.top(found, k, allowed) for side, found in own.items()}
    return _Whole(totals, scores, rows, _found_by(rows, alone))


def _weights(by: Ranking, fusion: Fusion, wording: Wording) -> dict[Side, float]:
    """What each side's own scores count; words come as shares of their weight already."""
    if by is Ranking.THINGS:
        return {"image": 1 - things.WEIGHT, "things": things.WEIGHT}
    if by is not Ranking.FUSED:
        return {"image" if by is Ranking.IMAGE else "caption": 1.0}
    if wording.scores is None:
        both = fusion.without_words
        return {"image": both.image, "caption": both.caption}
    return {"image": fusion.image, "caption": fusion.caption, "words": fusion.words}


def _at(words: NDArray[np.float32] | None, rows: NDArray[np.int64]) -> NDArray[np.float64] | None:
    """Of each of m rows what each term's words add, `(m, t)`."""
    return None if words is None else words[:, rows].T.astype(np.float64)


def _cut(judged: relevance.Estimate, allowed: NDArray[np.int64] | None, hits: int) -> Cut:
    among = judged.probabilities if allowed is None else judged.probabilities[allowed]
    pictures = relevance.place(among)
    return relevance.Cut(min(hits, pictures), pictures, float(among.sum()), judged.fitted)


def _found_by(rows: NDArray[np.int64], alone: Mapping[Side, NDArray[np.int64]]) -> list[FoundBy]:
    """Which side alone would have found each row within the same k; both when several or only the sum would."""
    sides = {side: set(found.tolist()) for side, found in alone.items()}
    named: list[FoundBy] = []
    for row in rows.tolist():
        finders = [side for side in _SIDES if row in sides.get(side, ())]
        named.append(finders[0] if len(finders) == 1 else "both")
    return named


def _shown_caption(store: Store, row: int, best: Mapping[int, int]) -> str | None:
    """A picture's caption nearest to the query; the first one where there is nothing to compare."""
    if row in best:
        return store.captions[best[row]].display
    captions = store.records[row].captions
    return captions[0].display if captions else None
