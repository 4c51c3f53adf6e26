"""Which pictures of a collection may be found at all."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import errors
from core.records import ImageRecord

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.store import Store


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

    def rows_of(self, store: Store) -> NDArray[np.int64]:
        """The rows of the pictures that pass, ascending, int64 `(p,)`."""
        facets = store.facets
        passes = np.ones(len(store.records), bool)
        if self.categories:
            passes &= facets.with_category(self.categories)
        if self.licenses:
            passes &= facets.with_license(self.licenses)
        if self.file_contains:
            passes &= facets.with_name(self.file_contains)
        rows: NDArray[np.int64] = np.flatnonzero(passes)
        return rows


NO_FILTERS = Filters()


def filters_of(
    store: Store,
    category: str | Iterable[str] | None = None,
    file_contains: str = "",
    license: int | Iterable[int] | None = None,  # noqa: A002 - as it is asked for in Python
) -> Filters:
    """Filters from words: one category or several, in any letter case, and one licence id or several. Raises
    `QueryError` as `known_categories`."""
    names = [category] if isinstance(category, str) else list(category or ())
    ids = [license] if isinstance(license, int) else list(license or ())
    return Filters(
        categories=known_categories(store, names), file_contains=file_contains.strip(), licenses=frozenset(ids)
    )


def known_categories(store: Store, names: Iterable[str]) -> frozenset[str]:
    """Categories of a collection as it writes them, from names in any letter case. Raises `QueryError`, with near ones,
    for a name that it does not have."""
    known = {entry.name.casefold(): entry.name for entry in store.categories}
    wanted = list(names)
    for name in wanted:
        if name.casefold() not in known:
            raise errors.QueryError(
                f"the collection {store.manifest.name!r} has no category {name!r}; {_nearest(name, known)}"
            )
    return frozenset(known[name.casefold()] for name in wanted)


def _nearest(name: str, known: dict[str, str]) -> str:
    """What to say when a category is not among `known` (folded name to name)."""
    near = difflib.get_close_matches(name.casefold(), known, n=3)
    if near:
        return f"near ones: {', '.join(known[match] for match in near)}"
    return f"some of its categories: {', '.join(list(known.values())[:10])}" if known else "it has no categories at all"
