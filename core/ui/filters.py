"""The filters a search and a listing share: category, file name, licence."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from core import search
from core.ui import links

if TYPE_CHECKING:
    from core.collection import Collection
    from core.records import License

KEYS = ("category", "file", "license")
"""The values of the filters in session and address."""


def choose(opened: Collection, on_change: Callable[[], None] | None = None) -> search.Filters:
    """A button that opens the filters; its label counts those in force. Values live in the address."""
    chosen = _in_force(opened)
    label = f"Filters ({chosen})" if chosen else "Filters"
    with st.popover(label, icon=":material/filter_alt:", key="filters"):
        return _draw(opened, on_change)


def _draw(opened: Collection, on_change: Callable[[], None] | None) -> search.Filters:
    """The filters themselves. Those a collection cannot use are left out."""
    categories = [category.name for category in opened.store.categories]
    licenses = {licence.name or str(licence.license_id): licence.license_id for licence in _licenses(opened)}
    links.seed_list("category", frozenset(categories))
    links.seed_list("license", frozenset(licenses))
    links.seed("file", links.line)
    wanted, allowed = [], []
    if categories:
        wanted = st.multiselect(
            "Category",
            categories,
            key="category",
            placeholder="Any category",
            on_change=on_change,
            bind="query-params",
            persist_state="session",
        )
    file_contains = st.text_input(
        "File name contains",
        key="file",
        placeholder="Any file",
        max_chars=links.MAX_QUERY,
        on_change=on_change,
        bind="query-params",
        persist_state="session",
    )
    if licenses:
        allowed = st.multiselect(
            "Licence",
            list(licenses),
            key="license",
            placeholder="Any licence",
            on_change=on_change,
            bind="query-params",
            persist_state="session",
        )
    return search.Filters(
        categories=frozenset(wanted),
        file_contains=links.line(file_contains or ""),
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
