"""Writing a store: aside, synced, read back, the manifest last, then switched in as one step."""

from __future__ import annotations

import hashlib
import os
import shutil
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from core import progress, relevance
from core.embedding import Embeddings
from core.errors import StoreWriteError
from core.index import VectorIndex
from core.progress import Progress
from core.records import RecordSet
from core.relevance import Relevance
from core.store import contents, layout, locking, switching
from core.store import manifest as manifests
from core.store.manifest import FileSum, Header, Manifest


def write_store(
    db: Path,
    header: Header,
    records: RecordSet,
    images: Embeddings,
    captions: Embeddings,
    *,
    report: progress.Report = progress.silent,
    created_at: str | None = None,
    skipped: int | None = None,
    fitted: Relevance | None = None,
) -> Path:
    """Write the collection `header.name` into `db`, replacing one of that name, and return its folder.

    `images` has one row per record and `captions` one per caption, in their order; `captions` may be empty when no
    encoder read them, and is as wide as the header's `text_encoder` where there is one. `records.skipped` is what was
    left out. A reader sees the store before or this one, whole, at every instant, and so does one after a power cut.
    `fitted` is what `core.relevance.fit` made of these captions, where it made anything.
    `created_at` carries over the time of the first build, `skipped` the count of a list that was cut.
    Raises `StoreBusyError` while another process writes it, `StoreWriteError` when the disk is full or read-only: the
    store before is untouched and nothing is left behind.
    """
    layout.check_name(header.name)
    _check_rows(header, records, images, captions)
    new = layout.new_folder(db, header.name)
    with locking.held(db, header.name):
        try:
            switching.finish(db, header.name)
            switching.remove(new)
            sums = _write_files(new, records, (images, captions), fitted, report)
            now = datetime.now(UTC).isoformat(timespec="microseconds")
            stated = _manifest(header, records, images, captions, files=sums, times=(created_at or now, now))
            stated = replace(stated, skipped=len(records.skipped) if skipped is None else skipped)
            write_file(new / layout.MANIFEST, manifests.to_bytes(stated))
            switching.sync_folder(new)
            switching.switch_in(db, header.name)
        except OSError as error:
            switching.remove(new)
            raise StoreWriteError(_reason(db, header.name, error)) from error
        except BaseException:  # stopped by `report`, or by Ctrl-C
            switching.remove(new)
            raise
    return db / header.name


def _check_rows(header: Header, records: RecordSet, images: Embeddings, captions: Embeddings) -> None:
    """A row that stands for another picture would be wrong for ever and never be noticed."""
    image_ids = [record.image_id for record in records.records]
    caption_ids = [caption.caption_id for record in records.records for caption in record.captions]
    for what, wanted, found in (("picture", image_ids, images), ("caption", caption_ids, captions)):
        if what == "caption" and not len(found):
            continue
        if found.ids.tolist() != wanted:
            raise StoreWriteError(
                f"the {len(found)} {what} vectors do not stand, row by row, for the {len(wanted)} {what}s given"
            )
    for what, found, dim in (("picture", images, header.encoder.dim), ("caption", captions, header.caption_dim)):
        if found.vectors.shape[1:] != (dim,):
            raise StoreWriteError(f"{what} vectors have width {found.vectors.shape[1]}, their encoder's is {dim}")


def _write_files(
    new: Path,
    records: RecordSet,
    embeddings: tuple[Embeddings, Embeddings],
    fitted: Relevance | None,
    report: progress.Report,
) -> Mapping[str, FileSum]:
    images, captions = embeddings
    # Made one after the other, so that only one is in memory.
    makers: dict[str, Callable[[], bytes]] = {
        layout.IMAGE_INDEX: lambda: VectorIndex.build(images.vectors).to_bytes(),
        layout.IMAGE_RECORDS: lambda: contents.records_to_bytes(records.records),
        layout.CAPTION_INDEX: lambda: VectorIndex.build(captions.vectors).to_bytes(),
        layout.CAPTION_TEXTS: lambda: contents.captions_to_bytes(records.records),
    }
    if fitted is not None:
        makers[layout.RELEVANCE] = lambda: relevance.to_bytes(fitted)
    sums: dict[str, FileSum] = {}
    for done, path in enumerate(makers):
        report(Progress("Writing the store", done, len(makers), unit="files"))
        (new / path).parent.mkdir(parents=True, exist_ok=True)
        sums[path] = write_file(new / path, makers[path]())
    for folder in {(new / path).parent for path in makers}:
        switching.sync_folder(folder)
    report(Progress("Writing the store", len(makers), len(makers), unit="files"))
    return sums


def write_file(path: Path, data: bytes) -> FileSum:
    """Write, sync and read back: a full disk may pass for success, and shows in the size or the sum."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    crc, size = 0, 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            crc, size = zlib.crc32(block, crc), size + len(block)
    if (size, crc) != (len(data), zlib.crc32(data)):
        raise OSError(None, f"wrote {len(data)} bytes, read back {size} or other ones", str(path))
    return FileSum(size, hashlib.sha256(data).hexdigest(), f"{crc:08x}")


def _manifest(
    header: Header,
    records: RecordSet,
    images: Embeddings,
    captions: Embeddings,
    *,
    files: Mapping[str, FileSum],
    times: tuple[str, str],
) -> Manifest:
    return Manifest(
        name=header.name,
        title=header.title,
        source=header.source,
        encoder=header.encoder,
        model=header.model,
        pretrained=header.pretrained,
        dim=int(np.shape(images.vectors)[1]),
        images=len(records.records),
        captions=sum(len(record.captions) for record in records.records),
        caption_vectors=len(captions),
        skipped=len(records.skipped),
        skips=records.skipped[: manifests.MAX_LISTED_SKIPS],
        categories=records.categories,
        licenses=records.licenses,
        files=files,
        created_at=times[0],
        changed_at=times[1],
        text_encoder=header.text_encoder,
    )


def _reason(db: Path, name: str, error: OSError) -> str:
    try:
        free = f"{shutil.disk_usage(db).free / 1e6:,.0f} MB free"
    except OSError:
        free = "its free space is unknown"
    before = "the collection before is untouched" if (db / name).exists() else "nothing was left behind"
    return (
        f"collection {name!r} could not be written to {db} ({error.strerror or error}; {free}); {before}. "
        "Make room or name another folder with --db, then give the same command again"
    )
