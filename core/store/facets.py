"""What pictures are filtered by, in columns: a hundred thousand records looked at one by one would be felt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.records import ImageRecord

_NONE = -(2**62)  # in place of a licence id where there is none


@dataclass(frozen=True, slots=True, eq=False)
class Facets:
    """Of n pictures the rows of each category, the licence ids `(n,)`, and the file names without letter case."""

    categories: dict[str, NDArray[np.int64]]
    licenses: NDArray[np.int64]
    names: tuple[str, ...]

    @classmethod
    def of(cls, records: Sequence[ImageRecord]) -> Facets:
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, record in enumerate(records):
            for name in record.categories:
                rows[name].append(row)
        return cls(
            {name: np.array(found, np.int64) for name, found in rows.items()},
            np.array([_NONE if record.license is None else record.license for record in records], np.int64),
            tuple(record.file_name.casefold() for record in records),
        )

    def with_category(self, names: Iterable[str]) -> NDArray[np.bool_]:
        """Which pictures `(n,)` have any of the categories."""
        passes = np.zeros(len(self.names), bool)
        for name in names:
            passes[self.categories.get(name, np.zeros(0, np.int64))] = True
        return passes

    def with_license(self, ids: Iterable[int]) -> NDArray[np.bool_]:
        """Which pictures `(n,)` have one of the licences."""
        return np.isin(self.licenses, list(ids))

    def with_name(self, part: str) -> NDArray[np.bool_]:
        """Which pictures' file names `(n,)` contain a text, letter case aside."""
        wanted = part.casefold()
        return np.fromiter((wanted in name for name in self.names), bool, len(self.names))
