"""An audit on disk, in the cache folder, under the identity of what was audited: another version of a collection has
another identity, so nothing old is ever shown for it."""

from __future__ import annotations

import hashlib
import io
import zipfile
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from core import progress, whole_file
from core.audit import misfits, outliers, retrieval
from core.audit import pairs as pair_search
from core.audit.auditing import Audit, audit_store

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.store import Store

_RECIPE = "audit 1"
"""Part of every identity: raise it when anything is computed in another way."""
_KEPT = 8  # audits in the folder; the oldest go

T = TypeVar("T")


def identity(store: Store) -> str:
    """Of the vectors, the records and where the pictures lie, 32 hex digits. Files that changed since the collection
    was built do not count: its vectors are not theirs either."""
    sums = [f"{name} {entry.sha256}" for name, entry in sorted(store.manifest.files.items())]
    text = "\n".join([_RECIPE, str(store.images_root.resolve()), str(store.one_space), *sums])
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def load(store: Store, cache: Path) -> Audit | None:
    """The audit of exactly this version; None when there is none that can be used."""
    try:
        # Read whole first: numpy leaves the file open when it is no archive.
        with np.load(io.BytesIO(_file(store, cache).read_bytes()), allow_pickle=False) as kept:
            return _unpacked({name: kept[name] for name in kept.files}, store)
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile):
        return None


def save(audit: Audit, store: Store, cache: Path) -> None:
    """Keep it. A cache that cannot be written costs the next visitor time, never an error."""
    target = _file(store, cache)
    made = io.BytesIO()
    np.savez(made, **_packed(audit))
    with suppress(OSError):
        whole_file.write(target, made.getbuffer())
        old = sorted(target.parent.glob("*.npz"), key=lambda path: path.stat().st_mtime)
        for path in old[:-_KEPT]:
            path.unlink(missing_ok=True)


def remembered(store: Store, cache: Path, *, again: bool = False, report: progress.Report = progress.silent) -> Audit:
    """The audit of a store: as it was kept, else (and always with `again`) computed and kept."""
    kept = None if again else load(store, cache)
    if kept is not None:
        return kept
    made = audit_store(store, report=report)
    save(made, store, cache)
    return made


def _file(store: Store, cache: Path) -> Path:
    return cache / "audits" / f"{identity(store)}.npz"


def _packed(audit: Audit) -> dict[str, Any]:
    arrays: dict[str, Any] = {"differences": audit.differences, "unread": np.array(audit.unread)}
    for part in ("pairs", "neighbourhoods", "answers", "misfits"):
        value = getattr(audit, part)
        if value is not None:
            arrays |= {f"{part}.{one.name}": np.asarray(getattr(value, one.name)) for one in fields(value)}
    return arrays


def _unpacked(arrays: dict[str, Any], store: Store) -> Audit:
    """Raises `ValueError` or `KeyError` for a file that does not fit the store."""
    pictures, captions = len(store.records), store.caption_index.count
    alike = _part(pair_search.Pairs, "pairs", arrays)
    audit = Audit(
        pairs=pair_search.Pairs(alike.first, alike.second, alike.scores, float(alike.floor)),
        differences=arrays["differences"],
        unread=int(arrays["unread"]),
        neighbourhoods=_part(outliers.Neighbourhoods, "neighbourhoods", arrays),
        answers=_part(retrieval.Answers, "answers", arrays) if store.one_space and captions else None,
        misfits=_part(misfits.Misfits, "misfits", arrays) if captions else None,
    )
    lengths: list[tuple[NDArray[Any], int]] = [
        (audit.neighbourhoods.scores, pictures),
        (audit.differences, len(alike.scores)),
    ]
    lengths += [] if audit.answers is None else [(audit.answers.ranks, captions), (audit.answers.counts, pictures)]
    lengths += [] if audit.misfits is None else [(audit.misfits.scores, captions)]
    for array, wanted in lengths:
        if array.shape != (wanted,):
            raise ValueError(f"an array of shape {array.shape} where {wanted} were expected")
    return audit


def _part(kind: type[T], name: str, arrays: dict[str, Any]) -> T:
    return kind(**{one.name: arrays[f"{name}.{one.name}"] for one in fields(kind)})  # type: ignore[arg-type]
