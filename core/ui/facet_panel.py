"""The facets beside a list: values with the number of pictures each would leave; choosing writes the filter's text."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from core import errors, facets
from core.facets.terms import Field
from core.ui import components

if TYPE_CHECKING:
    from core import browsing

KEY = "facets"
_MODES = "facets_of_all"
_MAX_VALUES = 400  # of one facet; more could not be looked through


def of_all() -> tuple[Field, ...]:
    """The facets whose single choice is meant as the first of several that must all hold."""
    chosen: tuple[Field, ...] = st.session_state.get(_MODES, ())
    return chosen


def draw(listing: browsing.Listing, text: str, apply: Callable[[str], None]) -> None:
    """The facets of a listing made by the filter `text`; a choice is written into it and handed to `apply`, from a
    callback."""
    groups = [
        {
            "field": one.facet.field.value,
            "title": one.facet.title,
            "several": one.facet.several,
            "mode": one.mode.value,
            "choices": [
                {"text": choice.text, "shown": choice.shown, "pictures": choice.pictures, "chosen": choice.chosen}
                for choice in one.choices[:_MAX_VALUES]
            ],
        }
        for one in listing.counts
    ]
    components.draw("facets", {"groups": groups}, KEY, listeners={"choose": partial(_take, text, apply)})


def _take(text: str, apply: Callable[[str], None]) -> None:
    """Write a choice into the filter. What is not a choice of ours is passed over."""
    told = st.session_state[KEY].get("choose")
    choice = _read(told) if isinstance(told, dict) else None
    if choice is None:
        return
    field, values, mode = choice
    others = tuple(one for one in of_all() if one is not field)
    st.session_state[_MODES] = (*others, field) if mode is facets.Mode.ALL else others
    apply(facets.choose(facets.parse(text), field, values, mode).text)


def _read(told: dict[str, Any]) -> tuple[Field, tuple[Any, ...], facets.Mode] | None:
    named, mode, texts = told.get("field"), told.get("mode"), told.get("values")
    if named not in set(Field) or mode not in set(facets.Mode) or not isinstance(texts, list):
        return None
    try:
        parts = [facets.parse(f"{named}:{text}").root.parts for text in texts[:_MAX_VALUES] if isinstance(text, str)]
    except errors.QuerySyntaxError:
        return None
    values = tuple(value for part in parts for one in part if isinstance(one, facets.Has) for value in one.values)
    return Field(named), values, facets.Mode(mode)
