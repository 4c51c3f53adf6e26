"""The controls of Text Search: words, samples, recent queries, ranking, filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core import search
from core.ui import answers, fields, filters, results, words

if TYPE_CHECKING:
    from core.collection import Collection

SLOW_ENCODING = 0.150  # seconds; past this every pause in typing would be felt, so Enter searches instead
RECENT = 6
_RANKINGS = [ranking.value for ranking in search.Ranking]
_FUSED = search.Ranking.FUSED.value


@dataclass(frozen=True, slots=True)
class TextQuestion:
    """What is asked. `text` is empty when nothing is."""

    text: str
    k: int
    by: search.Ranking
    filters: search.Filters


def ask(opened: Collection) -> TextQuestion:
    """Draw the controls and return what they say. Raises `NoTextSideError` where no text can be asked."""
    rankings = search.text_rankings(opened.store)
    text = fields.text("Describe a picture", "q", "What should be in the picture?", live=_live())
    _pills("Try", answers.sample_queries(opened), "sample")
    _pills("Recent", tuple(query for query in _recent() if query != text), "recent")
    with st.container(horizontal=True, vertical_alignment="bottom", key="query-options"):
        by = _ranking(rankings)
        chosen = filters.choose(opened)
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
    return TextQuestion(text, int(st.session_state["k"]), by, chosen)


def remember(opened: Collection, question: TextQuestion, result: search.SearchResult) -> None:
    """Keep the query for the recent ones, and say when the model could not read all of it."""
    st.session_state["encode_seconds"] = result.encode_seconds
    others = [query for query in _recent() if query != question.text and not question.text.startswith(query)]
    st.session_state["recent_queries"] = [question.text, *others][:RECENT]
    results.draw_cut_note(opened, question.text)


def _ranking(offered: tuple[search.Ranking, ...]) -> search.Ranking:
    """Which vectors rank the pictures; a collection without captions, or with two models, leaves no choice."""
    if len(offered) == 1:
        return offered[0]
    explanation = "**image**: by what the pictures look like. **caption**: by their best caption. **fused**: by both."
    return search.Ranking(fields.one_of("Rank by", _RANKINGS, "by", default=_FUSED, explanation=explanation))


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
    chosen = st.session_state[key]
    if chosen:
        st.session_state["q"] = chosen
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
