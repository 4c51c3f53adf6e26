"""Putting a finished folder in the place of another, so that readers see the old one or the new one at every instant.

Linux and macOS can exchange two folders in one step. Elsewhere, and on file systems that refuse it, the old folder
steps aside and the new one takes its place; `finish` completes that when a writer was killed between the two steps.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from pathlib import Path

from core.store import layout

_AT_FDCWD = -100
_LINUX_RENAME_EXCHANGE = 2
_MACOS_RENAME_SWAP = 2
_REFUSED = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EXDEV})


def switch_in(db: Path, name: str) -> None:
    """Make `.<name>.new` the store `<name>` and remove the one before. Needs the lock. Raises OSError."""
    new, old, folder = layout.new_folder(db, name), layout.old_folder(db, name), db / name
    if not folder.exists():
        new.rename(folder)
    elif not _exchange(new, folder):
        remove(old)
        folder.rename(old)
        new.rename(folder)
    sync_folder(db)
    remove(new)  # after an exchange, the version before
    remove(old)


def finish(db: Path, name: str) -> None:
    """Complete a switch that was cut short between stepping aside and taking the place. Needs the lock.

    Only then is there an old folder and no store: a store that is in its place is never touched here.
    """
    new, old, folder = layout.new_folder(db, name), layout.old_folder(db, name), db / name
    if folder.exists() or not old.exists():
        return
    (new if (new / layout.MANIFEST).exists() else old).rename(folder)
    sync_folder(db)


def stepped_aside(db: Path, name: str) -> bool:
    """True between the two steps."""
    return layout.old_folder(db, name).exists()


def remove(folder: Path) -> None:
    """Remove a folder and what is in it, if it is there. What cannot be removed is left for the next writer."""
    shutil.rmtree(folder, ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut. Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where that cannot be done."""
    if sys.platform not in ("linux", "darwin"):
        return False
    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "linux":
            failed = library.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _LINUX_RENAME_EXCHANGE)
        else:
            failed = library.renamex_np(*names, _MACOS_RENAME_SWAP)
    except AttributeError:  # a C library from before 2018
        return False
    code = ctypes.get_errno() if failed else 0
    if code and code not in _REFUSED:
        raise OSError(code, os.strerror(code), str(other))
    return not failed
