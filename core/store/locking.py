"""One writer per collection, across processes and threads."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import filelock

from core.errors import StoreBusyError, StoreWriteError
from core.store import layout


@contextmanager
def held(db: Path, name: str, wait: float = 0.25) -> Iterator[None]:
    """Hold the collection for writing. A thread that holds it may ask again.

    The lock is the operating system's, which frees it when the process ends in any way, so nothing stale blocks.
    Raises `StoreBusyError` saying who holds it after `wait` seconds: a reader may hold it for a moment to finish what a
    killed writer left, another writer for hours.
    """
    path = layout.lock_file(db.resolve(), name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # One lock object per path and process: the same thread may nest, another thread is refused like a process.
        lock = filelock.FileLock(path, is_singleton=True)
        lock.acquire(timeout=wait)
    except filelock.Timeout as error:
        raise StoreBusyError(
            f"collection {name!r} is being written {_holder(path)}; try again when it is done"
        ) from error
    except OSError as error:
        raise StoreWriteError(f"{db}: cannot be written to ({error.strerror})") from error
    try:
        _sign(path)
        yield
    finally:
        lock.release()


def _sign(path: Path) -> None:
    note = {"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
    with suppress(OSError):  # only for the other one's message; a full disk is noticed where it matters
        path.with_suffix(".json").write_text(json.dumps(note), encoding="utf-8")


def _holder(path: Path) -> str:
    try:
        note = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        return f"by process {int(note['pid'])} since {str(note['since'])[:25]}"
    except (OSError, ValueError, KeyError, TypeError):
        return "by another process"
