"""The controls of Browse Dataset: words, filters, order, page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core import browsing, search
from core.ui import downloads, fields, filters, links, results, words

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
    with st.container(horizontal=True, vertical_alignment="bottom", key="browse-options"):
        typed = fields.text("Words in the captions", "words", "Any words", live=True, on_change=_first_page)
        order = fields.one_of("Order", _ORDERS, "order", default=_ORDERS[0], on_change=_first_page)
        if order == browsing.Order.RANDOM:
            st.button("Shuffle", icon=":material/shuffle:", on_click=_shuffle, key="shuffle-browse")
        chosen = filters.choose(opened, on_change=_first_page)
    return ListingQuestion(chosen, typed, browsing.Order(order), _seed())


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
