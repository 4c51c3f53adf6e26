"""The controls of Browse Dataset: words, filters, order, page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core import browsing, search
from core.ui import downloads, filters, links, results, words

if TYPE_CHECKING:
    from core.collection import Collection

_ORDERS = [order.value for order in browsing.Order]
_MAX_SEED = 9999


@dataclass(frozen=True, slots=True)
class ListingQuestion:
    """Which pictures, in which order."""

    filters: search.Filters
    words: str
    order: browsing.Order
    seed: int


def ask(opened: Collection) -> ListingQuestion:
    """Draw the controls and return what they say. A changed choice starts again at the first page."""
    links.seed("words", links.line)
    links.seed("order", lambda raw: raw if raw in _ORDERS else None)
    with st.container(horizontal=True, vertical_alignment="bottom", key="browse-options"):
        typed = st.text_input(
            "Words in the captions",
            key="words",
            type="search",
            placeholder="Any words",
            max_chars=links.MAX_QUERY,
            live=True,
            on_change=_first_page,
            bind="query-params",
            persist_state="session",
        )
        order = st.segmented_control(
            "Order",
            _ORDERS,
            default=browsing.Order.ID.value,
            required=True,
            key="order",
            on_change=_first_page,
            bind="query-params",
            persist_state="session",
        )
        if order == browsing.Order.RANDOM:
            st.button("Shuffle", icon=":material/shuffle:", on_click=_shuffle, key="shuffle-browse")
        chosen = filters.choose(opened, on_change=_first_page)
    return ListingQuestion(chosen, links.line(typed or ""), browsing.Order(order or browsing.Order.ID), _seed())


def draw(opened: Collection, listing: browsing.Listing) -> None:
    """The page of the listing that the address asks for, with its downloads; then the picture it asks to open."""
    if st.session_state.get("browsed") not in (None, opened.name):
        st.session_state["page"] = 1
    st.session_state["browsed"] = opened.name
    links.seed("page", lambda raw: links.clamped(raw, 1, listing.pages))
    if int(st.session_state.get("page", 1)) > listing.pages:
        st.session_state["page"] = listing.pages
    with st.container(horizontal=True, vertical_alignment="center", key="browse-summary"):
        number = min(listing.pages, max(1, int(st.session_state.get("page", 1))))
        st.caption(f"{words.count(len(listing), 'picture')} · page {number} of {listing.pages}", width="stretch")
        downloads.of_records(opened, listing.records, "browse")
    above = st.container(key="browse-grid-place")
    number = st.pagination(listing.pages, key="page", width="stretch", bind="query-params", persist_state="session")
    with above:
        shown = listing.page(number)
        results.draw_records(opened, shown, "browse", f"Page {number} of {listing.pages}")


def open_linked(opened: Collection) -> None:
    """Open the picture that a copied link names (`?open=ID`), once. Raises `QueryError` when there is none."""
    asked = links.integer(st.query_params.get("open"))
    if asked is None or st.session_state.get("opened_link") == asked:
        return
    st.session_state["opened_link"] = asked
    record = opened.store.records[opened.store.row_of(asked)]
    results.show_one(opened, record)


def _first_page() -> None:
    """Page 7 of one list means nothing in another."""
    st.session_state["page"] = 1
    links.restate("words", "order", *filters.KEYS)


def _seed() -> int:
    kept = links.keep("seed", lambda raw: None if links.integer(raw) is None else str(abs(links.integer(raw) or 0)))
    return int(kept or 0) % (_MAX_SEED + 1)


def _shuffle() -> None:
    links.put("seed", str((_seed() + 1) % (_MAX_SEED + 1)))
    _first_page()
