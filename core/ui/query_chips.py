"""The terms of a query as chips: sign, weight, a way to take each away."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from core import query
from core.ui import components, pictures, query_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.collection import Collection

_SIDE = 96  # pixels of a chip's picture, shown at half of it
_MAX_LABEL = 60


def take(key: str) -> None:
    """Carry out what was done to a chip since the last run. Comes before `query_state.enter`."""
    done = components.fired(key, "change")
    if not isinstance(done, dict) or done.get("of") != st.session_state.get("_chips_drawn"):
        return  # of chips that have changed since
    at, weight = done.get("at"), done.get("weight")
    if isinstance(at, int) and (weight is None or (isinstance(weight, int | float) and math.isfinite(weight))):
        query_state.change(at, weight)


def draw(opened: Collection, terms: Sequence[query.Term], key: str) -> None:
    """The terms of a query, numbered as in the bars of the hits. A lone text needs no chip."""
    if len(terms) == 1 and terms[0].is_text and terms[0].weight > 0:
        return
    chips = [_chip(opened, term) for term in terms]
    drawn = "\n".join(f"{chip['weight']} {chip['label']}" for chip in chips)
    st.session_state["_chips_drawn"] = drawn
    components.draw("chips", {"items": chips, "of": drawn, "label": "Terms of this query"}, key, "change")


def label(term: query.Term) -> str:
    """A term without its weight, as people read it."""
    subject = term.subject
    if isinstance(subject, query.Text):
        words = " ".join(subject.text.split())
        return words if len(words) <= _MAX_LABEL else f"{words[: _MAX_LABEL - 1]}…"
    if isinstance(subject, query.Known):
        name = f"img:{subject.image_id}"
    else:
        name = Path(subject.path).stem.replace("_", " ") if isinstance(subject, query.File) else subject.name
    return f"{name}, part" if term.crop else name


def _chip(opened: Collection, term: query.Term) -> dict[str, Any]:
    return {
        "label": label(term),
        "weight": term.weight,
        "src": None if term.is_text else pictures.term_picture(opened, term, _SIDE),
        "picture": not term.is_text,
    }
