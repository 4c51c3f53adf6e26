"""The shelf: pictures put aside while searching and browsing, each with the query that found it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from core.ui import marks, visit

if TYPE_CHECKING:
    from core.collection import Collection
    from core.records import ImageRecord

MAX_KEPT = 500
"""Pictures on one shelf; as many as fit a page that is looked through by eye."""

_SOURCE = "shelf_found_by"


def records(opened: Collection) -> tuple[ImageRecord, ...]:
    """The pictures on the shelf that the collection still has, the one put there last first."""
    return visit.still_there(opened, reversed(visit.desk(opened).kept))


def found_by(opened: Collection) -> dict[int, str]:
    """By image id the query that found a picture of the shelf; empty for one found without."""
    return {image_id: one.found_by for image_id, one in visit.desk(opened).kept.items()}


def star(opened: Collection, query: str = "") -> marks.Mark:
    """The star on the cards of a list that `query` (in its typed form, empty for none) found."""
    return marks.Mark(visit.desk(opened).kept, partial(_apply, opened, query))


def note_source(query: str) -> None:
    """Say which query found what is opened next, for `draw_button` in the dialog."""
    st.session_state[_SOURCE] = query


def draw_button(opened: Collection, record: ImageRecord) -> None:
    """A button, for one picture in full, that puts it on the shelf or takes it off; the key F does the same."""
    kept = record.image_id in visit.desk(opened).kept
    st.button(
        "On the shelf" if kept else "Put aside",
        icon=":material/star:" if kept else ":material/star_outline:",
        key="detail-shelf",
        shortcut="F",
        type="primary" if kept else "secondary",
        help="Take it off the shelf" if kept else "Keep it on the shelf, to compare and to export",
        on_click=_toggle,
        args=(opened, record.image_id),
    )


def clear(opened: Collection) -> None:
    """Take everything off the shelf; `put_back` undoes it."""
    mine = visit.desk(opened)
    mine.cleared, mine.kept = mine.kept, {}


def put_back(opened: Collection) -> None:
    """Undo the last `clear`."""
    mine = visit.desk(opened)
    mine.kept, mine.cleared = mine.cleared | mine.kept, {}


def _toggle(opened: Collection, image_id: int) -> None:
    if image_id in visit.desk(opened).kept:
        _apply(opened, "", (), (image_id,))
    else:
        _apply(opened, st.session_state.get(_SOURCE, ""), (image_id,), ())


def _apply(opened: Collection, query: str, on: Sequence[int], off: Sequence[int]) -> None:
    mine = visit.desk(opened)
    for image_id in off:
        mine.kept.pop(image_id, None)
    for record in visit.still_there(opened, (image_id for image_id in on if image_id not in mine.kept)):
        if len(mine.kept) >= MAX_KEPT:
            st.toast(f"The shelf holds {MAX_KEPT} pictures. Take some off first.", icon=":material/star:")
            break
        mine.kept[record.image_id] = visit.Kept(query, datetime.now().astimezone())
