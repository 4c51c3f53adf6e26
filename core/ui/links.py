"""Addresses of our own pages, and the values that come in with an address.

A value from an address is hostile: it is parsed, clamped or checked here and nowhere trusted as it came.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from urllib.parse import urlencode

import streamlit as st

MIN_K, MAX_K, DEFAULT_K = 6, 120, 24
MAX_QUERY = 2000  # characters; far beyond any model's context, short enough for an address
_MAX_ID_DIGITS = 18  # all of them fit an int64


def to(page: str, **values: object) -> str:
    """A relative address of `page` ("Image_Search") with `values`, the open collection and the number of results
    carried along, so that it can be followed in a new tab or sent to somebody. None and empty values are left out; a
    list is written value by value."""
    wanted: dict[str, object] = {name: value for name, value in values.items() if value not in (None, "", [])}
    wanted |= carried()
    return f"{page}?{urlencode(wanted, doseq=True)}" if wanted else page


def carried() -> dict[str, str]:
    """The choices of the sidebar that differ from their defaults, as they stand in an address."""
    collection, k = st.session_state.get("collection"), st.session_state.get("k", DEFAULT_K)
    return ({"collection": collection} if collection else {}) | ({} if k == DEFAULT_K else {"k": str(k)})


def integer(raw: str | None) -> int | None:
    """A decimal integer of at most 18 digits, or None for anything else."""
    text = (raw or "").strip()
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MAX_ID_DIGITS):
        return None
    return int(text)


def clamped(raw: str, low: int, high: int) -> int | None:
    """An integer brought into `low`..`high`; None when `raw` is no number."""
    number = integer(raw)
    return None if number is None else min(high, max(low, number))


def line(raw: str) -> str:
    """A text from an address as one line: control characters become spaces, cut at `MAX_QUERY` characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in raw[:MAX_QUERY]).split())


def seed(key: str, clean: Callable[[str], object | None]) -> None:
    """Take the value of a widget bound to the address into the session before the widget is drawn.

    Without this a value that is only in the address is lost at the next page, and one that the widget refuses falls to
    the default instead of the nearest allowed one. `clean` returns the value, or None to leave the default.
    """
    raw = st.query_params.get(key)
    if raw is None or key in st.session_state:
        return
    value = clean(raw)
    if value is not None:
        st.session_state[key] = value


def seed_list(key: str, allowed: Collection[Hashable]) -> None:
    """As `seed`, for a widget with several values: those outside `allowed` are dropped."""
    raw = st.query_params.get_all(key)
    if raw and key not in st.session_state:
        st.session_state[key] = list(dict.fromkeys(value for value in raw if value in allowed))


def restate(*keys: str) -> None:
    """Set bound values to what they are, from a callback that also sets another one.

    The server writes the whole address whenever code sets a bound value. What the visitor changed in that same run is
    not in it yet, and would be taken away again, unless code sets it too.
    """
    for key in keys:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


def enter_page(title: str) -> None:
    """Note at the start of each run which page this is: a missing value means "default" on the page that wrote it, but
    nothing at all right after a page switch, which empties the address."""
    st.session_state["_same_page"] = st.session_state.get("_page") == title
    st.session_state["_page"] = title


def keep(key: str, clean: Callable[[str], str | None]) -> str | None:
    """A value without a bound widget that lives in address and session; None when it is not set or not allowed.

    The address wins when it changed by itself (a link, Back, typing); after a page switch the session's value is put
    back into it.
    """
    raw = st.query_params.get(key)
    known: str | None = st.session_state.get(f"_kept_{key}")
    if raw is None and st.session_state.get("_same_page"):
        value = None
    elif raw is None:
        value = None if known is None else clean(known)
    else:
        value = clean(raw)
    st.session_state[f"_kept_{key}"] = value
    if value is not None and raw != value:
        st.query_params[key] = value
    return value


def put(key: str, value: str | None) -> None:
    """Set a value that `keep` keeps, in session and address; None takes it away."""
    st.session_state[f"_kept_{key}"] = value
    if value is not None:
        st.query_params[key] = value
    elif key in st.query_params:
        del st.query_params[key]
