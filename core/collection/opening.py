"""By name to an open collection, and the names there are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core import config, store
from core.collection.opened import Collection

if TYPE_CHECKING:
    from core.encoder import Encoder
    from core.store import StoreSummary


def open_collection(
    name: str = "demo",
    db: Path | str | None = None,
    device: str = "auto",
    *,
    loaded: Encoder | None = None,
) -> Collection:
    """Open the collection `name` of the folder `db` (default: as `core.config` finds it).

    The encoder is loaded at the first query that needs it, on `device`; one that is already there can be given as
    `loaded`. Raises `StoreNotFoundError` naming the collections there are, `StoreCorruptError` for a damaged one, and
    `StoreMisfitError` for an encoder that is not the collection's.
    """
    settings = config.Settings.from_environment()
    folder = (Path(db).expanduser() if db is not None else settings.db) / name
    chosen = settings.device if device == "auto" else device
    return Collection(store.open_store(folder), device=chosen, cache=settings.cache, loaded=loaded)


def list_collections(db: Path | str | None = None) -> tuple[StoreSummary, ...]:
    """The collections of the folder `db` (default: as `core.config` finds it), by name, with their counts and models;
    one that cannot be opened says why in `problem`."""
    return store.list_stores(Path(db).expanduser() if db is not None else config.Settings.from_environment().db)
