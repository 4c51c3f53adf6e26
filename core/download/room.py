"""Room on the disk, asked for before and named when it runs out."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from core.errors import DownloadError


def free(folder: Path) -> int:
    """Free bytes where `folder` lies or will lie."""
    there = folder.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    return shutil.disk_usage(there).free


def check(folder: Path, needed: int, what: str) -> None:
    """Raise `DownloadError` where fewer than `needed` bytes are free."""
    found = free(folder)
    if found < needed:
        raise DownloadError(
            f"{what} needs {shown(needed)} of disk in {folder}, and {shown(found)} are free there; "
            "make room, or name a folder on another disk with --to"
        )


def fault(path: Path, error: OSError) -> DownloadError:
    """What to say when a file cannot be written."""
    reason = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror or str(error)
    try:
        left = f"{shown(free(path.parent))} free"
    except OSError:
        left = "its free space is unknown"
    return DownloadError(
        f"{path}: cannot be written ({reason}; {left}); what has come so far is kept: make room or mend the cause, "
        "then give the same command again"
    )


def shown(size: int) -> str:
    """Bytes as people read them."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
