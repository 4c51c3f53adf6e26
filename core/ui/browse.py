"""The controls of Browse Dataset and its list: the filter as text, order, view, page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core import browsing, errors, facets
from core.facets.terms import Field
from core.ui import answers, downloads, facet_panel, fields, links, results, selection, states, table, words

if TYPE_CHECKING:
    from core.collection import Collection

FILTER = "filter"
"""The filter's text in session and address."""

_ORDERS = {
    browsing.Order.ID: "Id",
    browsing.Order.FILE: "File name",
    browsing.Order.OBJECTS: "Most objects",
    browsing.Order.CAPTIONS: "Most captions",
    browsing.Order.WORDS: "Longest captions",
    browsing.Order.LARGEST: "Largest",
    browsing.Order.RANDOM: "Random",
}
_CONTROLS = (FILTER, "order", "reverse", "view", "boxes")
_MAX_SEED = 9999
_HELP = (
    "Words are looked for in the captions, `category:dog` and its like in everything else; parts in a row must all "
    'hold. `or`, `-`, brackets and quotes: `category:dog,cat (license:"CC BY" or width>640) -"red bus"`. '
    f"Names: {', '.join(Field)}."
)


@dataclass(frozen=True, slots=True)
class ListingQuestion:
    """Which pictures, in which order, shown how."""

    text: str
    order: browsing.Order
    seed: int
    reverse: bool
    as_table: bool
    boxes: bool


def ask(opened: Collection) -> ListingQuestion:
    """Draw the controls and return what they say. A changed choice starts again at the first page."""
    _take_former_address()
    text = fields.text(
        "Filter", FILTER, "Words, or category:dog (width>640 or objects:3..5)", live=True, on_change=_first_page
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="browse-options"):
        links.seed("order", lambda raw: raw if raw in set(browsing.Order) else None)
        order = browsing.Order(
            st.selectbox(
                "Order",
                list(map(str, _ORDERS)),
                format_func=lambda value: _ORDERS[browsing.Order(value)],
                key="order",
                width=190,
                on_change=_first_page,
                bind="query-params",
                persist_state="session",
            )
            or browsing.Order.ID
        )
        reverse = _toggle("Reversed", "reverse")
        if order is browsing.Order.RANDOM:
            st.button("Shuffle", icon=":material/shuffle:", on_click=_shuffle, key="shuffle-browse")
        view = fields.one_of("View", ["grid", "table"], "view", default="grid", on_change=_restate)
        boxes = _toggle("Boxes", "boxes") if view == "grid" and opened.store.categories else False
        with st.popover("Filter help", icon=":material/help:", type="tertiary", key="filter-help"):
            st.markdown(_HELP)
    return ListingQuestion(text, order, _seed(), reverse, view == "table", boxes)


def answer(opened: Collection, question: ListingQuestion) -> tuple[browsing.Listing, str]:
    """What the filter leaves, and the filter. One that cannot be read is shown with the place, above what the last
    readable one left."""
    of_all = facet_panel.of_all()
    good = f"browse_good_{opened.name}"
    with st.spinner("Reading the captions for the counts: once after each start…"):
        answers.columns(opened)
    try:
        found = _listing(opened, question, question.text, of_all)
    except errors.QuerySyntaxError as error:
        st.error(words.plain(error.problem), icon=":material/filter_alt:")
        st.code("\n".join(line.removeprefix("  ") for line in str(error).splitlines()[1:]), language=None)
        last: str = st.session_state.get(good, "")
        return _listing(opened, question, last, of_all), last
    st.session_state[good] = question.text
    return found, question.text


def draw_facets(listing: browsing.Listing, text: str) -> None:
    """The facets of the listing that the filter `text` made; a choice changes it."""
    facet_panel.draw(listing, text, _set_filter)


def draw(opened: Collection, question: ListingQuestion, listing: browsing.Listing) -> None:
    """The page of the listing that the address asks for, with its downloads."""
    if not len(listing):
        states.nothing_matches()
        return
    if st.session_state.get("browsed") not in (None, opened.name):
        st.session_state["page"] = 1
    st.session_state["browsed"] = opened.name
    links.seed("page", lambda raw: links.clamped(raw, 1, listing.pages))
    if int(st.session_state.get("page", 1)) > listing.pages:
        st.session_state["page"] = listing.pages
    with st.container(horizontal=True, vertical_alignment="center", key="browse-summary"):
        number = min(listing.pages, max(1, int(st.session_state.get("page", 1))))
        st.caption(f"{words.count(len(listing), 'picture')} · page {number} of {listing.pages}", width="stretch")
        downloads.of_records(opened, listing.records, "browse", asked=question.text)
    above = st.container(key="browse-grid-place")
    number = st.pagination(listing.pages, key="page", width="stretch", bind="query-params", persist_state="session")
    with above:
        shown, label = listing.page(number), f"Page {number} of {listing.pages}"
        chosen = selection.mark(opened)
        if question.as_table:
            table.draw(opened, shown, "browse-table", label, found_by=question.text, selected=chosen)
        else:
            results.draw_records(
                opened, shown, "browse", label, found_by=question.text, selected=chosen, boxes=question.boxes
            )


def open_linked(opened: Collection) -> None:
    """Open the picture that a copied link names (`?open=ID`), once. Raises `QueryError` when there is none."""
    asked = links.integer(st.query_params.get("open"))
    if asked is None or st.session_state.get("opened_link") == asked:
        return
    st.session_state["opened_link"] = asked
    record = opened.store.records[opened.store.row_of(asked)]
    results.show_one(opened, record)


def _set_filter(text: str) -> None:
    """Make this the filter, from a callback."""
    st.session_state[FILTER] = text
    _first_page()


def _listing(opened: Collection, question: ListingQuestion, text: str, of_all: tuple[Field, ...]) -> browsing.Listing:
    return answers.listing(opened, text, question.order, question.seed, reverse=question.reverse, of_all=of_all)


def _take_former_address() -> None:
    """Links of the first version named each filter by itself: as one text, they still work."""
    asked = st.query_params
    if FILTER in st.session_state or FILTER in asked:
        return
    parts = [links.line(asked.get("words", ""))]
    for key, field in (("category", Field.CATEGORY), ("license", Field.LICENSE), ("file", Field.FILE)):
        named = [links.line(raw) for raw in asked.get_all(key)]
        if any(named):
            values = tuple(facets.Named(name) for name in named if name)
            parts.append(facets.format_filter(facets.Filter(facets.All((facets.Has(field, values),)))))
    text = " ".join(part for part in parts if part)
    if text:
        st.session_state[FILTER] = text[: links.MAX_QUERY]


def _toggle(label: str, key: str) -> bool:
    links.seed(key, lambda raw: True if raw.lower() == "true" else None)
    on_change = _first_page if key == "reverse" else _restate
    return st.toggle(label, key=key, on_change=on_change, bind="query-params", persist_state="session")


def _restate() -> None:
    links.restate("page", *_CONTROLS)


def _first_page() -> None:
    """Page 7 of one list means nothing in another."""
    st.session_state["page"] = 1
    links.restate(*_CONTROLS)


def _seed() -> int:
    kept = links.keep("seed", lambda raw: None if links.integer(raw) is None else str(abs(links.integer(raw) or 0)))
    return int(kept or 0) % (_MAX_SEED + 1)


def _shuffle() -> None:
    links.put("seed", str((_seed() + 1) % (_MAX_SEED + 1)))
    _first_page()
