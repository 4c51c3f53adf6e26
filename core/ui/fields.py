"""The inputs of our pages: each lives in the address and in the session, and takes only what it offers.

Every one has a `key`, which is also its name in the address. `on_change` is called before the page runs again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.ui import links

Callback = Callable[[], None]


def text(
    label: str,
    key: str,
    placeholder: str,
    *,
    live: bool = False,
    explanation: str | None = None,
    on_change: Callback | None = None,
) -> str:
    """One line of text, cleaned; with `live` it is taken while the visitor types."""
    links.seed(key, links.line)
    typed = st.text_input(
        label,
        key=key,
        type="search",
        placeholder=placeholder,
        max_chars=links.MAX_QUERY,
        help=explanation,
        live=live,
        on_change=on_change,
        bind="query-params",
        persist_state="session",
    )
    return links.line(typed or "")


def one_of(
    label: str,
    options: Sequence[str],
    key: str,
    *,
    default: str,
    explanation: str | None = None,
    on_change: Callback | None = None,
) -> str:
    """One of a few words, always one."""
    links.seed(key, lambda raw: raw if raw in options else None)
    chosen = st.segmented_control(
        label,
        options,
        default=default,
        required=True,
        key=key,
        help=explanation,
        on_change=on_change,
        bind="query-params",
        persist_state="session",
    )
    return chosen or default


def several(
    label: str, options: Sequence[str], key: str, placeholder: str, *, on_change: Callback | None = None
) -> list[str]:
    """Any number of many names."""
    links.seed_list(key, frozenset(options))
    return st.multiselect(
        label,
        options,
        key=key,
        placeholder=placeholder,
        on_change=on_change,
        bind="query-params",
        persist_state="session",
    )
