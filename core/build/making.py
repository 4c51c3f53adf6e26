"""Make a collection from a source, or make it again."""

from __future__ import annotations

import time
from pathlib import Path

from core import config, dataset, progress, store
from core import encoder as encoders
from core.build import encoding, fitting, planning, reading
from core.build.report import BuildReport
from core.encoder import Encoder
from core.errors import StoreError
from core.progress import Progress


def build_collection(
    name: str,
    images: Path,
    captions: Path | None = None,
    instances: Path | None = None,
    *,
    labels_from_folders: bool = False,
    read_as: dataset.Reading | None = None,
    model: str = "bundled",
    pretrained: str | None = None,
    text_model: str | None = None,
    text_pretrained: str | None = None,
    db: Path | None = None,
    title: str | None = None,
    device: str = "auto",
    report: progress.Report = progress.silent,
    encoder: Encoder | None = None,
    text_encoder: Encoder | None = None,
) -> BuildReport:
    """Read a source (see `dataset.load_records`), encode it, and put the collection `name` into `db` in one step.

    A collection of that name answers as before until then. Interrupted in any way, the same call goes on where it was,
    at most 256 pictures back, and gives the same bytes as an uninterrupted one, times aside; until then it is one of
    `store.unfinished`. `read_as` says what the source's files do not: see `dataset.Reading`.
    Where the model encodes pictures only, its captions are read by `text_model` (None for "bundled"), so that a text
    finds pictures by their captions; with "none" they are kept to be shown. `encoder` and `text_encoder` are used
    instead of loading the models, whose names are then only noted.
    Raises `ConfigurationError` for an unusable name and for a `text_model` beside a model that reads, `SourceError`,
    `EncoderError`, `StoreBusyError`, `StoreWriteError`, and what `report` raises to stop.
    """
    store.check_name(name)
    began = time.perf_counter()
    db = db or config.Settings.from_environment().db
    folder, work = db / name, store.work_folder(db, name)
    with store.held(db, name):
        report(Progress("Reading the source", 0, 0, unit="records"))
        records = dataset.load_records(
            images, captions, instances, labels_from_folders=labels_from_folders, reading=read_as
        )
        report(planning.read(records))
        encoder = encoder or encoders.load_encoder(model, pretrained, device=device, report=report)
        text_encoder = reading.text_encoder(
            encoder, records, text_model, text_pretrained, device=device, report=report, given=text_encoder
        )
        plan = store.Plan(
            name,
            images,
            captions,
            instances,
            labels_from_folders,
            reading=read_as or dataset.Reading(),
            model=_durable(model),
            pretrained=_durable(pretrained) if pretrained else None,
            text_model=_durable(text_model) if text_model else None,
            text_pretrained=_durable(text_pretrained) if text_pretrained else None,
            title=title,
            total=len(records.records),
        )
        with planning.noted(db, plan):
            encoded = encoding.encode(records, images, encoder, work, report, text_encoder=text_encoder)
        source = store.Source(
            images_root=store.stored_path(images, folder),
            captions=store.stored_path(captions, folder) if captions else None,
            instances=store.stored_path(instances, folder) if instances else None,
            labels_from_folders=labels_from_folders,
        )
        header = store.Header(
            name=name,
            title=title or _title_before(folder) or name,
            source=source,
            encoder=encoder.spec,
            model=_durable(model),
            pretrained=_durable(pretrained) if pretrained else None,
            text_encoder=_noted(text_encoder, text_model, text_pretrained) if text_encoder else None,
        )
        fitted = fitting.fitted(encoded.records, encoded.images, encoded.captions, (encoder, text_encoder), report)
        store.write_store(db, header, encoded.records, encoded.images, encoded.captions, report=report, fitted=fitted)
        store.forget_work(db, name)
    return BuildReport(
        name=name,
        folder=folder,
        images=len(encoded.records.records),
        captions=sum(len(record.captions) for record in encoded.records.records),
        skipped=encoded.records.skipped,
        seconds=time.perf_counter() - began,
        pictures_per_second=encoded.pictures_per_second,
        resumed_from=encoded.images.reused,
        added=len(encoded.records.records),
    )


def _noted(text_encoder: Encoder, model: str | None, pretrained: str | None) -> store.TextEncoder:
    words = _durable(model or reading.BUNDLED), _durable(pretrained) if pretrained else None
    return store.TextEncoder(text_encoder.spec, *words)


def _durable(model: str) -> str:
    """A folder or file of weights by its whole path, so that the collection finds it from anywhere; a name as it is."""
    path = Path(model).expanduser()
    return str(path.resolve()) if path.name != model and path.exists() else model


def _title_before(folder: Path) -> str | None:
    """A collection that is built again keeps its title."""
    try:
        return store.read_manifest(folder).title
    except StoreError:
        return None
