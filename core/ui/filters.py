"""The filters a search and a listing share: category, file name, licence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core import search
from core.ui import fields

if TYPE_CHECKING:
    from core.collection import Collection
    from core.records import License

KEYS = ("category", "file", "license")
"""The values of the filters in session and address."""


def choose(opened: Collection, on_change: fields.Callback | None = None) -> search.Filters:
    """A button that opens the filters; its label counts those in force. Values live in the address."""
    chosen = _in_force(opened)
    label = f"Filters ({chosen})" if chosen else "Filters"
    with st.popover(label, icon=":material/filter_alt:", key="filters"):
        return _draw(opened, on_change)


def in_address() -> dict[str, object]:
    """The filters in force as they stand in an address; a page without filters has the session's last ones."""
    return {key: st.session_state.get(key) for key in KEYS if st.session_state.get(key)}


def _draw(opened: Collection, on_change: fields.Callback | None) -> search.Filters:
    """The filters themselves. Those a collection cannot use are left out."""
    categories = [category.name for category in opened.store.categories]
    licenses = {licence.name or str(licence.license_id): licence.license_id for licence in _licenses(opened)}
    wanted, allowed = [], []
    if categories:
        wanted = fields.several("Category", categories, "category", "Any category", on_change=on_change)
    file_contains = fields.text("File name contains", "file", "Any file", on_change=on_change)
    if licenses:
        allowed = fields.several("Licence", list(licenses), "license", "Any licence", on_change=on_change)
    return search.Filters(
        categories=frozenset(wanted),
        file_contains=file_contains,
        licenses=frozenset(licenses[name] for name in allowed),
    )


def _in_force(opened: Collection) -> int:
    """Filters set before this run, for the label that stands above them."""
    keys = ["file", *(["category"] if opened.store.categories else []), *(["license"] if _licenses(opened) else [])]
    return sum(bool(st.session_state.get(key) or st.query_params.get(key)) for key in keys)


def _licenses(opened: Collection) -> tuple[License, ...]:
    """The licences that some picture of the collection has."""
    used = {record.license for record in opened.store.records}
    return tuple(licence for licence in opened.store.licenses if licence.license_id in used)
