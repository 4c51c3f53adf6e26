"""What pictures are of, and a division of them into queries and an index that keeps the classes' shares."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import errors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.records import ImageRecord

    Rows = NDArray[np.int64]

QUERY_SHARE = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """`classes` are sorted names; `member` bool `(n, classes)` says which picture shows which."""

    classes: tuple[str, ...]
    member: NDArray[np.bool_]

    @property
    def single(self) -> bool:
        """True when no picture has more than one class."""
        return not len(self.member) or int(self.member.sum(axis=1).max()) <= 1


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Rows of the pictures, ascending: no row is in both."""

    queries: Rows
    index: Rows


def labels_of(records: Sequence[ImageRecord]) -> Labels:
    """The classes of pictures: their categories, which are folder names or COCO's."""
    classes = sorted({name for record in records for name in record.categories})
    column = {name: at for at, name in enumerate(classes)}
    member = np.zeros((len(records), len(classes)), bool)
    for row, record in enumerate(records):
        member[row, [column[name] for name in record.categories]] = True
    return Labels(tuple(classes), member)


def check_share(share: float) -> None:
    """Raise `QueryError` unless `share` can be that of the queries."""
    if not 0 < share < 1:
        raise errors.QueryError(f"the share of queries is {share:g}; expected more than 0 and less than 1, say 0.2")


def stratified_split(
    records: Sequence[ImageRecord], labels: Labels, *, share: float = QUERY_SHARE, seed: int = 0
) -> Split:
    """About `share` of the pictures of every class as queries, the others as index; pictures without a class in
    neither.

    A picture of several classes counts for its rarest. Of a class of two or more at least one picture is a query and
    one is not; the only picture of a class is no query. Which are queries depends on the seed, the file names and the
    classes alone: not on the order, not on the model, so that two collections of the same pictures are split alike.
    Raises `QueryError` for a share that is none.
    """
    check_share(share)
    rarity = labels.member.sum(axis=0)
    strata: dict[int, list[int]] = {}
    for row in np.flatnonzero(labels.member.any(axis=1)).tolist():
        own = np.flatnonzero(labels.member[row])
        strata.setdefault(int(own[np.argmin(rarity[own])]), []).append(row)
    queries: list[int] = []
    index: list[int] = []
    for rows in strata.values():
        drawn = sorted(rows, key=lambda row: _draw(seed, records[row].file_name))
        count = min(max(int(len(rows) * share + 0.5), 1), len(rows) - 1)
        queries += drawn[:count]
        index += drawn[count:]
    return Split(np.array(sorted(queries), np.int64), np.array(sorted(index), np.int64))


def _draw(seed: int, file_name: str) -> bytes:
    return hashlib.blake2b(f"{seed} {file_name}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
