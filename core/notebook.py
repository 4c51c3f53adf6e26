"""`display_results("a dog running on the beach", top_k=5)`: one call that searches and shows, in a notebook or a
terminal."""

from __future__ import annotations

import functools
import sys
import warnings
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Unpack

from core import collection as collections
from core import config, errors, store, text_table
from core.collection import Collection, FilterWords
from core.query import Query
from core.search import SearchResult


def display_results(
    query: str | Query,
    top_k: int = 5,
    *,
    collection: Collection | str | None = None,
    by: str | None = None,
    **filters: Unpack[FilterWords],
) -> SearchResult:
    """Search, show the `top_k` best pictures, and return them.

    `query` is what `Collection.query` takes: a text, or terms such as `2*dog + beach - person`; `by` and `filters` are
    those of it too. `collection` is an open one or a name. For None it is the default one (COCO_LENS_COLLECTION, else
    "demo", else the first there is), which stays open between calls until it is built again.

    In a notebook the pictures appear as a grid with their captions and scores; elsewhere a table is printed.
    Raises `StoreNotFoundError`, which names the command that builds one, where there is no collection; `QueryError` for
    an empty query and a `top_k` below 1; and what `open_collection` and `Collection.query` raise.
    """
    if top_k < 1:
        raise errors.QueryError(f"top_k is {top_k}; expected at least 1 picture to show")
    shell = _notebook()
    if shell is not None:  # what loads the models would like to draw its bars with another package, which nobody needs
        warnings.filterwarnings("ignore", message="IProgress not found")
    opened = collection if isinstance(collection, Collection) else _open(collection)
    found = opened.query(query, top_k, by, **filters)
    if shell is None:
        print(found.to_text(width=text_table.terminal_width()))
        return found
    from IPython.display import display

    display(found)
    return _Shown(**{one.name: getattr(found, one.name) for one in fields(found)}, cell=shell.execution_count)


def _open(name: str | None) -> Collection:
    settings = config.Settings.from_environment()
    if name is None:
        name = _default(settings)
    store.check_name(name)
    try:
        version = (settings.db / name / store.MANIFEST).stat().st_mtime_ns
    except OSError:
        version = 0  # opening it says what is wrong
    return _opened(name, settings.db, settings.device, version)


def _default(settings: config.Settings) -> str:
    """The one that the dashboard opens first."""
    if settings.default_collection != config.DEFAULT_COLLECTION:
        return settings.default_collection  # asked for by name: another one would be no answer
    there = [one.name for one in store.list_stores(settings.db)]
    if not there:
        raise errors.StoreNotFoundError(
            f"there is no collection in {settings.db}; build one: python -m core build NAME --images DIR, "
            "or name the folder that holds yours with COCO_LENS_DB"
        )
    return settings.default_collection if settings.default_collection in there else there[0]


@functools.lru_cache(maxsize=2)
def _opened(name: str, db: Path, device: str, _version: int) -> Collection:
    """Kept open, so that a second call does not load the model again."""
    return collections.open_collection(name, db, device)


def _notebook() -> Any:
    """The shell of a notebook; None in a plain program and in a terminal. IPython is never imported for the answer."""
    python = sys.modules.get("IPython")
    shell = python.get_ipython() if python is not None else None
    return shell if hasattr(shell, "kernel") else None


@dataclass(frozen=True, slots=True, repr=False)
class _Shown(SearchResult):
    """A result whose grid stands in the notebook already: as the last value of the same cell it is not drawn again."""

    cell: int = 0

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if _notebook().execution_count != self.cell:
            display({"text/html": self._repr_html_(), "text/plain": repr(self)}, raw=True)
