"""Records as a table: one row a picture, with the marks, keys and dialog of the grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.ui import components, detail, gallery, marks, shelf

if TYPE_CHECKING:
    from core.collection import Collection
    from core.records import ImageRecord

_COLUMNS = ("Id", "File", "Size", "Objects", "Categories", "Captions", "Licence")


def draw(
    opened: Collection,
    records: Sequence[ImageRecord],
    key: str,
    label: str,
    *,
    found_by: str = "",
    selected: marks.Mark | None = None,
) -> None:
    """The table; `found_by` is the query or filter that made the list."""
    cards = gallery.of_records(opened, records)
    gallery.draw_missing_note(opened, cards)
    licenses = {one.license_id: one.name or str(one.license_id) for one in opened.store.licenses}
    rows = [
        {"id": card.key, "src": card.src, "alt": card.alt, "cells": _cells(record, licenses)}
        for card, record in zip(cards, records, strict=True)
    ]
    marked = marks.Marks(kept=shelf.star(opened, found_by), selected=selected)
    data: dict[str, Any] = {"columns": _COLUMNS, "rows": rows, "label": label}
    live = marked.data([card.key for card in cards])
    event = components.draw("table", data, key, "open", live=live, listeners=marked.listeners(key))
    if event.open is not None:
        shelf.note_source(found_by)
        detail.show(opened, detail.of_records(records), str(event.open))


def _cells(record: ImageRecord, licenses: dict[int, str]) -> list[str]:
    first = record.captions[0].display if record.captions else ""
    more = f" (+{len(record.captions) - 1})" if len(record.captions) > 1 else ""
    return [
        str(record.image_id),
        record.file_name,
        f"{record.width} × {record.height}" if record.width and record.height else "",
        str(len(record.boxes)),
        ", ".join(record.categories),
        first + more,
        "" if record.license is None else licenses.get(record.license, str(record.license)),
    ]
