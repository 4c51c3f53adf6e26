"""Every list can be taken away, as CSV for a spreadsheet and as JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from core import browsing

if TYPE_CHECKING:
    from core.collection import Collection
    from core.records import ImageRecord
    from core.search import SearchResult


def of_result(result: SearchResult, key: str) -> None:
    """CSV and JSON of a search result. The JSON also says what was asked of what, and when."""
    _pair(result.to_csv, lambda: _text({**result.to_dict(), "time": _now()}), f"{result.collection}-{key}", key)


def of_records(opened: Collection, records: Sequence[ImageRecord], key: str) -> None:
    """CSV and JSON of a list of pictures."""
    manifest = opened.store.manifest

    def as_json() -> str:
        return _text({"collection": manifest.name, "time": _now(), "pictures": browsing.to_rows(records)})

    _pair(lambda: browsing.to_csv(records), as_json, f"{manifest.name}-{key}", key)


def _pair(as_csv: Callable[[], str], as_json: Callable[[], str], stem: str, key: str) -> None:
    """Both are made at the click, so that drawing a page costs nothing for them."""
    for label, make, mime in (("CSV", as_csv, "text/csv"), ("JSON", as_json, "application/json")):
        st.download_button(
            label,
            make,
            file_name=f"{stem}.{label.lower()}",
            mime=mime,
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key=f"{key}-{label}",
        )


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
