"""The pictures of a collection without a query: filtered, put in order, one page at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from core import spreadsheet
from core.search import NO_FILTERS, Filters

if TYPE_CHECKING:
    from core.records import ImageRecord
    from core.store import Store

PER_PAGE = 48
"""Full rows in two, three, four, six and eight columns."""

_COLUMNS = ("image_id", "file_name", "width", "height", "captions", "categories", "license")


class Order(StrEnum):
    """How a listing is ordered."""

    ID = "id"
    FILE = "file"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Listing:
    """All pictures that match, in order; `page(n)` is a part of it."""

    records: tuple[ImageRecord, ...]

    def __len__(self) -> int:
        return len(self.records)

    @property
    def pages(self) -> int:
        """The number of pages, at least 1."""
        return max(1, -(-len(self.records) // PER_PAGE))

    def page(self, number: int) -> tuple[ImageRecord, ...]:
        """The pictures of page `number`, counted from 1 and brought into the range there is."""
        first = (min(self.pages, max(1, number)) - 1) * PER_PAGE
        return self.records[first : first + PER_PAGE]


def list_records(
    store: Store, filters: Filters = NO_FILTERS, words: str = "", order: Order = Order.ID, seed: int = 0
) -> Listing:
    """The pictures that pass `filters` and have every one of `words` in their captions (as the beginning of a word,
    letter case aside). RANDOM is the same shuffle for the same `seed`."""
    patterns = [re.compile(rf"\b{re.escape(word)}") for word in words.casefold().split()]
    found = [
        record
        for record in store.records
        if (not filters or filters.pass_record(record)) and (not patterns or _has_words(record, patterns))
    ]
    if order is Order.FILE:
        found.sort(key=lambda record: record.file_name)
    elif order is Order.RANDOM:
        found = [found[row] for row in np.random.default_rng(seed).permutation(len(found))]
    else:
        found.sort(key=lambda record: record.image_id)
    return Listing(tuple(found))


def to_rows(records: Iterable[ImageRecord]) -> list[dict[str, Any]]:
    """JSON-ready rows, one per picture."""
    return [
        {
            "image_id": record.image_id,
            "file_name": record.file_name,
            "width": record.width,
            "height": record.height,
            "captions": [caption.display for caption in record.captions],
            "categories": list(record.categories),
            "license": record.license,
        }
        for record in records
    ]


def to_csv(records: Iterable[ImageRecord]) -> str:
    """One line per picture under a header; cells that a spreadsheet would run as formulas are defused."""
    flat = (
        row | {"captions": " | ".join(row["captions"]), "categories": ", ".join(row["categories"])}
        for row in to_rows(records)
    )
    return spreadsheet.csv_text(_COLUMNS, flat)


def _has_words(record: ImageRecord, patterns: Sequence[re.Pattern[str]]) -> bool:
    text = "\n".join(caption.text for caption in record.captions).casefold()
    return all(pattern.search(text) for pattern in patterns)
