"""The two `metadata.json` files: records and captions as compact JSON, one entry per line, and back."""

from __future__ import annotations

import gc
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import StoreCorruptError
from core.records import Box, Caption, ImageRecord
from core.store import layout
from core.store.checked_json import field, items, parse


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """What the metadata files hold. `caption_image_rows[i]` is the row in `records` of caption i's picture."""

    records: tuple[ImageRecord, ...]
    captions: tuple[Caption, ...]
    caption_image_rows: NDArray[np.int64]


def records_to_bytes(records: Iterable[ImageRecord]) -> bytes:
    """`images/metadata.json`: what is empty or unknown is left out, captions are in the other file."""
    return _lines(_entry(record) for record in records)


def captions_to_bytes(records: Iterable[ImageRecord]) -> bytes:
    """`text/metadata.json`: every caption, in the order of the records."""
    return _lines(
        {"caption_id": caption.caption_id, "image_id": record.image_id, "caption": caption.text}
        for record in records
        for caption in record.captions
    )


def read(image_records: bytes, caption_texts: bytes, name: str) -> Contents:
    """Both files together. Raises `StoreCorruptError` naming the collection, the file and the entry."""
    with _without_collector():
        place = f"{name}: {layout.CAPTION_TEXTS}"
        captions: list[Caption] = []
        owners: list[int] = []
        spoken: defaultdict[int, list[Caption]] = defaultdict(list)
        for number, entry in enumerate(_list(parse(caption_texts, place), place)):
            caption, owner = _caption(entry, place, number)
            captions.append(caption)
            owners.append(owner)
            spoken[owner].append(caption)
        place = f"{name}: {layout.IMAGE_RECORDS}"
        records = [
            _record(entry, spoken, place, row) for row, entry in enumerate(_list(parse(image_records, place), place))
        ]
    rows = {record.image_id: row for row, record in enumerate(records)}
    if len(rows) != len(records):
        raise StoreCorruptError(f"{place}: {len(records) - len(rows)} image ids occur twice")
    strangers = spoken.keys() - rows.keys()
    if strangers:
        raise StoreCorruptError(
            f"{name}: {layout.CAPTION_TEXTS}: image_id {min(strangers)} is not among the {len(records)} pictures"
        )
    return Contents(tuple(records), tuple(captions), np.array([rows[owner] for owner in owners], np.int64))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Python's cycle collector looks at every object again and again while a million are made: half of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _lines(entries: Iterable[dict[str, Any]]) -> bytes:
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in entries)
    return f"[\n{lines}\n]\n".encode() if lines else b"[]\n"


def _entry(record: ImageRecord) -> dict[str, Any]:
    boxes = [[box.category, *map(_short, (box.x, box.y, box.width, box.height))] for box in record.boxes]
    optional = {
        "width": record.width,
        "height": record.height,
        "categories": list(record.categories),
        "boxes": boxes,
        "coco_url": record.coco_url,
        "flickr_url": record.flickr_url,
    }
    entry: dict[str, Any] = {"image_id": record.image_id, "file_name": record.file_name}
    entry.update({key: value for key, value in optional.items() if value})
    return entry if record.license is None else {**entry, "license": record.license}


def _short(number: float) -> float:
    """Whole numbers without their `.0`."""
    return int(number) if float(number).is_integer() else number


def _caption(entry: Any, place: str, number: int) -> tuple[Caption, int]:
    # There are up to a million of these: the checks are spelled out, and `field` words the fault when one fails.
    try:
        caption_id, image_id, text = entry["caption_id"], entry["image_id"], entry["caption"]
        if type(caption_id) is int and type(image_id) is int and type(text) is str:
            return Caption(caption_id, text), image_id
    except (KeyError, TypeError):
        pass
    at = f"{place}[{number}]"
    kinds: dict[str, type] = {"caption_id": int, "image_id": int, "caption": str}
    for key, kind in kinds.items():
        field(entry, key, kind, at)
    raise StoreCorruptError(f"{at}: expected plain numbers and text")


def _record(entry: Any, spoken: Mapping[int, list[Caption]], place: str, row: int) -> ImageRecord:
    at = f"{place}[{row}]"
    image_id = field(entry, "image_id", int, at)
    return ImageRecord(
        image_id,
        field(entry, "file_name", str, at),
        field(entry, "width", int, at, 0),
        field(entry, "height", int, at, 0),
        tuple(spoken.get(image_id, ())),
        items(entry.get("categories", []), str, at),
        tuple(_box(box, at) for box in _list(entry.get("boxes", []), at)),
        field(entry, "coco_url", str, at, ""),
        field(entry, "flickr_url", str, at, ""),
        field(entry, "license", int, at) if "license" in entry else None,
    )


def _box(entry: Any, place: str) -> Box:
    if type(entry) is not list or len(entry) != 5 or type(entry[0]) is not str:
        raise StoreCorruptError(f"{place}: boxes: expected [category, x, y, width, height]")
    category, x, y, width, height = entry
    for side in (x, y, width, height):
        if type(side) is not float and type(side) is not int:
            raise StoreCorruptError(f"{place}: boxes: expected four numbers after the category")
    return Box(category, float(x), float(y), float(width), float(height))


def _list(values: Any, place: str) -> Sequence[Any]:
    if not isinstance(values, list):
        raise StoreCorruptError(f"{place}: expected a list, found {type(values).__name__}")
    return values
