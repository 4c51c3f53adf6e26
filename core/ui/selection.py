"""The selection: pictures ticked while browsing, page after page, and what can be done with all of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from core import query
from core.ui import components, downloads, links, marks, visit, words

if TYPE_CHECKING:
    from core.collection import Collection
    from core.records import ImageRecord

MAX_SELECTED = 5000
_LINKED = 100  # ids that an address carries; more are taken from the browser's own selection
_OWN = "selection"
_PICK = "pick"


def mark(opened: Collection) -> marks.Mark:
    """The tick on the cards of a list."""
    return marks.Mark(visit.desk(opened).selected, partial(_apply, opened))


def records(opened: Collection) -> tuple[ImageRecord, ...]:
    """The selected pictures that the collection still has, in the order of selecting."""
    return visit.still_there(opened, visit.desk(opened).selected)


def draw_bar(opened: Collection) -> None:
    """How many are selected, in sight while any is: clear, export, search with them, show them on the map."""
    chosen = records(opened)
    if not chosen:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="selection-bar"):
        st.markdown(f"**{len(chosen):,} selected**", width="content")
        st.button(
            "Clear", icon=":material/close:", type="tertiary", key="clear-selection", on_click=_clear, args=(opened,)
        )
        downloads.of_records(opened, chosen, "selection")
        components.draw("acts", {"items": _links(chosen)}, key="selection-acts")


def sent(opened: Collection) -> tuple[ImageRecord, ...]:
    """The pictures that a link to a page names (`?pick=1,2` or `?pick=selection`); none without one."""
    asked = links.keep(_PICK, _checked)
    if asked == _OWN:
        return records(opened)
    return visit.still_there(opened, map(int, asked.split(","))) if asked else ()


def put_away() -> None:
    """Forget what a link sent."""
    links.put(_PICK, None)


def _links(chosen: Sequence[ImageRecord]) -> list[dict[str, str]]:
    ids = [record.image_id for record in chosen]
    items = []
    if len(ids) <= query.MAX_TERMS:
        asked = query.Query(tuple(query.Term(query.Known(image_id)) for image_id in ids))
        items.append(
            {"label": "Search with them", "href": links.to("Text_Search", q=query.format_query(asked), by="image")}
        )
    else:
        items.append({"label": f"Search with them: at most {query.MAX_TERMS}", "href": ""})
    picked = ",".join(map(str, ids)) if len(ids) <= _LINKED else _OWN
    items.append({"label": "Show on the map", "href": links.to("Embedding_Explorer", **{_PICK: picked})})
    if len(ids) <= _LINKED:
        only = f"id:{','.join(map(str, ids))}"
        items.append({"label": "Only these", "href": links.to("Browse_Dataset", filter=only)})
    return items


def _checked(raw: str) -> str | None:
    """Ids out of an address, in a form that reads back."""
    if raw == _OWN:
        return raw
    numbers = (links.integer(part) for part in raw.split(",")[:_LINKED])
    return ",".join(str(number) for number in numbers if number is not None) or None


def _apply(opened: Collection, on: Sequence[int], off: Sequence[int]) -> None:
    chosen = visit.desk(opened).selected
    for image_id in off:
        chosen.pop(image_id, None)
    for record in visit.still_there(opened, (image_id for image_id in on if image_id not in chosen)):
        if len(chosen) >= MAX_SELECTED:
            st.toast(f"At most {words.count(MAX_SELECTED, 'picture')} can be selected.", icon=":material/check_box:")
            break
        chosen[record.image_id] = None


def _clear(opened: Collection) -> None:
    visit.desk(opened).selected.clear()
