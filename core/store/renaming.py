"""A collection under another name or title: the same files, another manifest."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

from core.errors import StoreError, StoreWriteError
from core.store import layout, locking, plans, switching, writing
from core.store import manifest as manifests
from core.store.reading import read_manifest


def rename_store(db: Path, name: str, new_name: str, title: str | None = None) -> Path:
    """Give the collection `name` another name, another title, or both, and return its folder. The title stays for None,
    unless it is the old name, which then follows. Nothing is encoded or copied; vectors and captions keep their bytes.

    Readers find it under the old name until it is there under the new one; a kill in between leaves both, whole.
    Raises `ConfigurationError` for an unusable name, `StoreWriteError` where the new one is taken or the disk refuses,
    `StoreNotFoundError`, `StoreCorruptError` and `StoreBusyError`.
    """
    layout.check_name(name)
    layout.check_name(new_name)
    folder, target = db / name, db / new_name
    with locking.held(db, name), locking.held(db, new_name):
        before = read_manifest(folder)
        if _taken(folder, target):
            raise StoreWriteError(
                f"there is a collection {new_name!r} already; choose another name, or delete that one"
            )
        kept = new_name if before.title == name and name != new_name else before.title
        after = replace(before, name=new_name, title=(title or "").strip() or kept)
        if after == before:
            return folder
        new = layout.new_folder(db, new_name)
        try:
            switching.remove(new)
            for path in before.files:
                (new / path).parent.mkdir(parents=True, exist_ok=True)
                _link(folder / path, new / path)
            for parent in {(new / path).parent for path in before.files}:
                switching.sync_folder(parent)
            writing.write_file(new / layout.MANIFEST, manifests.to_bytes(after))
            switching.sync_folder(new)
            switching.switch_in(db, new_name)
        except OSError as error:
            switching.remove(new)
            raise StoreWriteError(
                f"collection {name!r} could not be renamed ({error.strerror or error}); it is as it was"
            ) from error
        if target != folder and not _same(target, folder):
            switching.remove(folder)
            switching.sync_folder(db)
            if any(one.plan.adding and one.plan.name == name for one in plans.unfinished(db)):
                layout.forget_work(db, name)  # there is nothing of that name any more to add to
    return target


def _taken(folder: Path, target: Path) -> bool:
    """Whether something else has the name; what a rename left that was killed half-way does not count."""
    if not target.exists() or _same(folder, target):
        return False
    try:
        one, other = read_manifest(folder), read_manifest(target)
    except StoreError:
        return True
    return (one.files, one.created_at) != (other.files, other.created_at)


def _same(one: Path, other: Path) -> bool:
    """Two spellings of one folder, where the file system takes capitals for small letters."""
    return one.exists() and other.exists() and one.samefile(other)


def _link(source: Path, target: Path) -> None:
    """A second name of the same file, or a copy where the file system has none. Files of a store are never written in
    place, so that two stores may share them for a moment."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
        with target.open("rb+") as file:
            os.fsync(file.fileno())
