"""Our own browser components: their HTML here, their script and style in `assets/`."""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path
from typing import Any

import streamlit as st

ASSETS = Path(__file__).parent / "assets"

_HTML = {
    "gallery": '<ul class="grid"></ul>',
    "detail": '<div class="detail"></div>',
    "captions": "<ol></ol>",
    "picture": "<figure></figure>",
}


@functools.cache
def _component(name: str) -> Any:
    """Registered once per process: a second registration of the same name would replace the first under open pages."""
    return st.components.v2.component(
        f"coco_lens.{name}",
        html=_HTML[name],
        css=_asset(f"{name}.css"),
        js=_asset("dom.js") + _asset(f"{name}.js"),
    )


def _asset(file: str) -> str:
    return (ASSETS / file).read_text(encoding="utf-8")


def draw(name: str, data: dict[str, Any], key: str, *events: str) -> Any:
    """Mount component `name` with JSON-ready `data`; the result has one attribute per event, None unless it just fired.

    `data` travels with a `signature` of its content, by which the script knows whether to draw again.
    """
    signature = hashlib.blake2b(json.dumps(data, sort_keys=True).encode(), digest_size=12).hexdigest()
    listeners = {f"on_{event}_change": _ignore for event in events}
    return _component(name)(key=key, data={**data, "signature": signature}, **listeners)


def _ignore() -> None:
    """Streamlit reports an event only when it has a listener; we read the event from the result instead."""
