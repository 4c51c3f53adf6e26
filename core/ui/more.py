"""A long result goes on where it stood: how many pictures are asked for at once, and the button that asks for more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.ui import links

if TYPE_CHECKING:
    from collections.abc import Hashable

    from core.search import SearchResult

MAX_SHOWN = 3000
"""Pictures on one page; a browser becomes slow past it. What lies beyond is for the command line."""


def total(question: Hashable, k: int) -> int:
    """How many pictures to ask for: a page of `k`, and what was added to it (`?shown=`). Another question starts again
    with one page, unless the address brought both. One ranking is asked for its first `total` pictures, so nothing is
    repeated or left out where the pages meet."""
    brought = st.query_params.get("shown") != st.session_state.get("_kept_shown")
    if st.session_state.get("_more_of", question) != question and not brought:
        links.put("shown", None)
    st.session_state["_more_of"] = question
    kept = links.keep("shown", lambda raw: _text(links.clamped(raw, k, MAX_SHOWN)))
    return max(k, int(kept or 0))


def draw(result: SearchResult, k: int, findable: int, key: str) -> None:
    """How far the list goes, and the button that appends the next `k`."""
    shown = len(result)
    if shown >= findable:
        return
    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center", key=f"{key}-more"):
        if shown >= MAX_SHOWN:
            st.caption(f"{MAX_SHOWN:,} pictures are as many as a page shows; the command line lists any number.")
            return
        step = min(k, findable - shown, MAX_SHOWN - shown)
        st.button(
            f"Show {step:,} more",
            icon=":material/expand_more:",
            key=f"{key}-show-more",
            on_click=links.put,
            args=("shown", str(shown + step)),
        )
        st.caption(f"{shown:,} of {findable:,}", width="content")


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
