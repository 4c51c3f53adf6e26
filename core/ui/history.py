"""The recent queries of a visitor: what was asked, when, how many it found, and the address that asks it again."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from core import query, spreadsheet
from core.ui import components, filters, links, query_sources, query_state, visit, words

if TYPE_CHECKING:
    from core.collection import Collection
    from core.search import Ranking, SearchResult

MAX_ASKED = 50
_WHILE_TYPING = timedelta(seconds=20)  # a query that the next one only lengthens within this was not meant
_COLUMNS = ("query", "by", "hits", "matching", "time", "address")


def remember(opened: Collection, result: SearchResult, page: str) -> None:
    """Keep the query that `page` just answered. One asked again moves to the front.

    Pictures that were handed in are kept by their titles only, and by a sum that lets the first be known again.
    """
    wanted = query_state.last()
    given = [term.subject for term in wanted.given]
    handed = [one.picture for one in given if isinstance(one, query.Handed) and isinstance(one.picture, bytes)]
    address = _address(wanted, page, result.by)
    now = datetime.now().astimezone()
    sum_ = picture_sum(handed[0]) if handed and not address else ""
    entry = visit.Asked(result.typed or result.query, address, len(result), result.matching, result.by.value, now, sum_)
    mine = visit.desk(opened)
    if mine.asked and _same(mine.asked[0], entry):
        return
    others = [one for one in mine.asked if not _same(one, entry) and not _shorter(one, entry)]
    mine.asked = [entry, *others][:MAX_ASKED]


def picture_sum(picture: bytes) -> str:
    """What a picture that was handed in is known again by."""
    return hashlib.blake2b(picture, digest_size=12).hexdigest()


def recent(opened: Collection) -> tuple[visit.Asked, ...]:
    """The recent queries, the last one first."""
    return tuple(visit.desk(opened).asked)


def forget(opened: Collection) -> None:
    """Keep none of them."""
    visit.desk(opened).asked.clear()


def draw(opened: Collection) -> None:
    """The recent queries as links, with what they found."""
    items = [
        {
            "text": one.shown,
            "href": one.address,
            "note": _note(one),
            "time": f"{one.at:%H:%M}" if one.at.date() == datetime.now().date() else f"{one.at:%d %b %H:%M}",
        }
        for one in recent(opened)
    ]
    components.draw("recent", {"items": items, "label": "Recent queries"}, key="recent-queries")


def as_rows(opened: Collection) -> list[dict[str, Any]]:
    """JSON-ready rows, the last query first; `address` is relative to the dashboard's, empty where there is none."""
    return [
        {
            "query": one.shown,
            "by": one.by,
            "hits": one.hits,
            "matching": one.matching,
            "time": one.at.isoformat(timespec="seconds"),
            "address": one.address,
        }
        for one in recent(opened)
    ]


def as_csv(opened: Collection) -> str:
    """One line per query under a header; cells that would run as formulas are defused."""
    return spreadsheet.csv_text(_COLUMNS, as_rows(opened))


def draw_return_to_picture(opened: Collection, picture: bytes) -> None:
    """A button back to Image Search, while the session still holds the picture of one of these queries."""
    held = picture_sum(picture) if picture else None
    if any(one.picture == held for one in recent(opened)) and st.button(
        "Search with my picture again", icon=":material/image_search:", key="again-with-picture"
    ):
        st.switch_page("pages/2_Image_Search.py")


def _address(wanted: query_state.Wanted, page: str, by: Ranking) -> str:
    """The address that asks it again; empty where it holds pictures that no address can carry."""
    sample = None
    if wanted.given:
        sample = query_sources.sample_name(wanted.given[0])
        if sample is None or len(wanted.given) > 1:
            return ""
    return links.to(page, q=wanted.typed or None, sample=sample, by=by.value, **filters.in_address())


def _same(one: visit.Asked, other: visit.Asked) -> bool:
    return (one.shown, one.address, one.picture, one.by) == (other.shown, other.address, other.picture, other.by)


def _shorter(one: visit.Asked, other: visit.Asked) -> bool:
    return other.at - one.at < _WHILE_TYPING and one.shown != other.shown and other.shown.startswith(one.shown)


def _note(one: visit.Asked) -> str:
    found = f"{one.hits:,} of {words.count(one.matching, 'picture')} by {one.by}"
    return found if one.address else f"{found} · your own picture, so it has no link"
