"""The lists about captions: those that fit another picture better, and pictures that none of theirs finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.audit import retrieval
from core.audit.findings import Finding, FindingList, Kind, Number, Order, Shown, ordered
from core.errors import QueryError

if TYPE_CHECKING:
    from core.audit.auditing import Audit
    from core.store import Store


def misfits(store: Store, audit: Audit, level: float, order: Order) -> FindingList:
    found, answers, owners = audit.misfits, audit.answers, store.caption_image_rows
    if found is None:
        raise QueryError("this audit has no captions; compute it again")
    scores = np.nan_to_num(found.scores, nan=-np.inf)

    def make(rank: int, row: int) -> Finding:
        own = int(owners[row])
        near = int(found.nearest[row])
        other = int(answers.best[row]) if answers else int(owners[near]) if near >= 0 else -1
        reasons, numbers = [], [Number("deviations", float(scores[row]))]
        pictures = [Shown(store.records[own], "its picture", "", store.records[own].file_name)]
        if answers:
            score, better, place = float(answers.own[row]), float(answers.best_scores[row]), int(answers.ranks[row])
            pictures = [Shown(store.records[own], "its picture", f"{score:.3f}", f"rank {place:,}")]
            reasons.append(
                f"as a query it finds its own picture at rank {place:,} of {len(store.records):,} ({score:.3f})"
            )
            if other >= 0:
                reasons.append(f"{'a better' if better > score else 'the next'} one has {better:.3f}")
            numbers += [Number("own_cosine", score), Number("own_rank", place)]
            numbers.append(Number("other_cosine", better if other >= 0 else None))
        sibling, like = float(found.siblings[row]), float(found.likeness[row])
        if np.isfinite(sibling) and near >= 0:
            reasons.append(
                f"it is {sibling:.3f} like the other captions of its picture and {like:.3f} like one of another picture"
            )
        numbers.append(Number("sibling_cosine", sibling if np.isfinite(sibling) else None))
        numbers.append(Number("foreign_caption_cosine", like if near >= 0 else None))
        if other >= 0:
            figure = float(answers.best_scores[row]) if answers else like
            note = store.records[other].file_name if answers else "has a caption like it"
            fits = answers is None or answers.best_scores[row] > answers.own[row]
            pictures.append(
                Shown(store.records[other], "fits better" if fits else "fits next best", f"{figure:.3f}", note)
            )
        why = "; ".join(reasons) or "nothing to compare with"
        why = f"{scores[row]:.1f} deviations from a usual fit: {why}."
        nearest = store.captions[near] if near >= 0 else None
        return Finding(rank, tuple(pictures), why, tuple(numbers), caption=store.captions[row], other=nearest)

    summary = (
        f"Captions that other pictures fit better than their own, by {level:.1f} deviations or more from a usual fit."
    )
    blind = int((~np.isfinite(found.scores)).sum())
    notes = []
    if blind:
        notes.append(f"{blind:,} captions stand alone with their picture and cannot be compared with anything.")
    if not answers:
        notes.append("Pictures and captions are of two models, so captions are compared with captions only.")
    keys = ordered(store, np.flatnonzero(scores >= level), scores, order, lambda row: int(owners[row]))
    return FindingList(Kind.CAPTIONS, level, order, summary, tuple(notes), keys, make)


def unfound(store: Store, audit: Audit, level: float, order: Order) -> FindingList:
    answers = audit.answers
    if answers is None:
        raise QueryError("this audit has no answers to captions; compute it again")
    ranks, rows = retrieval.best_of_each(answers.ranks, store.caption_image_rows, len(store.records))
    cut = int(level)

    def make(rank: int, row: int) -> Finding:
        best = int(rows[row])
        score, other = float(answers.own[best]), int(answers.best[best])
        spoken = int((store.caption_image_rows == row).sum())
        first = float(answers.best_scores[best])
        which = "Its only caption" if spoken == 1 else f"The best of its {spoken} captions"
        why = f"{which} finds it at rank {ranks[row]:,} ({score:.3f}); the first picture found has {first:.3f}."
        pictures = [Shown(store.records[row], "not found", f"{score:.3f}", f"rank {ranks[row]:,}")]
        if other >= 0:
            pictures.append(Shown(store.records[other], "found first", f"{first:.3f}", store.records[other].file_name))
        numbers = (
            Number("best_rank", int(ranks[row])),
            Number("own_cosine", score),
            Number("other_cosine", first if other >= 0 else None),
            Number("captions", spoken),
        )
        return Finding(rank, tuple(pictures), why, numbers, caption=store.captions[best])

    asked = int((ranks > 0).sum())
    hidden = np.flatnonzero(ranks > cut)
    share = f"{len(hidden) / asked:.1%}" if asked else "none"
    summary = (
        f"Pictures that none of their captions finds within {cut:,}, by the picture ranking: {share} of {asked:,}."
    )
    left = len(store.records) - asked
    notes = (f"{left:,} pictures without captions are left out.",) if left else ()
    keys = ordered(store, hidden, ranks, order, lambda row: row)
    return FindingList(Kind.UNFOUND, level, order, summary, notes, keys, make)
