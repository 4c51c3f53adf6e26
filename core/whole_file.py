"""Files that are there whole or not at all, however a write ends."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path


def write(target: Path, content: bytes | memoryview, *, durable: bool = False) -> None:
    """Writes aside and renames, so that another process reads the whole file, the one before, or none; makes the folder
    where it is missing. With `durable` the bytes are on the disk before the name is. Raises `OSError` where they cannot
    be written, and leaves nothing beside."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{uuid.uuid4().hex}.part")  # another may be writing the same file
    try:
        with aside.open("xb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        aside.replace(target)
    except BaseException:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise
