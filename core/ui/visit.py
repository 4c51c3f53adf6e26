"""What one browser keeps while it is open: hits put aside, recent queries, a selection; apart for each collection.

Following a plain link (Find similar, Back) starts a new Streamlit session, so the session alone would forget all of it.
A cookie of our own, random and without meaning, lets the next session find what the last one kept. It is held in
memory only, and all of it is bounded.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from core import errors
from core.ui import components

if TYPE_CHECKING:
    from core.collection import Collection
    from core.records import ImageRecord

MAX_VISITS = 100  # browsers; the one away longest is forgotten first
MAX_COLLECTIONS = 12  # of one browser
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture put aside: by which query it was found (empty when by none), and when."""

    found_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A query that was asked. `address` asks it again; empty where that cannot be, because a picture of it was handed
    in: `picture` is then that picture's sum, by which it is known while the session still has it."""

    shown: str
    address: str
    hits: int
    matching: int
    by: str
    at: datetime
    picture: str = ""


@dataclass(slots=True)
class Desk:
    """What a browser keeps of one collection; newest last in `kept`, first in `asked`. `cleared` is what "clear" took
    away, to be put back. `selected` is in the order of selecting."""

    kept: dict[int, Kept] = field(default_factory=dict)
    cleared: dict[int, Kept] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    selected: dict[int, None] = field(default_factory=dict)


def desk(opened: Collection) -> Desk:
    """The desk of this browser for this collection."""
    with _LOCK:
        visits = _visits()
        name = _name(visits)
        visits.move_to_end(name)
        while len(visits) > MAX_VISITS:
            visits.popitem(last=False)
        mine = visits[name]
        found = mine.setdefault(opened.name, Desk())
        mine.move_to_end(opened.name)
        while len(mine) > MAX_COLLECTIONS:
            mine.popitem(last=False)
        return found


def still_there(opened: Collection, ids: Iterable[int]) -> tuple[ImageRecord, ...]:
    """The pictures of these ids, in order; ids that the collection does not have (any more) are left out."""
    found = []
    for image_id in ids:
        try:
            found.append(opened.store.records[opened.store.row_of(image_id)])
        except errors.QueryError:
            continue
    return tuple(found)


def draw_cookie(opened: Collection) -> None:
    """Let the browser remember which visit it is, once there is anything to find again. Draws nothing visible."""
    mine = desk(opened)
    if mine.kept or mine.asked or mine.selected:
        cookie = f"{_cookie()}={st.session_state['visit']}; path=/; SameSite=Strict"
        components.draw("visit", {"cookie": cookie}, key="visit-cookie")


def _name(visits: OrderedDict[str, OrderedDict[str, Desk]]) -> str:
    """The name of this visit: the session's, else that of the browser's cookie where it is known here, else new."""
    known: str | None = st.session_state.get("visit")
    if known is None or known not in visits:
        told = st.context.cookies.get(_cookie())
        known = told if isinstance(told, str) and told in visits else secrets.token_hex(16)
        st.session_state["visit"] = known
    visits.setdefault(known, OrderedDict())
    return known


def _cookie() -> str:
    """With the port: browsers send a cookie to every server of the same address, whatever its port."""
    return f"coco_lens_visit_{st.get_option('server.port')}"


@st.cache_resource(max_entries=1, show_spinner=False)
def _visits() -> OrderedDict[str, OrderedDict[str, Desk]]:
    return OrderedDict()
