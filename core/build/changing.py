"""Add pictures to a collection, or remove some, without encoding the others again."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from core import config, dataset, progress, store
from core import encoder as encoders
from core.build import encoding, merging, planning, reading, rewriting
from core.build.report import BuildReport
from core.embedding import Embeddings
from core.encoder import Encoder
from core.errors import QueryError, SourceError
from core.progress import Progress
from core.records import RecordSet, Skipped
from core.store import Store


def add_to_collection(
    name: str,
    images: Path | None = None,
    captions: Path | None = None,
    instances: Path | None = None,
    *,
    read_as: dataset.Reading | None = None,
    db: Path | None = None,
    device: str = "auto",
    report: progress.Report = progress.silent,
    encoder: Encoder | None = None,
    text_encoder: Encoder | None = None,
) -> BuildReport:
    """Encode the pictures that the collection does not have yet and put them in, in one step.

    `images` is the collection's picture folder (the default) or a folder inside it; a folder source is looked through
    again, labels included where the collection has them. Pictures are told by image_id and by file: those
    that are there already are left as they are and counted. The encoders are those the collection was built with.
    Raises `SourceError` for a folder outside, for an image_id or caption_id that means something else here, and what
    `build_collection` raises; `StoreMisfitError` for an `encoder` or `text_encoder` that is not the collection's.
    """
    began = time.perf_counter()
    db = db or config.Settings.from_environment().db
    with store.held(db, name):
        before = store.open_store(db / name)
        source = before.manifest.source
        report(Progress("Reading the source", 0, 0, unit="records"))
        found = dataset.load_records(
            before.images_root,
            captions,
            instances,
            labels_from_folders=source.labels_from_folders and captions is None and instances is None,
            under=_below(before, images),
            reading=read_as,
        )
        fresh = _fresh(before, found)
        report(planning.read(found))
        already = len(found.records) - len(fresh.records)
        if not fresh.records:
            return _report(before, began, skipped=found.skipped, already=already)
        manifest = before.manifest
        if encoder is None:
            encoder = encoders.load_encoder(manifest.model, manifest.pretrained, device=device, report=report)
        store.check_fits(before, encoder.spec)
        reader = None
        if manifest.text_encoder:
            words = manifest.text_encoder.model, manifest.text_encoder.pretrained
            reader = reading.text_encoder(encoder, fresh, *words, device=device, report=report, given=text_encoder)
        if reader:
            store.check_text_fits(before, reader.spec)
        work = store.work_folder(db, name)
        plan = store.Plan(
            name,
            images or before.images_root,
            captions,
            instances,
            reading=read_as or dataset.Reading(),
            model=manifest.model,
            pretrained=manifest.pretrained,
            adding=True,
            total=len(fresh.records),
        )
        with planning.noted(db, plan):
            encoded = encoding.encode(fresh, before.images_root, encoder, work, report, text_encoder=reader)
        records = merging.merged(before, encoded.records)
        readers = None if manifest.text_encoder and reader is None else (encoder, reader)
        after = rewriting.rewrite(before, records, encoded.images, encoded.captions, report, readers=readers)
        store.forget_work(db, name)
    return replace(
        _report(after, began, skipped=encoded.records.skipped, already=already),
        pictures_per_second=encoded.pictures_per_second,
        resumed_from=encoded.images.reused,
        added=len(encoded.records.records),
    )


def remove_from_collection(
    name: str,
    pictures: Iterable[int | str],
    *,
    db: Path | None = None,
    report: progress.Report = progress.silent,
) -> BuildReport:
    """Take pictures, by image_id or file name, and their captions out of the collection, in one step. The picture
    files stay where they are. Needs no model; what was fitted to the captions stays as it was, since it speaks of the
    model and of how captions are written.

    Raises `QueryError` naming what the collection does not have, and when nothing would be left.
    """
    began = time.perf_counter()
    db = db or config.Settings.from_environment().db
    with store.held(db, name):
        before = store.open_store(db / name)
        gone = _rows_of(before, list(pictures))
        if len(gone) == len(before.records):
            raise QueryError(
                f"that would leave nothing of collection {name!r}; to be rid of it, delete the folder {before.folder}"
            )
        keep = tuple(record for row, record in enumerate(before.records) if row not in gone)
        records = RecordSet(keep, before.categories, before.licenses, before.manifest.skips)
        nothing = Embeddings(np.empty(0, np.int64), np.empty((0, before.manifest.dim), np.float32))
        after = rewriting.rewrite(before, records, nothing, nothing, report) if gone else before
    return replace(_report(after, began), removed=len(gone))


def _below(before: Store, images: Path | None) -> str:
    """Where the folder `images` lies in the collection's picture folder, "" for that folder itself."""
    if images is None:
        return ""
    root, asked = before.images_root.resolve(), images.resolve()
    if not asked.is_relative_to(root):
        raise SourceError(
            f"{images}: the pictures of collection {before.manifest.name!r} lie under {root}, and all must; "
            "put the new ones into a folder there, or build a collection of their own"
        )
    below = asked.relative_to(root).as_posix()
    return "" if below == "." else below


def _fresh(before: Store, found: RecordSet) -> RecordSet:
    """What the collection does not have yet, by id and by file: a folder gives pictures other ids than a COCO file did.
    Raises `SourceError` where an id means something else in the source."""
    there = {record.image_id: record.file_name for record in before.records}
    spoken = {caption.caption_id for record in before.records for caption in record.captions}
    files = set(there.values())
    fresh = []
    for record in found.records:
        if record.image_id not in there:
            if record.file_name not in files:
                fresh.append(record)
        elif there[record.image_id] != record.file_name:
            raise SourceError(
                f"image_id {record.image_id} is {there[record.image_id]} in collection {before.manifest.name!r}, and "
                f"{record.file_name} in the source; give the new pictures ids of their own, or build another collection"
            )
    for record in fresh:
        for caption in record.captions:
            if caption.caption_id in spoken:
                raise SourceError(
                    f"caption_id {caption.caption_id} of {record.file_name} is taken in collection "
                    f"{before.manifest.name!r}; give the new captions ids of their own"
                )
    return replace(found, records=tuple(fresh))


def _rows_of(before: Store, pictures: list[int | str]) -> frozenset[int]:
    by_name = {record.file_name: row for row, record in enumerate(before.records)}
    by_id = {record.image_id: row for row, record in enumerate(before.records)}
    rows = {one: by_id.get(one) if isinstance(one, int) else by_name.get(one) for one in pictures}
    unknown = [str(one) for one, row in rows.items() if row is None]
    if unknown:
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        raise QueryError(f"collection {before.manifest.name!r} has no picture {', '.join(unknown[:5])}{more}")
    return frozenset(row for row in rows.values() if row is not None)


def _report(at: Store, began: float, skipped: tuple[Skipped, ...] = (), already: int = 0) -> BuildReport:
    return BuildReport(
        name=at.manifest.name,
        folder=at.folder,
        images=at.manifest.images,
        captions=at.manifest.captions,
        skipped=skipped,
        seconds=time.perf_counter() - began,
        pictures_per_second=0.0,
        already_there=already,
    )
