"""Where the parts of a store lie, and what a collection may be called.

clip_db/<collection>/
  manifest.json          what the store is, and size and sums of the other files
  images/vectors.index   FAISS, one vector per picture
  images/metadata.json   one entry per picture, in row order
  text/vectors.index     FAISS, one vector per caption
  text/metadata.json     one entry per caption, in row order
  relevance.json         how scores map to probabilities, where the captions allowed a fit; may be missing
clip_db/.<collection>.new, .<collection>.old    a store being written or replaced
clip_db/.work/<collection>/                     finished parts of an unfinished build
clip_db/.work/<collection>/plan.json            what that build was asked
clip_db/.uploads/<collection>-<hex>/            pictures that came as an upload
clip_db/.deleted/                               a store on its way out
clip_db/.locks/<collection>.lock, .json         who writes
"""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from pathlib import Path

from core.errors import ConfigurationError

MANIFEST = "manifest.json"
IMAGE_INDEX = "images/vectors.index"
IMAGE_RECORDS = "images/metadata.json"
CAPTION_INDEX = "text/vectors.index"
CAPTION_TEXTS = "text/metadata.json"
FILES = (IMAGE_INDEX, IMAGE_RECORDS, CAPTION_INDEX, CAPTION_TEXTS)
"""Every file that no store is without, but the manifest, in the order they are written."""
RELEVANCE = "relevance.json"

_RESERVED = frozenset(
    {"models", "con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def is_name(name: str) -> bool:
    """Whether a collection may be called that: letters, digits, `.`, `_`, `-`, at most 64, beginning with a letter or
    digit, not ending with a dot, and not `models` nor a name that Windows keeps for devices."""
    fits = _NAME.fullmatch(name) is not None and not name.endswith(".")
    return fits and name.split(".", maxsplit=1)[0].lower() not in _RESERVED


def check_name(name: str) -> None:
    """Raise `ConfigurationError` unless `is_name`."""
    if not is_name(name):
        raise ConfigurationError(
            f"{name!a} cannot be the name of a collection: use letters, digits, '.', '_' and '-', at most 64, "
            "beginning with a letter or digit; 'models' and the device names of Windows are taken"
        )


def new_folder(db: Path, name: str) -> Path:
    """Where the next version of a store is written; after an exchange, where the last one waits to be removed."""
    return db / f".{name}.new"


def old_folder(db: Path, name: str) -> Path:
    """Where the last version steps aside on file systems that cannot exchange two folders."""
    return db / f".{name}.old"


def work_folder(db: Path, name: str) -> Path:
    """Finished parts of an unfinished build."""
    return db / ".work" / name


def forget_work(db: Path, name: str) -> None:
    """Remove the parts of a build that has become a store."""
    shutil.rmtree(work_folder(db, name), ignore_errors=True)
    with suppress(OSError):  # another collection's parts are there
        (db / ".work").rmdir()


def lock_file(db: Path, name: str) -> Path:
    """Locked by the one process that writes the collection."""
    return db / ".locks" / f"{name}.lock"


def bytes_in(folder: Path) -> int:
    """Bytes of all files in a folder, 0 where there is none. Links count nothing."""
    size = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # removed meanwhile
            size += path.stat().st_size if path.is_file() and not path.is_symlink() else 0
    return size
