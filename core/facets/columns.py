"""The pictures of a collection as columns: what filters and counts are answered from.

Everything is one numpy array over the rows of the store, or, where a picture can have several values, a list of (row,
value) pairs sorted both ways. 120,000 pictures with five captions each take about 60 MB.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from core.facets import caption_words
from core.facets.terms import NO_LICENSE, Field

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.records import Category, ImageRecord, License

    Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Several:
    """A column in which a picture can have any number of values. `names` are sorted as written in `keys`."""

    names: tuple[str, ...]
    keys: tuple[str, ...]
    rows: NDArray[np.int32]
    values: NDArray[np.int32]
    pictures: int
    _starts: NDArray[np.int64] = field(init=False, repr=False)
    _by_value: NDArray[np.int32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        totals = np.bincount(self.values, minlength=len(self.names))
        object.__setattr__(self, "_starts", np.concatenate(([0], np.cumsum(totals))))
        object.__setattr__(self, "_by_value", self.rows[np.argsort(self.values, kind="stable")])

    @classmethod
    def build(cls, lists: Iterable[Collection[str]], pictures: int) -> Several:
        """From the names each picture has, in row order; a name twice on one picture counts once."""
        numbers: dict[str, int] = {}
        found: list[int] = []
        lengths = np.zeros(pictures, np.int64)
        for row, names in enumerate(lists):
            lengths[row] = len(names)
            found.extend([numbers.setdefault(name, len(numbers)) for name in names])
        return cls.of_numbers(
            list(numbers), np.repeat(np.arange(pictures), lengths), np.array(found, np.int64), pictures
        )

    @classmethod
    def of_numbers(
        cls, names: Sequence[str], rows: NDArray[np.int64], numbers: NDArray[np.int64], pictures: int
    ) -> Several:
        """From pairs of a row and the number of one of `names`, in any order, doubles among them."""
        ordered = sorted(range(len(names)), key=lambda at: (names[at].casefold(), names[at]))
        place = np.empty(len(names), np.int64)
        place[ordered] = np.arange(len(names))
        pairs = np.unique(rows * max(1, len(names)) + place[numbers]) if len(rows) else rows
        sorted_names = tuple(names[at] for at in ordered)
        return cls(
            sorted_names,
            tuple(name.casefold() for name in sorted_names),
            (pairs // max(1, len(names))).astype(np.int32),
            (pairs % max(1, len(names))).astype(np.int32),
            pictures,
        )

    def renumbered(self, names: Sequence[str], numbers: NDArray[np.int32]) -> NDArray[np.int32]:
        """Places in `names` to places in the column's own; -1 stays."""
        place = {name: at for at, name in enumerate(self.names)}
        return np.array([*(place[name] for name in names), -1], np.int32)[numbers]

    def find(self, name: str) -> range:
        """The values called `name`, letter case aside: mostly one or none."""
        key = name.casefold()
        return range(bisect.bisect_left(self.keys, key), bisect.bisect_right(self.keys, key))

    def beginning(self, prefix: str) -> range:
        """The values that begin with `prefix`, letter case aside."""
        key = prefix.casefold()
        return range(
            bisect.bisect_left(self.keys, key), bisect.bisect_left(self.keys, key + "\U0010ffff") if key else 0
        )

    def mask(self, values: range) -> Mask:
        """Which pictures have any of the values of a range, bool `(pictures,)`."""
        found = np.zeros(self.pictures, np.bool_)
        found[self._by_value[self._starts[values.start] : self._starts[max(values.start, values.stop)]]] = True
        return found

    def counts(self, among: Mask | None) -> NDArray[np.int64]:
        """How many pictures have each value, int64 `(len(names),)`; `among` some of them only, None for all."""
        if among is None:
            return np.diff(self._starts)
        return np.bincount(self.values[among[self.rows]], minlength=len(self.names)).astype(np.int64, copy=False)


