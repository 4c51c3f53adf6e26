"""Opening a store: nothing is believed before its sum and its counts have matched."""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from core import relevance
from core.errors import StoreBusyError, StoreCorruptError, StoreNotFoundError, StoreWriteError
from core.index import VectorIndex
from core.relevance import Relevance
from core.store import contents, layout, locking, switching
from core.store import manifest as manifests
from core.store.manifest import Manifest
from core.store.misfit import rebuild_command
from core.store.opened import Store

_PATIENCE = 10.0  # seconds to wait for a writer that is just now switching versions; a switch takes milliseconds
_PAUSE = 0.01
_ABSENT_LOOKS = 3


def open_store(folder: Path) -> Store:
    """Read a store whole into memory, all of it from one version even while it is being rebuilt.

    Raises `StoreNotFoundError` listing the collections there are, `StoreMisfitError` for another format,
    `StoreCorruptError` naming the file, expected against found, and the command that builds it again.
    """
    manifest, files = _one_version(folder)
    try:
        held = contents.read(files[layout.IMAGE_RECORDS], files[layout.CAPTION_TEXTS], manifest.name)
        indexes = [
            _index(files[path], path, rows, dim)
            for path, rows, dim in (
                (layout.IMAGE_INDEX, manifest.images, manifest.dim),
                (layout.CAPTION_INDEX, manifest.caption_vectors, manifest.caption_dim),
            )
        ]
        for counted, stated, what in (
            (len(held.records), manifest.images, "pictures"),
            (len(held.captions), manifest.captions, "captions"),
        ):
            if counted != stated:
                raise StoreCorruptError(f"the manifest states {stated} {what}, the metadata lists {counted}")
        fitted = _fitted(files)
    except StoreCorruptError as error:
        raise StoreCorruptError(f"{folder}: {error}; build it again: {rebuild_command(manifest, folder)}") from error
    with_vectors = manifest.caption_vectors > 0
    return Store(
        manifest=manifest,
        folder=folder,
        records=held.records,
        captions=held.captions if with_vectors else (),
        caption_image_rows=held.caption_image_rows if with_vectors else held.caption_image_rows[:0],
        image_index=indexes[0],
        caption_index=indexes[1],
        relevance=fitted,
    )


def read_manifest(folder: Path) -> Manifest:
    """The manifest alone, checked in itself. Raises as `open_store`."""
    return manifests.from_bytes(_manifest_bytes(folder), f"{folder / layout.MANIFEST}")


def first_fault(manifest: Manifest, path: str, data: bytes) -> str:
    """What is wrong with a file by size and fast sum; "" when nothing is."""
    stated = manifest.files[path]
    if len(data) != stated.size:
        return f"{path}: expected {stated.size} bytes, found {len(data)}"
    found = f"{zlib.crc32(data):08x}"
    return "" if found == stated.crc32 else f"{path}: altered, expected sum {stated.crc32}, found {found}"


def _one_version(folder: Path) -> tuple[Manifest, Mapping[str, bytes]]:
    """A manifest and the files that it describes; read again when a writer switched versions in between."""
    until = time.monotonic() + _PATIENCE
    while True:
        before = _manifest_bytes(folder)
        manifest = manifests.from_bytes(before, f"{folder / layout.MANIFEST}")
        files: dict[str, bytes] = {}
        fault = ""
        for path in manifest.files:
            try:
                files[path] = (folder / path).read_bytes()
                fault = first_fault(manifest, path, files[path])
            except OSError as error:
                fault = f"{path}: cannot be read ({error.strerror})"
            if fault:
                break
        if not fault:
            return manifest, files
        if _manifest_bytes(folder) == before or time.monotonic() > until:
            raise StoreCorruptError(f"{folder}: {fault}; build it again: {rebuild_command(manifest, folder)}")
        time.sleep(_PAUSE)


def _manifest_bytes(folder: Path) -> bytes:
    """The manifest's bytes. Where two folders cannot be exchanged in one step, the store is away for a moment while it
    is replaced; that is waited for, and finished here when the writer was killed in that moment."""
    until = time.monotonic() + _PATIENCE
    absences = 0
    while True:
        try:
            return (folder / layout.MANIFEST).read_bytes()
        except OSError as error:
            away = switching.stepped_aside(folder.parent, folder.name)
            absences = 0 if away else absences + 1
            # Not at once: it may have been away at the first look and back at the second.
            if absences == _ABSENT_LOOKS or time.monotonic() > until:
                raise _absent(folder, error) from error
            if away:
                with (
                    suppress(StoreBusyError, StoreWriteError, OSError),
                    locking.held(folder.parent, folder.name, wait=0),
                ):
                    switching.finish(folder.parent, folder.name)
            time.sleep(_PAUSE)


def _absent(folder: Path, error: OSError) -> StoreNotFoundError | StoreCorruptError:
    again = f"build it: python -m core build {folder.name} --images DIR"
    if folder.is_dir():
        return StoreCorruptError(
            f"{folder}: no readable {layout.MANIFEST} ({error.strerror}), so no whole store; {again}"
        )
    others = sorted(path.parent.name for path in folder.parent.glob(f"*/{layout.MANIFEST}"))
    there = ", ".join(name for name in others if layout.is_name(name)) or "none"
    return StoreNotFoundError(f"no collection {folder.name!r} in {folder.parent}; there are: {there}; {again}")


def _fitted(files: Mapping[str, bytes]) -> Relevance | None:
    """What was fitted for the collection. A store without it, or with another version of it, is whole all the same."""
    if layout.RELEVANCE not in files:
        return None
    try:
        return relevance.from_bytes(files[layout.RELEVANCE])
    except ValueError as error:
        raise StoreCorruptError(f"{layout.RELEVANCE}: {error}") from error


def _index(data: bytes, path: str, rows: int, dim: int) -> VectorIndex:
    index = VectorIndex.from_bytes(data)
    if index.count != rows or index.dim != dim:
        raise StoreCorruptError(
            f"{path}: the manifest states {rows} vectors of width {dim}, the file holds {index.count} of {index.dim}"
        )
    return index
