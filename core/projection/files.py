"""Arrays that were computed from a store, in files beside it: `clip_db/.maps/<collection>/<identity>-<what>.npz`.

The identity is that of the store's files, so that a file of another version is never read; it goes with the next that
is written. Not in the store itself, whose files are sealed by its manifest.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core import whole_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.store import Store

FOLDER = ".maps"
_FORMAT = "maps 1"
"""Part of every identity: raise it when anything is computed or kept in another way."""


def identity(store: Store) -> str:
    """Of everything that a store holds, 32 hex digits."""
    sums = [f"{name} {entry.sha256}" for name, entry in sorted(store.manifest.files.items())]
    text = "\n".join([_FORMAT, str(store.one_space), *sums])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def read(store: Store, what: str) -> dict[str, Any] | None:
    """The arrays kept as `what` for exactly this version; None where there is no readable file of them."""
    try:
        # Read whole first: numpy leaves the file open when it is no archive.
        with np.load(io.BytesIO(_file(store, what).read_bytes()), allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}
    except (OSError, ValueError, EOFError, TypeError, zipfile.BadZipFile):
        return None


def write(store: Store, what: str, arrays: Mapping[str, Any]) -> None:
    """Keep them, whole or not at all, and remove files of other versions. A folder that cannot be written costs the
    next visitor time, never an error."""
    target = _file(store, what)
    made = io.BytesIO()
    np.savez(made, **arrays)
    with suppress(OSError):
        whole_file.write(target, made.getbuffer())
        current = identity(store)
        for path in target.parent.glob("*.npz"):
            if not path.name.startswith(current):
                path.unlink(missing_ok=True)


def _file(store: Store, what: str) -> Path:
    return store.folder.parent / FOLDER / store.manifest.name / f"{identity(store)}-{what}.npz"
