"""Which kind of source was given: told by `--kind`, else seen in the files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core.dataset import sidecars, tables
from core.errors import SourceError

_LOOK = 65_536


class Kind(StrEnum):
    """What `load_records` reads."""

    AUTO = "auto"
    COCO = "coco"
    KARPATHY = "karpathy"
    TABLE = "table"
    SIDECAR = "sidecar"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a source, where its files do not say. `kind` is one of `Kind`; `split` keeps some parts of a
    Karpathy file ("test", "train,restval"); the columns are those of a table, "" for the usual names."""

    kind: str = Kind.AUTO
    split: str = ""
    path_column: str = ""
    caption_column: str = ""


def of(images: Path, captions: Path | None, instances: Path | None, reading: Reading, under: str = "") -> Kind:
    """The kind of the source. Raises `SourceError` for a kind that needs another file than was given, and for options
    that mean nothing to it."""
    try:
        told = Kind(reading.kind)
    except ValueError as error:
        raise SourceError(f"no kind of source is called {reading.kind!a}; there are {', '.join(Kind)}") from error
    kind = told if told is not Kind.AUTO else _seen(images, captions, instances, under)
    needs_file = kind in (Kind.KARPATHY, Kind.TABLE)
    if needs_file and captions is None:
        raise SourceError(f"a source of kind {kind} is a file: name it with --captions")
    if (needs_file and instances) or (kind in (Kind.SIDECAR, Kind.FOLDER) and (captions or instances)):
        raise SourceError(f"a source of kind {kind} takes no {'--instances' if instances else '--captions'}")
    if reading.split and kind is not Kind.KARPATHY:
        raise SourceError(f"--split chooses parts of a Karpathy file; this source is of kind {kind}")
    if (reading.path_column or reading.caption_column) and kind is not Kind.TABLE:
        raise SourceError(f"--path-column and --caption-column are for tables; this source is of kind {kind}")
    return kind


def _seen(images: Path, captions: Path | None, instances: Path | None, under: str) -> Kind:
    if captions is None:
        if instances is not None:
            return Kind.COCO
        return Kind.SIDECAR if sidecars.any_in(images / under if under else images) else Kind.FOLDER
    if captions.suffix.lower() in tables.SUFFIXES:
        return Kind.TABLE
    try:
        with captions.open("rb") as file:
            start = file.read(_LOOK)
    except OSError:
        return Kind.COCO  # whose reader says what is wrong
    return Kind.KARPATHY if b'"sentids"' in start or b'"sentences"' in start else Kind.COCO