@dataclass(frozen=True, eq=False)
class Spoken:
    """All captions as one row of word numbers, -1 between two captions; `ends` is where each picture's captions end."""

    numbers: NDArray[np.int32]
    ends: NDArray[np.int64]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """How many words all captions of each picture have together, int64 `(pictures,)`."""
        words = np.concatenate(([0], np.cumsum(self.numbers >= 0)))
        return np.diff(words[np.concatenate(([0], self.ends))])

    def in_a_row(self, wanted: Sequence[range]) -> Mask:
        """Pictures with a caption in which words follow each other, each one of a range, bool `(pictures,)`."""
        starts = max(0, len(self.numbers) - len(wanted) + 1)
        here = np.ones(starts, np.bool_)
        for shift, words in enumerate(wanted):
            numbers = self.numbers[shift : shift + starts]
            here &= (numbers >= words.start) & (numbers < words.stop)
        found = np.zeros(len(self.ends), np.bool_)
        found[np.searchsorted(self.ends, np.flatnonzero(here), "right")] = True
        return found


@dataclass(frozen=True, eq=False)
class Columns:
    """All columns of a collection. `licenses` has "none" for pictures without one; `file_names` are casefolded,
    `caption_words` is the mean number of words in a caption."""

    records: Sequence[ImageRecord]
    numbers: dict[Field, NDArray[np.int64]]
    several: dict[Field, Several]
    orientation: NDArray[np.int8]
    file_names: tuple[str, ...]
    license_ids: dict[int, str]
    spoken: Spoken
    caption_words: NDArray[np.int64]
    _orders: dict[str, NDArray[np.int64]] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.records)

    @classmethod
    def build(
        cls, records: Sequence[ImageRecord], categories: Iterable[Category] = (), licenses: Iterable[License] = ()
    ) -> Columns:
        """From the records of a store, in its row order. Takes some seconds for 120,000 with five captions each."""
        count = len(records)
        groups = {category.name: category.supercategory for category in categories}
        named = {one.license_id: one.name or str(one.license_id) for one in licenses}
        used = {record.license for record in records} - {None, *named}
        named |= {number: str(number) for number in used if number is not None}
        vocabulary, said, ends = caption_words.numbered(records)
        owners = np.repeat(np.arange(count), np.diff(ends, prepend=0))
        words = Several.of_numbers(vocabulary, owners[said >= 0], said[said >= 0].astype(np.int64), count)
        spoken = Spoken(words.renumbered(vocabulary, said), ends)

        def numbers(values: Iterable[int]) -> NDArray[np.int64]:
            return np.fromiter(values, np.int64, count)

        width = numbers(record.width for record in records)
        height = numbers(record.height for record in records)
        captions = numbers(len(record.captions) for record in records)
        return cls(
            records=records,
            numbers={
                Field.ID: numbers(record.image_id for record in records),
                Field.OBJECTS: numbers(len(record.boxes) for record in records),
                Field.CAPTIONS: captions,
                Field.WIDTH: width,
                Field.HEIGHT: height,
                Field.SIDE: np.maximum(width, height),
            },
            several={
                Field.CATEGORY: Several.build((dict.fromkeys(record.categories) for record in records), count),
                Field.SUPERCATEGORY: Several.build(
                    ({groups[name] for name in record.categories if groups.get(name)} for record in records), count
                ),
                Field.WORD: words,
                Field.LICENSE: Several.build(
                    ((NO_LICENSE if one.license is None else named[one.license],) for one in records), count
                ),
            },
            orientation=np.select([(width == 0) | (height == 0), width > height, width < height], [3, 0, 1], 2).astype(
                np.int8
            ),
            file_names=tuple(record.file_name.casefold() for record in records),
            license_ids=named,
            spoken=spoken,
            caption_words=spoken.lengths // np.maximum(captions, 1),
        )

    def order(self, name: str, keys: Callable[[], NDArray[np.int64]]) -> NDArray[np.int64]:
        """Rows in ascending order of what `keys` gives, int64 `(len(self),)`, then of the id; sorted once per
        `name`."""
        if name not in self._orders:
            self._orders[name] = np.lexsort((self.numbers[Field.ID], keys()))
        return self._orders[name]
