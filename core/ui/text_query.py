"""The controls of Text Search: the query bar, samples, recent queries, ranking, filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core import query, search
from core.ui import answers, history, query_bar, query_state, results, words

if TYPE_CHECKING:
    from core.collection import Collection

PAGE = "text-search"
SLOW_ENCODING = 0.150  # seconds; past this every pause in typing would be felt, so Enter searches instead
RECENT = 6


def ask(opened: Collection) -> query_bar.Question | None:
    """Draw the controls and return what they say, None while nothing is asked. Raises `NoTextSideError` where no text
    can be asked."""
    search.text_rankings(opened.store)
    query_bar.begin(PAGE)
    typed = query_bar.box("Describe a picture", "What should be in the picture?", live=_live())
    asked = query_bar.read(opened, typed)
    query_bar.draw_terms(opened, asked, PAGE)
    _pills("Try", answers.sample_queries(opened), "sample")
    _pills("Recent", tuple(one for one in _recent() if one != typed), "recent")
    with st.container(horizontal=True, vertical_alignment="bottom", key="query-options"):
        question = query_bar.draw_tools(opened, asked, pictures=False, sources=True)
        st.toggle(
            "Search as you type",
            key="live",
            persist_state="session",
            on_change=_decided,
            help="Off by itself when the model takes longer than 150 ms for a text; Enter searches then.",
        )
    if not opened.store.one_space:
        model = words.plain(opened.store.manifest.encoder.model)
        st.caption(f"Ranked by captions only: {model}, which the pictures were encoded with, does not read text.")
    return question


def remember(opened: Collection, question: query_bar.Question, result: search.SearchResult) -> None:
    """Keep the query for the recent ones, and say when the model could not read all of it."""
    st.session_state["encode_seconds"] = result.encode_seconds
    typed = query_state.last().typed
    others = [one for one in _recent() if one != typed and not typed.startswith(one)]
    st.session_state["recent_queries"] = [*([typed] if typed else []), *others][:RECENT]
    history.remember(opened, result, "Text_Search")
    results.draw_cut_note(opened, question.texts)


def _pills(label: str, options: tuple[str, ...], key: str) -> None:
    """Queries to click. The choice goes into the box and the pill is free again."""
    if options:
        with st.container(horizontal=True, vertical_alignment="center", key=f"{key}-row"):
            st.caption(label, width=46)
            st.pills(
                label,
                options,
                format_func=words.plain,
                key=key,
                on_change=_take,
                args=(key,),
                label_visibility="collapsed",
                width="stretch",
            )


def _take(key: str) -> None:
    """A sample is a caption, whose signs are words; a recent query is a typed one."""
    chosen = st.session_state[key]
    if chosen:
        typed = query.format_query(query.Query((query.Term(query.Text(chosen)),))) if key == "sample" else chosen
        query_state.edit(query_state.Wanted(typed, query_state.given()))
    st.session_state[key] = None


def _recent() -> list[str]:
    known: list[str] = st.session_state.get("recent_queries", [])
    return known


def _live() -> bool:
    """The visitor's own choice where there is one, else whether the last encoding was fast."""
    if not st.session_state.get("live_decided"):
        st.session_state["live"] = float(st.session_state.get("encode_seconds", 0)) <= SLOW_ENCODING
    return bool(st.session_state["live"])


def _decided() -> None:
    st.session_state["live_decided"] = True
