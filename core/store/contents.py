"""The two `metadata.json` files: records and captions as compact JSON, one entry per line, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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
    place = f"{name}: {layout.IMAGE_RECORDS}"
    records = [_record(entry, f"{place}[{row}]") for row, entry in enumerate(_list(parse(image_records, place), place))]
    rows = {record.image_id: row for row, record in enumerate(records)}
    if len(rows) != len(records):
        raise StoreCorruptError(f"{place}: {len(records) - len(rows)} image ids occur twice")
    place = f"{name}: {layout.CAPTION_TEXTS}"
    entries = _list(parse(caption_texts, place), place)
    captions: list[Caption] = []
    image_rows: list[int] = []
    spoken: dict[int, list[Caption]] = {}
    for number, entry in enumerate(entries):
        at = f"{place}[{number}]"
        image_id = field(entry, "image_id", int, at)
        if image_id not in rows:
            raise StoreCorruptError(f"{at}: image_id {image_id} is not among the {len(records)} pictures")
        captions.append(Caption(field(entry, "caption_id", int, at), field(entry, "caption", str, at)))
        image_rows.append(rows[image_id])
        spoken.setdefault(rows[image_id], []).append(captions[-1])
    for row, theirs in spoken.items():
        records[row] = replace(records[row], captions=tuple(theirs))
    return Contents(tuple(records), tuple(captions), np.array(image_rows, np.int64))


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


def _record(entry: Any, place: str) -> ImageRecord:
    return ImageRecord(
        field(entry, "image_id", int, place),
        field(entry, "file_name", str, place),
        field(entry, "width", int, place, 0),
        field(entry, "height", int, place, 0),
        (),
        items(entry.get("categories", []), str, place),
        tuple(_box(box, place) for box in _list(entry.get("boxes", []), place)),
        field(entry, "coco_url", str, place, ""),
        field(entry, "flickr_url", str, place, ""),
        field(entry, "license", int, place) if "license" in entry else None,
    )


def _box(entry: Any, place: str) -> Box:
    if not isinstance(entry, list) or len(entry) != 5 or not isinstance(entry[0], str):
        raise StoreCorruptError(f"{place}: boxes: expected [category, x, y, width, height]")
    if not all(type(side) in (int, float) for side in entry[1:]):
        raise StoreCorruptError(f"{place}: boxes: expected four numbers after the category")
    return Box(entry[0], *map(float, entry[1:]))


def _list(values: Any, place: str) -> Sequence[Any]:
    if not isinstance(values, list):
        raise StoreCorruptError(f"{place}: expected a list, found {type(values).__name__}")
    return values
