"""Every list can be taken away: as CSV for a spreadsheet, as JSON for a program, in COCO's layout for other tools."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from core import audit, evaluation, export, spreadsheet

if TYPE_CHECKING:
    from core.audit import FindingList
    from core.collection import Collection
    from core.evaluation import Run
    from core.records import ImageRecord
    from core.search import SearchResult

_CSV, _JSON = "text/csv", "application/json"


def of_result(opened: Collection, result: SearchResult, key: str) -> None:
    """A search result. The JSON also says what was asked of what, and when."""
    records = [hit.record for hit in result.hits]
    listed = _listed(opened, records, asked=result.typed or result.query)
    stem = f"{result.collection}-{key}"
    _button("CSV", result.to_csv, f"{stem}.csv", key)
    _button(
        "JSON", lambda: _text({**result.to_dict(), "time": _now().isoformat(timespec="seconds")}), f"{stem}.json", key
    )
    _coco(listed, stem, key)


def of_records(
    opened: Collection,
    records: Sequence[ImageRecord],
    key: str,
    *,
    asked: str = "",
    found_by: Mapping[int, str] | None = None,
) -> None:
    """A list of pictures. `asked` is the query or filter that made it, `found_by` the query that found each."""
    listed = _listed(opened, records, asked, found_by)
    stem = f"{opened.name}-{key}"
    _button("CSV", lambda: export.csv_text(listed), f"{stem}.csv", key)
    _button("JSON", lambda: export.json_text(listed, _now()), f"{stem}.json", key)
    _coco(listed, stem, key)


def of_rows(as_csv: Callable[[], str], as_json: Callable[[], Any], stem: str, key: str) -> None:
    """Rows that are no pictures: CSV and JSON."""
    _button("CSV", as_csv, f"{stem}.csv", key)
    _button("JSON", lambda: _text(as_json()), f"{stem}.json", key)


def of_left_out(left_out: Sequence[tuple[str, str]], key: str) -> None:
    """Files that a job left out, each with its reason."""
    rows = [{"file": name, "reason": reason} for name, reason in left_out]
    _button("CSV", lambda: spreadsheet.csv_text(("file", "reason"), rows), "left-out.csv", key)


def _coco(listed: export.Listed, stem: str, key: str) -> None:
    """COCO has captions and objects in files of their own; a collection without one of them has no such file."""
    with st.popover("COCO", icon=":material/download:", type="tertiary", key=f"{key}-coco"):
        st.caption("COCO JSON with licence and attribution of every picture, as pycocotools and `core.dataset` read it")
        if not listed.categories or any(record.captions for record in listed.records):
            _button("COCO captions", lambda: export.captions_json(listed, _now()), f"captions_{stem}.json", key)
        if listed.categories:
            _button("COCO instances", lambda: export.instances_json(listed, _now()), f"instances_{stem}.json", key)


def _listed(
    opened: Collection, records: Sequence[ImageRecord], asked: str = "", found_by: Mapping[int, str] | None = None
) -> export.Listed:
    return export.Listed(opened.name, records, opened.store.categories, opened.store.licenses, asked, found_by or {})


def _button(label: str, make: Callable[[], str], file_name: str, key: str) -> None:
    """The file is made at the click, so that drawing a page costs nothing for it."""
    st.download_button(
        label,
        make,
        file_name=file_name,
        mime=_CSV if file_name.endswith(".csv") else _JSON,
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"{key}-{label}",
    )


def of_evaluation(runs: Sequence[Run], key: str) -> None:
    """The figures as CSV and everything as JSON, of one run or two."""

    def as_json() -> Any:
        told = [json.loads(evaluation.to_text(one)) for one in runs]
        return told[0] if len(told) == 1 else told

    of_rows(lambda: evaluation.to_csv(runs), as_json, f"{runs[0].run_id}-{key}", key)


def of_classes(run: Run, key: str) -> None:
    """The classes of a run as CSV."""
    _button("Classes as CSV", lambda: evaluation.classes_csv(run), f"{run.run_id}-{key}.csv", key)


def of_findings(opened: Collection, found: FindingList, key: str) -> None:
    """A list of an audit, all of it."""
    of_rows(
        lambda: audit.to_csv(found),
        lambda: {"collection": opened.name, "time": _now().isoformat(timespec="seconds"), **audit.to_dict(found)},
        f"{opened.name}-{found.kind}",
        key,
    )


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _now() -> datetime:
    return datetime.now(UTC)
