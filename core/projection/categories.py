"""The one category that stands for a picture which has several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.records import ImageRecord


def main_categories(records: Sequence[ImageRecord]) -> list[str]:
    """For each picture the most frequent of its categories, counted over all pictures, the first by name of equal
    ones; empty for pictures without any."""
    counted = Counter(name for record in records for name in record.categories)
    return [min(record.categories, key=lambda name: (-counted[name], name), default="") for record in records]
