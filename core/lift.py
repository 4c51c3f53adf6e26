"""What a query meant to the model: the categories that its hits have more often than the collection as a whole."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.records import ImageRecord
    from core.store import Store

_LEAST_HITS = 2  # one picture is no pattern
_LEAST_LIFT = 1.5
_LEAST_Z = 2.0  # standard deviations above what as many random pictures would have


@dataclass(frozen=True, slots=True)
class CategoryLift:
    """`hits` of the pictures found have the category, `lift` times as often as in the collection (above 1)."""

    category: str
    hits: int
    lift: float


def category_lift(store: Store, found: Sequence[ImageRecord], most: int = 5) -> tuple[CategoryLift, ...]:
    """Up to `most` categories that are clearly more frequent among `found` than in the collection, most surprising
    first: by how many standard deviations the count is above that of as many pictures drawn at random (binomial)."""
    everywhere = Counter(name for record in store.records for name in record.categories)
    here = Counter(name for record in found for name in record.categories)
    ranked = []
    for name, hits in here.items():
        share = everywhere[name] / len(store.records)
        lift = hits / (len(found) * share)
        spread = math.sqrt(len(found) * share * (1 - share))
        z = (hits - len(found) * share) / spread if spread else 0.0
        if hits >= _LEAST_HITS and lift >= _LEAST_LIFT and z >= _LEAST_Z:
            ranked.append((-z, name, CategoryLift(name, hits, lift)))
    return tuple(entry for _, _, entry in sorted(ranked)[:most])
