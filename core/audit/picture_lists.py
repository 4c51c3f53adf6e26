"""The lists about pictures: near-duplicates, outliers, hubs."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from core.audit import groups, outliers, reasons, retrieval
from core.audit.findings import LEVELS, Finding, FindingList, Kind, Number, Order, Shown, ordered

if TYPE_CHECKING:
    from core.audit.auditing import Audit
    from core.audit.groups import Group
    from core.store import Store


def pixels_are_known(audit: Audit) -> bool:
    """Whether most of the pictures that are alike could be read."""
    return not len(audit.pairs) or bool(np.isfinite(audit.differences).mean() >= 0.5)


def duplicates(store: Store, audit: Audit, level: float, order: Order, same_pixels: bool) -> FindingList:
    level = max(level, audit.pairs.floor)
    found = groups.find_groups(audit.pairs, audit.differences, level, same_pixels=same_pixels)
    keys = list(range(len(found)))
    if order is Order.SIZE:
        keys.sort(key=lambda key: (-len(found[key].rows), key))
    elif order is Order.FILE:
        keys.sort(key=lambda key: store.records[found[key].rows[0]].file_name)
    extra = sum(len(group.rows) - 1 for group in found)
    pixels = f" and pixels that differ by at most {groups.SAME_PIXELS:.0%}" if same_pixels else ""
    summary = f"Groups of pictures joined by a cosine of {level:.3f} or more{pixels}; {extra:,} pictures could go."
    notes = []
    if audit.pairs.floor > LEVELS[Kind.DUPLICATES].low:
        notes.append(f"So many pictures are alike that only pairs from a cosine of {audit.pairs.floor:.4f} were kept.")
    if audit.unread:
        notes.append(f"{audit.unread:,} files could not be read, so their pixels are not compared.")
    return FindingList(
        Kind.DUPLICATES, level, order, summary, tuple(notes), keys, lambda rank, key: _group(store, found[key], rank)
    )


def _group(store: Store, group: Group, rank: int) -> Finding:
    """The largest picture first, the one to keep, then the others, most alike first."""
    records = [store.records[row] for row in group.rows]
    best = max(range(len(records)), key=lambda at: (records[at].width * records[at].height, -at))
    shown = []
    closest_first = sorted(range(len(records)), key=lambda at: (at != best, -group.scores[at], at))
    for at in closest_first:
        partner = PurePosixPath(store.records[group.partners[at]].file_name).name
        size = f"{records[at].width} × {records[at].height} px" if records[at].width else ""
        link = f"like {partner}{_apart(group.differences[at])}" if len(records) > 2 else ""  # of two it is said below
        note = " · ".join(filter(None, (PurePosixPath(records[at].file_name).name, size, link)))
        role = "largest" if at == best and size else "first" if at == best else "alike"
        shown.append(Shown(records[at], role, f"{group.scores[at]:.4f}", note))
    gaps = [gap for gap in group.differences if np.isfinite(gap)]
    why = f"{len(records)} pictures, alike by a cosine of up to {group.score:.4f}{_apart(min(gaps)) if gaps else ''}."
    return Finding(
        rank,
        tuple(shown),
        why,
        (Number("cosine", group.score), Number("pixel_difference", min(gaps) if gaps else None)),
    )


def _apart(difference: float) -> str:
    return f", pixels differ by {difference:.1%}" if np.isfinite(difference) else ""


def list_outliers(store: Store, audit: Audit, level: float, order: Order) -> FindingList:
    around = audit.neighbourhoods
    far = outliers.deviations(around.scores)
    k = outliers.neighbours_used(len(around.scores))

    def make(rank: int, row: int) -> Finding:
        near, likeness = int(around.nearest[row]), float(around.likeness[row])
        why = (
            f"Mean cosine {1 - around.scores[row]:.3f} with its {k} nearest pictures, {far[row]:.1f} deviations below "
            f"what is usual here; the nearest of all has {likeness:.3f}."
        )
        pictures = [Shown(store.records[row], "outlier", f"{far[row]:.1f} deviations", store.records[row].file_name)]
        if near >= 0:
            pictures.append(Shown(store.records[near], "nearest", f"{likeness:.3f}", store.records[near].file_name))
        numbers = (
            Number("deviations", float(far[row])),
            Number("mean_cosine", float(1 - around.scores[row])),
            Number("nearest_cosine", likeness if near >= 0 else None),
        )
        return Finding(rank, tuple(pictures), why, numbers)

    summary = f"Pictures that lie {level:.1f} deviations or more farther from their {k} nearest ones than is usual."
    notes = () if k else ("One picture alone has no neighbours.",)
    keys = ordered(store, np.flatnonzero(far >= level), far, order, lambda row: row)
    return FindingList(Kind.OUTLIERS, level, order, summary, notes, keys, make)


def hubs(store: Store, audit: Audit, level: float, order: Order) -> FindingList:
    answers = audit.answers
    counts = audit.neighbourhoods.counts if answers is None else answers.counts
    asked = len(store.records) if answers is None else store.caption_index.count
    query = "picture" if answers is None else "caption"
    mean, spread = float(counts.mean()) if len(counts) else 0.0, float(counts.std()) if len(counts) else 0.0
    above = (counts - mean) / spread if spread else np.zeros(len(counts))

    def make(rank: int, row: int) -> Finding:
        count, own = int(counts[row]), None if answers is None else int(answers.own_counts[row])
        why = f"Among the first {retrieval.FIRST} for {count:,} of {asked:,} {query}s, where {mean:.1f} is the mean"
        why += "." if own is None else f"; {own:,} of them are its own."
        note = f"mean {mean:.1f}" + ("" if own is None else f", {own:,} of its own")
        numbers = (
            Number("answers", count),
            Number("own_answers", own),
            Number("deviations", float(above[row])),
            Number("share_of_queries", count / asked if asked else 0.0),
        )
        return Finding(rank, (Shown(store.records[row], "hub", f"{count:,} {query}s", note),), why, numbers)

    never = int((counts == 0).sum())
    summary = (
        f"Pictures that answer many more queries than others. Every {query} was asked for its first "
        f"{retrieval.FIRST}; how often a picture answers has a skewness of {retrieval.skewness(counts):.2f} (0 is "
        f"even, above 1.4 strong hubs), and {never:,} pictures answer none."
    )
    notes = (f"Asked with pictures: {_why_pictures(store)}",) if answers is None else ()
    keys = ordered(store, np.flatnonzero((above >= level) & (counts > 0)), above, order, lambda row: row)
    return FindingList(Kind.HUBS, level, order, summary, notes, keys, make)


def _why_pictures(store: Store) -> str:
    if not store.caption_index.count:
        return reasons.no_captions(store)
    return "pictures and captions are of two models."
