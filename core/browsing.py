"""The pictures of a collection without a query: filtered, counted by facet, put in order, one page at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from core import facets
from core.facets.terms import Field

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.records import ImageRecord

PER_PAGE = 48
"""Full rows in two, three, four, six and eight columns."""


class Order(StrEnum):
    """How a listing is ordered; what is equal is in ascending order of ids."""

    ID = "id"
    FILE = "file"
    OBJECTS = "objects"
    CAPTIONS = "captions"
    WORDS = "words"
    LARGEST = "largest"
    RANDOM = "random"


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """All pictures that match, in order: `rows` of the columns they come from, int64 `(found,)`. `counts` says how many
    each value of a facet would leave."""

    columns: facets.Columns
    rows: NDArray[np.int64]
    counts: tuple[facets.FacetCounts, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def pages(self) -> int:
        """The number of pages, at least 1."""
        return max(1, -(-len(self.rows) // PER_PAGE))

    @property
    def records(self) -> tuple[ImageRecord, ...]:
        """All of the pictures."""
        return tuple(self.columns.records[row] for row in self.rows.tolist())

    def page(self, number: int) -> tuple[ImageRecord, ...]:
        """The pictures of page `number`, counted from 1 and brought into the range there is."""
        first = (min(self.pages, max(1, number)) - 1) * PER_PAGE
        return tuple(self.columns.records[row] for row in self.rows[first : first + PER_PAGE].tolist())


def browse(
    columns: facets.Columns,
    asked: facets.Filter = facets.EVERYTHING,
    order: Order = Order.ID,
    seed: int = 0,
    *,
    reverse: bool = False,
    modes: Mapping[Field, facets.Mode] | None = None,
) -> Listing:
    """The pictures that pass a filter, in order. RANDOM is the same shuffle for the same `seed`, of the whole
    collection: another filter leaves the order of what remains. `modes` as for `facets.count`. Raises as that."""
    found, counts = facets.count(columns, asked, modes)
    ordered = np.random.default_rng(seed).permutation(len(columns)) if order is Order.RANDOM else _order(columns, order)
    if reverse:
        ordered = ordered[::-1]
    return Listing(columns, ordered[found[ordered]], counts)


def _order(columns: facets.Columns, order: Order) -> NDArray[np.int64]:
    """All rows in one of the orders that do not depend on chance."""
    numbers = columns.numbers
    keys: dict[Order, Callable[[], NDArray[np.int64]]] = {
        Order.ID: lambda: numbers[Field.ID],
        Order.FILE: lambda: _ranks(columns.file_names),
        Order.OBJECTS: lambda: -numbers[Field.OBJECTS],
        Order.CAPTIONS: lambda: -numbers[Field.CAPTIONS],
        Order.WORDS: lambda: -columns.caption_words,
        Order.LARGEST: lambda: -(numbers[Field.WIDTH] * numbers[Field.HEIGHT]),
    }
    return columns.order(order, keys[order])


def _ranks(names: tuple[str, ...]) -> NDArray[np.int64]:
    """The place of each name in alphabetical order, int64 `(len(names),)`."""
    ranks = np.empty(len(names), np.int64)
    ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    return ranks
