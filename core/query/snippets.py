"""A search as a line of Python and as a command, which find exactly the same pictures."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

from core.query.terms import Query
from core.query.writing import format_query


def as_python(
    query: Query,
    collection: str,
    k: int,
    by: str,
    *,
    category: Iterable[str] = (),
    file_contains: str = "",
    license: Iterable[int] = (),  # noqa: A002 - COCO's own word
    db: str = "",
) -> str:
    """Two lines of Python that ask this query of `collection`; the filters are those of `Collection.query`. `db` is
    the folder of the collections where it is not the usual one. Raises `QueryError` where the query is not
    `linkable`."""
    opened = ", ".join([repr(collection), *([f"db={db!r}"] if db else [])])
    words: Mapping[str, object] = {
        "k": k,
        "by": by,
        "category": sorted(category),
        "file_contains": file_contains,
        "license": sorted(license),
    }
    asked = ", ".join([repr(format_query(query)), *(f"{name}={value!r}" for name, value in words.items() if value)])
    return f"from core import open_collection\n\nhits = open_collection({opened}).query({asked})\n"


def as_command_line(
    query: Query,
    collection: str,
    k: int,
    by: str,
    *,
    category: Iterable[str] = (),
    file_contains: str = "",
    license: Iterable[int] = (),  # noqa: A002
    db: str = "",
) -> str:
    """One line for a POSIX shell, as `as_python`."""
    words = ["python", "-m", "core", "search", collection, format_query(query), "-k", str(k), "--by", by]
    for name in sorted(category):
        words += _option("--category", name)
    if file_contains:
        words += _option("--file", file_contains)
    for license_id in sorted(license):
        words += _option("--license", str(license_id))
    if db:
        words += _option("--db", db)
    return shlex.join(words)


def _option(name: str, value: str) -> list[str]:
    """A value that starts with a dash would be taken for an option of its own."""
    return [f"{name}={value}"] if value.startswith("-") else [name, value]
