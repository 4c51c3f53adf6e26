"""A collection removed from disk; the pictures it was made from are nobody's to delete but the user's."""

from __future__ import annotations

import secrets
from pathlib import Path

from core.errors import StoreError, StoreNotFoundError, StoreWriteError
from core.store import layout, locking, places, plans, switching, uploads
from core.store.reading import read_manifest

_NAMED = 5


def delete_store(db: Path, name: str) -> int:
    """Remove the collection, what an unfinished build of it left, and pictures that were uploaded for it and that no
    other collection uses; returns the bytes that were freed. Pictures in folders of the user's stay where they are, and
    so do saved evaluation runs. A damaged collection goes too.

    A reader finds all of it or nothing. Raises `StoreWriteError` where the folder holds files that are no store's, or
    where the disk refuses, `ConfigurationError` for an unusable name, `StoreNotFoundError`, `StoreBusyError`.
    """
    layout.check_name(name)
    folder = db / name
    if not folder.is_dir() and not layout.work_folder(db, name).is_dir():
        raise StoreNotFoundError(f"there is no collection {name!r} in {db}, so nothing to delete")
    with locking.held(db, name):
        strangers = sorted(_strangers(folder))
        if strangers:
            more = f" and {len(strangers) - _NAMED} more" if len(strangers) > _NAMED else ""
            raise StoreWriteError(
                f"{folder} holds files that no store has ({', '.join(strangers[:_NAMED])}{more}); move them away first"
            )
        sources = _picture_folders(db, name)
        freed = layout.bytes_in(folder) + layout.bytes_in(layout.work_folder(db, name))
        gone = db / ".deleted" / f"{name}-{secrets.token_hex(4)}"
        try:
            if folder.is_symlink():
                folder.unlink()
            elif folder.exists():
                gone.parent.mkdir(exist_ok=True)
                folder.rename(gone)  # one step: a reader never meets half a store
            switching.sync_folder(db)
        except OSError as error:
            raise StoreWriteError(
                f"collection {name!r} could not be deleted ({error.strerror or error}); it is as it was"
            ) from error
        for leftover in (layout.new_folder(db, name), layout.old_folder(db, name), gone.parent):
            switching.remove(leftover)
        layout.forget_work(db, name)
    return freed + sum(uploads.release_upload(db, source) for source in sources)


def forget_unfinished(db: Path, name: str) -> int:
    """Remove what an interrupted build of `name` left, with pictures that were uploaded for it and that no collection
    uses; returns the bytes that were freed. A collection of that name stays. Raises as `delete_store`."""
    layout.check_name(name)
    with locking.held(db, name):
        sources = [one.plan.images for one in plans.unfinished(db) if one.plan.name == name]
        freed = layout.bytes_in(layout.work_folder(db, name))
        layout.forget_work(db, name)
    return freed + sum(uploads.release_upload(db, source) for source in sources)


def _picture_folders(db: Path, name: str) -> list[Path]:
    found = [one.plan.images for one in plans.unfinished(db) if one.plan.name == name]
    try:
        found.append(places.resolved(read_manifest(db / name).source.images_root, db / name))
    except StoreError:  # damaged: an upload of it is removed as abandoned, later
        return found
    return found


def _strangers(folder: Path) -> list[str]:
    """Files in the folder that are no part of any store."""
    if folder.is_symlink() or not folder.exists():
        return []
    known = {layout.MANIFEST, layout.RELEVANCE, *layout.FILES}
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or path.is_file())
    return [name for name in found if name not in known]
