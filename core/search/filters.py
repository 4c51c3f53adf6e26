"""Which pictures of a collection may be found at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.records import ImageRecord

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Filters:
    """A picture passes when it has any of `categories`, when its file name contains `file_contains` (letter case
    aside) and when its licence id is one of `licenses`. What is empty asks for nothing."""

    categories: frozenset[str] = frozenset()
    file_contains: str = ""
    licenses: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        """True when anything is asked for."""
        return bool(self.categories or self.file_contains or self.licenses)

    def pass_record(self, record: ImageRecord) -> bool:
        """True when the picture may be found."""
        return (
            (not self.categories or not self.categories.isdisjoint(record.categories))
            and (not self.licenses or record.license in self.licenses)
            and (not self.file_contains or self.file_contains.casefold() in record.file_name.casefold())
        )

    def rows(self, records: Sequence[ImageRecord]) -> NDArray[np.int64]:
        """The rows of `records` that pass, ascending, int64 `(p,)`."""
        return np.fromiter((row for row, record in enumerate(records) if self.pass_record(record)), np.int64)


NO_FILTERS = Filters()
