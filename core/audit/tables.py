"""Lists of findings as rows for a spreadsheet and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core import spreadsheet

if TYPE_CHECKING:
    from core.audit.findings import Finding, FindingList
    from core.records import Caption

_PICTURE = ("rank", "role", "image_id", "file_name", "figure", "note")
_CAPTION = ("caption_id", "caption", "other_caption_id", "other_caption")


def to_dict(found: FindingList) -> dict[str, Any]:
    """JSON-ready: what was listed by which measure, and every finding with its pictures."""
    return {
        "list": found.kind.value,
        "level": found.level,
        "order": found.order.value,
        "summary": found.summary,
        "notes": list(found.notes),
        "findings": [_entry(finding) for finding in found],
    }


def to_csv(found: FindingList) -> str:
    """One line per picture of each finding, under a header; cells that a spreadsheet would run as formulas are
    defused."""
    rows = list(_rows(found))
    names = list(dict.fromkeys(name for row in rows for name in row)) or list(_PICTURE)
    return spreadsheet.csv_text(names, rows)


def _entry(finding: Finding) -> dict[str, Any]:
    return {
        "rank": finding.rank,
        "why": finding.why,
        **{number.name: number.value for number in finding.numbers},
        **_spoken(finding),
        "pictures": [
            {
                "role": shown.role,
                "image_id": shown.record.image_id,
                "file_name": shown.record.file_name,
                "figure": shown.figure,
                "note": shown.note,
            }
            for shown in finding.pictures
        ],
    }


def _rows(found: FindingList) -> Iterator[dict[str, Any]]:
    for finding in found:
        for shown in finding.pictures:
            record = shown.record
            picture = (finding.rank, shown.role, record.image_id, record.file_name, shown.figure, shown.note)
            numbers = {number.name: number.value for number in finding.numbers}
            yield {**dict(zip(_PICTURE, picture, strict=True)), **_spoken(finding), **numbers, "why": finding.why}


def _spoken(finding: Finding) -> dict[str, Any]:
    """The captions; nothing in lists that have none."""
    if finding.caption is None:
        return {}
    values = (*_pair(finding.caption), *_pair(finding.other))
    return dict(zip(_CAPTION, values, strict=True))


def _pair(caption: Caption | None) -> tuple[int | None, str | None]:
    return (None, None) if caption is None else (caption.caption_id, caption.display)
