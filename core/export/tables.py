"""A list of pictures as CSV for a spreadsheet and as JSON for a program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from core import spreadsheet

if TYPE_CHECKING:
    from datetime import datetime

    from core.export.listed import Listed
    from core.records import ImageRecord

_COLUMNS = (
    "image_id", "file_name", "width", "height", "captions", "categories", "objects", "license", "license_name",
    "license_url", "flickr_url", "coco_url", "attribution",
)  # fmt: skip


def rows(listed: Listed) -> list[dict[str, Any]]:
    """JSON-ready rows, one per picture, in order. `license` is the id in the collection's table, None when unknown;
    `found_by` is there only where the list has queries."""
    return [_row(listed, record) for record in listed.records]


def csv_text(listed: Listed) -> str:
    """One line per picture under a header: lists joined into one cell, `objects` the number of boxes. Cells that a
    spreadsheet would run as formulas are defused."""
    flat = (
        row
        | {
            "captions": " | ".join(row["captions"]),
            "categories": ", ".join(row["categories"]),
            "objects": len(row["objects"]),
        }
        for row in rows(listed)
    )
    return spreadsheet.csv_text((*_COLUMNS, *(("found_by",) if listed.found_by else ())), flat)


def json_text(listed: Listed, made_at: datetime) -> str:
    """One JSON object: what was asked of which collection, when, and the rows; boxes in pixels, origin top left."""
    told: dict[str, Any] = {"collection": listed.collection, "time": made_at.isoformat(timespec="seconds")}
    if listed.asked:
        told["asked"] = listed.asked
    return json.dumps(told | {"pictures": rows(listed)}, ensure_ascii=False, indent=1, allow_nan=False)


def _row(listed: Listed, record: ImageRecord) -> dict[str, Any]:
    license_ = listed.license_of(record)
    row: dict[str, Any] = {
        "image_id": record.image_id,
        "file_name": record.file_name,
        "width": record.width,
        "height": record.height,
        "captions": [caption.display for caption in record.captions],
        "categories": list(record.categories),
        "objects": [
            {"category": box.category, "x": box.x, "y": box.y, "width": box.width, "height": box.height}
            for box in record.boxes
        ],
        "license": record.license,
        "license_name": license_.name if license_ else "",
        "license_url": license_.url if license_ else "",
        "flickr_url": record.flickr_url,
        "coco_url": record.coco_url,
        "attribution": listed.attribution(record),
    }
    return row | {"found_by": listed.found_by.get(record.image_id, "")} if listed.found_by else row
