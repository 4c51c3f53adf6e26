"""The sum by which a store knows its encoder again: over the weights' bytes and everything that shapes their use."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_BLOCK = 1 << 20


def fingerprint(weights: Path, settings: Mapping[str, Any]) -> str:
    """sha256 (64 hex digits) over the bytes of `weights` and over `settings` (architecture and preprocessing, as JSON
    with sorted keys). The file is read once per process as long as its time and size stay.

    Raises OSError when the file cannot be read.
    """
    resolved = weights.resolve()
    stat = resolved.stat()
    both = hashlib.sha256(_file_digest(str(resolved), stat.st_mtime_ns, stat.st_size))
    both.update(json.dumps(settings, sort_keys=True, default=list).encode())
    return both.hexdigest()


@functools.lru_cache(maxsize=32)
def _file_digest(path: str, mtime_ns: int, size: int) -> bytes:  # time and size are there to key the cache
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.digest()
