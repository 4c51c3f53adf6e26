"""Pictures that came as an upload: each upload in a folder of its own in `clip_db/.uploads/`, kept while a collection,
or a build that was interrupted, uses it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from core.errors import StoreError, StoreWriteError
from core.store import layout, places, plans, switching
from core.store.reading import read_manifest

_ABANDONED_SECONDS = 24 * 3600
"""An upload that nobody uses may belong to a build that is about to begin; after so long it does not."""


def uploads_folder(db: Path) -> Path:
    """Where all uploads lie."""
    return db / ".uploads"


def new_upload(db: Path, name: str) -> Path:
    """An empty folder for pictures uploaded for the collection `name`. Uploads that were abandoned are removed on the
    way. Raises `ConfigurationError` for an unusable name, `StoreWriteError`."""
    layout.check_name(name)
    root = uploads_folder(db)
    for left in root.iterdir() if root.is_dir() else ():
        if time.time() - left.stat().st_mtime > _ABANDONED_SECONDS:
            release_upload(db, left)
    folder = root / f"{name}-{secrets.token_hex(4)}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise StoreWriteError(f"{folder}: cannot be made ({error.strerror}); make room, or mend the cause") from error
    return folder


def upload_of(db: Path, path: Path) -> Path | None:
    """The upload's folder in which `path` lies; None where it is no upload."""
    root, found = uploads_folder(db).resolve(), path.resolve()
    return root / found.relative_to(root).parts[0] if found != root and found.is_relative_to(root) else None


def release_upload(db: Path, path: Path) -> int:
    """Remove the upload in which `path` lies, if it is one and no collection and no unfinished build uses it; returns
    the bytes that were freed."""
    upload = upload_of(db, path)
    if upload is None or not upload.is_dir() or upload in set(_used(db)):
        return 0
    size = layout.bytes_in(upload)
    switching.remove(upload)
    return size


def _used(db: Path) -> Iterator[Path | None]:
    for one in plans.unfinished(db):
        yield upload_of(db, one.plan.images)
    for folder in (path for path in db.iterdir() if path.is_dir() and layout.is_name(path.name)):
        try:
            yield upload_of(db, places.resolved(read_manifest(folder).source.images_root, folder))
        except StoreError:  # damaged: any of them may be its pictures
            yield from uploads_folder(db).resolve().iterdir()
