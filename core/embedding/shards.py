"""Finished parts of a long encoding, kept on disk so that an interrupted run loses at most one of them.

A shard is a fixed stretch of the inputs, encoded in batches that never cross its ends: the same inputs meet in the same
batches whether or not the run was interrupted, so the vectors are the same to the last bit.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np

from core.embedding.values import Embeddings
from core.encoder.contract import EncoderSpec
from core.errors import StoreWriteError
from core.records import Skipped

_FORMAT = "1"


def key(kind: str, spec: EncoderSpec, batch_size: int, inputs: Iterable[str]) -> str:
    """Names a shard by everything its vectors depend on: a changed input or model never meets an old shard."""
    sums = hashlib.blake2b(digest_size=16)
    for part in (_FORMAT, kind, repr(spec), str(batch_size), *inputs):
        sums.update(f"{len(part)}:".encode() + part.encode("utf-8", "surrogatepass"))
    return f"{kind}-{sums.hexdigest()}"


def load(work: Path, name: str) -> Embeddings | None:
    """The shard of that key, None when it is not there or damaged: then it is made again."""
    try:
        with np.load(work / f"{name}.npz", allow_pickle=False) as kept:  # the zip layer checks a CRC of each array
            skipped = tuple(Skipped(*entry) for entry in json.loads(kept["skipped"].tobytes()))
            return Embeddings(kept["ids"], kept["vectors"], skipped)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return None


def save(work: Path, name: str, shard: Embeddings) -> None:
    """Write a shard aside and rename it: it is there whole or not at all. Raises `StoreWriteError`."""
    listed = [(one.image_id, one.file_name, one.reason) for one in shard.skipped]
    encoded = np.frombuffer(json.dumps(listed).encode(), np.uint8)
    aside = work / f"{name}.part"
    try:
        work.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as file:
            np.savez(file, ids=shard.ids, vectors=shard.vectors, skipped=encoded)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(work / f"{name}.npz")
    except (OSError, ValueError) as error:  # ValueError: the zip layer, closing after the disk was full
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        reason = getattr(error, "strerror", None) or error
        raise StoreWriteError(
            f"{work}: what is encoded so far cannot be kept ({reason}); "
            "make room or name another folder with --db, then give the same command again"
        ) from error


def forget_others(work: Path, kind: str, names: Iterable[str]) -> None:
    """Remove shards of this kind that the run has no use for: of changed inputs, of another model, half written."""
    wanted = {f"{name}.npz" for name in names}
    for path in work.glob(f"{kind}-*"):
        if path.name not in wanted:
            path.unlink(missing_ok=True)


def count(work: Path, kind: str) -> int:
    """How many inputs the finished shards of this kind in `work` stand for, those that were skipped included. Reads no
    vectors."""
    number = 0
    for path in work.glob(f"{kind}-*.npz"):
        with suppress(OSError, ValueError, KeyError, zipfile.BadZipFile), np.load(path, allow_pickle=False) as kept:
            number += len(kept["ids"]) + len(json.loads(kept["skipped"].tobytes()))
    return number


def joined(shards: list[Embeddings], dim: int, reused: int) -> Embeddings:
    """All shards, in order, as one."""
    return Embeddings(
        np.concatenate([np.empty(0, np.int64), *(shard.ids for shard in shards)]),
        np.concatenate([np.empty((0, dim), np.float32), *(shard.vectors for shard in shards)]),
        tuple(one for shard in shards for one in shard.skipped),
        reused,
    )
