"""The parts of the page Shelf: the pictures put aside, the recent queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.ui import detail, downloads, gallery, history, image_query, marks, shelf, states, visit, words

if TYPE_CHECKING:
    from core.collection import Collection


def draw_kept(opened: Collection) -> None:
    """The pictures with the query that found each; the star takes one off."""
    records, found_by = shelf.records(opened), shelf.found_by(opened)
    st.subheader("Put aside", anchor=False)
    if not records:
        with st.container(key="shelf-empty"):
            states.hint(
                "Nothing is on the shelf",
                "Press the star on any picture, or the key F, to keep it here while this browser stays open.",
                "star",
            )
            _draw_put_back(opened)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="shelf-summary"):
        st.caption(f"{words.count(len(records), 'picture')} · the last one first", width="stretch")
        downloads.of_records(opened, records, "shelf", found_by=found_by)
        st.button(
            "Clear",
            icon=":material/delete_sweep:",
            type="tertiary",
            key="clear-shelf",
            on_click=shelf.clear,
            args=(opened,),
        )
    cards = gallery.of_kept(opened, records, found_by)
    gallery.draw_missing_note(opened, cards)
    picked = gallery.draw(cards, "shelf-grid", "Pictures put aside", marked=marks.Marks(kept=shelf.star(opened)))
    if picked is not None:
        shelf.note_source(found_by.get(int(picked), ""))
        detail.show(opened, detail.of_records(records), picked)


def draw_recent(opened: Collection) -> None:
    """The queries of this visit; a click asks again."""
    st.subheader("Recent queries", anchor=False)
    if not history.recent(opened):
        st.caption("Nothing was searched yet. What you ask on Text Search and Image Search is listed here.")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="recent-summary"):
        st.caption("Kept on this machine while the browser stays open; a click asks again", width="stretch")
        downloads.of_rows(
            lambda: history.as_csv(opened), lambda: history.as_rows(opened), f"{opened.name}-queries", "queries"
        )
        st.button(
            "Forget",
            icon=":material/delete_sweep:",
            type="tertiary",
            key="forget",
            on_click=history.forget,
            args=(opened,),
        )
    history.draw(opened)
    history.draw_return_to_picture(opened, image_query.own_picture())


def _draw_put_back(opened: Collection) -> None:
    taken = len(visit.desk(opened).cleared)
    if taken:
        st.button(
            f"Put {words.count(taken, 'picture')} back",
            icon=":material/undo:",
            key="put-back",
            on_click=shelf.put_back,
            args=(opened,),
        )
