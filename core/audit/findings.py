"""What an audit found, as lists that people read: which picture, which caption, which other one, and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.records import Caption, ImageRecord
    from core.store import Store

PER_PAGE = 12
"""Findings on a page: each has a picture or more of its own."""


class Kind(StrEnum):
    """The lists."""

    DUPLICATES = "duplicates"
    OUTLIERS = "outliers"
    CAPTIONS = "captions"
    UNFOUND = "unfound"
    HUBS = "hubs"


class Order(StrEnum):
    """How a list is ordered."""

    WORST = "worst"
    SIZE = "size"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Level:
    """From where on something is listed: a number between `low` and `high` in steps of `step`. `label` and `help` say
    in plain words what it means, `decimals` how it is written."""

    label: str
    low: float
    high: float
    step: float
    default: float
    decimals: int
    help: str

    def within(self, value: float | None) -> float:
        """The default for None, else the value brought into the range."""
        if value is None or math.isnan(value):
            return self.default
        return round(min(self.high, max(self.low, value)), 6)


LEVELS = {
    Kind.DUPLICATES: Level(
        "Cosine from", 0.90, 1.0, 0.005, 0.95, 3, "Pictures are joined when their vectors are at least this much alike."
    ),
    Kind.OUTLIERS: Level(
        "Deviations from",
        1.0,
        12.0,
        0.5,
        3.5,
        1,
        "How far from its nearest neighbours a picture must lie, in deviations above the median of all pictures.",
    ),
    Kind.CAPTIONS: Level(
        "Deviations from",
        1.0,
        12.0,
        0.5,
        3.5,
        1,
        "How much better others must fit than its own picture and captions, in deviations above the median.",
    ),
    Kind.UNFOUND: Level(
        "Rank beyond",
        10,
        1000,
        10,
        10,
        0,
        "None of its captions, as a query, finds the picture among so many first ones.",
    ),
    Kind.HUBS: Level(
        "Deviations from",
        1.0,
        12.0,
        0.5,
        3.0,
        1,
        "How many more queries a picture must answer than the mean picture, in standard deviations.",
    ),
}
"""For each list from where on it lists, and within which bounds that can be chosen."""
ORDERS: dict[Kind, tuple[Order, ...]] = {
    Kind.DUPLICATES: (Order.WORST, Order.SIZE, Order.FILE),
    **{kind: (Order.WORST, Order.FILE) for kind in Kind if kind is not Kind.DUPLICATES},
}
"""The orders that each list knows, the usual one first."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of a finding: its part in it ("fits better"), its one figure as text, and what else is worth a look."""

    record: ImageRecord
    role: str
    figure: str
    note: str


@dataclass(frozen=True, slots=True)
class Number:
    """A figure of a finding, under a name that is the same in the whole list. None: there is none here."""

    name: str
    value: float | int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """`pictures` has the one concerned first, then those it is compared with. `caption` is the one concerned, `other` a
    caption it is compared with. `why` is one plain sentence with the numbers, which `numbers` repeats for programs."""

    rank: int
    pictures: tuple[Shown, ...]
    why: str
    numbers: tuple[Number, ...]
    caption: Caption | None = None
    other: Caption | None = None


@dataclass(frozen=True, slots=True)
class FindingList:
    """One list at one level: `len` findings, made when they are looked at. `summary` says in a sentence or two what is
    listed and by which measure; `notes` what limits it."""

    kind: Kind
    level: float
    order: Order
    summary: str
    notes: tuple[str, ...]
    keys: Sequence[int]
    make: Callable[[int, int], Finding]
    """From the rank and the key of a finding."""

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[Finding]:
        return (self.make(rank, key) for rank, key in enumerate(self.keys, start=1))

    @property
    def pages(self) -> int:
        """The number of pages, at least 1."""
        return max(1, -(-len(self.keys) // PER_PAGE))

    def page(self, number: int) -> tuple[Finding, ...]:
        """The findings of page `number`, counted from 1 and brought into the range there is."""
        first = (min(self.pages, max(1, number)) - 1) * PER_PAGE
        return tuple(
            self.make(rank, key) for rank, key in enumerate(self.keys[first : first + PER_PAGE], start=first + 1)
        )


def ordered(
    store: Store,
    rows: NDArray[np.int64],
    scores: NDArray[np.floating] | NDArray[np.int32],
    order: Order,
    picture: Callable[[int], int],
) -> Sequence[int]:
    """Highest score first, equal ones in row order; or by the name of the picture's file."""
    if order is Order.FILE:
        return sorted(rows.tolist(), key=lambda row: (store.records[picture(row)].file_name, row))
    ranked: list[int] = rows[np.lexsort((rows, -scores[rows]))].tolist()
    return ranked
