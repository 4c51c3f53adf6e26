"""Our own browser components: their HTML here, their script and style in `assets/`."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

ASSETS = Path(__file__).parent / "assets"

_HTML = {
    "gallery": '<ul class="grid"></ul>',
    "detail": '<div class="detail"></div>',
    "captions": "<ol></ol>",
    "compare": '<div class="columns" role="group"></div>',
    "picture": "<figure></figure>",
    "crop": '<div class="crop"></div>',
    "chips": '<ul class="chips"></ul>',
    "shares": '<div class="shares"></div>',
    "meaning": '<div class="meaning"></div>',
    "facets": '<div class="facets"></div>',
    "acts": '<nav class="acts"></nav>',
    "table": '<div class="wide"><table><thead></thead><tbody></tbody></table></div>',
    "recent": '<ol class="recent"></ol>',
    "scatter": '<div class="scatter"></div>',
    "peek": "",
    "visit": "",
}
_SHARED = {"gallery": ("marks", "boxes"), "table": ("marks",), "scatter": ("peeking", "painting"), "peek": ("peeking",)}
"""Scripts and styles that a component has besides `dom.js` and its own."""


@functools.cache
def _component(name: str) -> Any:
    """Registered once per process: a second registration of the same name would replace the first under open pages."""
    return st.components.v2.component(
        f"coco_lens.{name}",
        html=_HTML[name],
        css="".join(_asset(f"{part}.css") for part in (*_SHARED.get(name, ()), name)),
        js="".join(_asset(f"{part}.js") for part in ("dom", *_SHARED.get(name, ()), name)),
    )


def _asset(file: str) -> str:
    return (ASSETS / file).read_text(encoding="utf-8")


def draw(
    name: str,
    data: dict[str, Any],
    key: str,
    *events: str,
    live: Mapping[str, Any] | None = None,
    listeners: Mapping[str, Callable[[], None]] | None = None,
) -> Any:
    """Mount component `name` with JSON-ready `data`; the result has one attribute per event, None unless it just
    fired.

    `data` travels with a `signature` of its content, by which the script knows whether to draw again; `live` is what
    the script brings up to date without drawing again. A listener is called when its event fires, before the page runs;
    it finds what was sent in the session, under `key` and the event's name.
    """
    signature = hashlib.blake2b(json.dumps(data, sort_keys=True).encode(), digest_size=12).hexdigest()
    called = {**dict.fromkeys(events, _ignore), **(listeners or {})}
    on_change = {f"on_{event}_change": listener for event, listener in called.items()}
    return _component(name)(key=key, data={**data, **(live or {}), "signature": signature}, **on_change)


def fired(key: str, event: str) -> Any:
    """The value of an event that the component `key`, drawn later in this run, has just reported; None without one."""
    state = st.session_state.get(key)
    return state.get(event) if isinstance(state, dict) else None


def _ignore() -> None:
    """Streamlit reports an event only when it has a listener; we read the event from the result instead."""
