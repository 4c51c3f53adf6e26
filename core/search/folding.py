"""Near-identical pictures among hits: the same picture saved, scaled or slightly cropped again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import errors, images

if TYPE_CHECKING:
    from core.records import ImageRecord
    from core.search.hits import SearchHit
    from core.store import Store

ALIKE = 0.9
"""Least cosine of near-identical pictures. Low on purpose, so that it fits other models too: what looks the same is the
hash's word. `benchmarks/near_identical.py` measures both."""

_SIDE = 240  # pixels of the thumbnails compared: those that grids show


@dataclass(frozen=True, slots=True)
class Fold:
    """A hit, and the hits below it that show nearly the same picture, in their order."""

    hit: SearchHit
    others: tuple[SearchHit, ...] = ()


def fold(hits: Sequence[SearchHit], groups: Sequence[Sequence[int]]) -> tuple[Fold, ...]:
    """Hits by groups of their positions, in which each occurs once."""
    return tuple(Fold(hits[first], tuple(hits[at] for at in others)) for first, *others in groups)


def alike(
    store: Store, records: Sequence[ImageRecord], thumbnail: Callable[[ImageRecord, int], bytes | None]
) -> tuple[tuple[int, ...], ...]:
    """Positions in `records` by groups of near-identical pictures; groups and positions ascend, and each is in one.

    Two pictures are near-identical where the cosine of their vectors is at least `ALIKE` and the difference hashes of
    their thumbnails differ in at most `images.HASH_TOLERANCE` bits: the first says that they mean the same to the
    model, which other pictures of one thing do too, the second that they look the same. A picture joins the first
    group whose first one it is near-identical to. One that cannot be read is in a group of its own.
    """
    if not records:
        return ()
    rows = np.array([store.row_of(record.image_id) for record in records])
    vectors = store.image_index.vectors_at(rows)
    cosines = vectors @ vectors.T
    hashes: dict[int, int | None] = {}

    def hash_of(at: int) -> int | None:
        if at not in hashes:
            hashes[at] = _hash(thumbnail(records[at], _SIDE))
        return hashes[at]

    groups: list[list[int]] = []
    for at in range(len(records)):
        for group in groups:
            if cosines[at, group[0]] >= ALIKE:
                one, other = hash_of(at), hash_of(group[0])
                if one is not None and other is not None and images.differing_bits(one, other) <= images.HASH_TOLERANCE:
                    group.append(at)
                    break
        else:
            groups.append([at])
    return tuple(tuple(group) for group in groups)


def _hash(picture: bytes | None) -> int | None:
    try:
        return None if picture is None else images.difference_hash(picture)
    except errors.PictureError:
        return None
