"""The collections there are, what each takes on disk, and what can be done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core import errors, store
from core.store import DiskUsage, Store, StoreSummary
from core.ui import build_change, build_keep, fields, links, loaders, states, words

if TYPE_CHECKING:
    from core.collection import Collection

_ADD, _REMOVE, _RENAME, _CHECK, _DELETE = ACTIONS = ("Add pictures", "Remove pictures", "Rename", "Check", "Delete")


def draw(opened: Collection | None) -> None:
    """The table, the choice of one, and the form of what is to be done with it."""
    found = loaders.stores()
    if not found:
        states.hint("There is no collection yet", "Make one under *New collection*.", "add_photo_alternate")
        return
    _draw_table(found)
    chosen = _choose(found, opened)
    held = _opened(chosen)
    _draw_usage(chosen, held)
    action = fields.one_of("What to do with it", ACTIONS, "action", default=_ADD)
    if action == _CHECK:
        build_keep.draw_check(chosen)
    elif action == _DELETE:
        build_keep.draw_delete(chosen, held)
    elif held is None:
        st.info("It cannot be opened, so it can only be checked or deleted.", icon=":material/broken_image:")
    elif action == _ADD:
        build_change.draw_add(held)
    elif action == _REMOVE:
        build_change.draw_remove(held, opened if opened is not None and opened.name == chosen.name else None)
    else:
        build_keep.draw_rename(held)


def _draw_table(found: tuple[StoreSummary, ...]) -> None:
    rows = [
        {
            "Name": words.plain(one.name),
            "Title": words.plain(one.title),
            "Pictures": f"{one.images:,}",
            "Captions": f"{one.captions:,}",
            "Model": words.plain(one.model),
            "Index on disk": words.size(one.size_bytes),
            "Built": words.day(one.created_at) if one.created_at else "",
            "State": ":material/error: cannot be opened" if one.problem else "",
        }
        for one in found
    ]
    if not any(one.problem for one in found):
        for row in rows:
            del row["State"]
    with st.container(key="collections-table"):
        st.table(rows, hide_index=True)


def _choose(found: tuple[StoreSummary, ...], opened: Collection | None) -> StoreSummary:
    by_name = {one.name: one for one in found}
    if st.session_state.get("build_collection") not in by_name:
        st.session_state["build_collection"] = opened.name if opened and opened.name in by_name else found[0].name
    name = st.selectbox(
        "Collection to work on",
        list(by_name),
        key="build_collection",
        format_func=lambda one: f"{by_name[one].title} ({one})" if by_name[one].title != one else one,
    )
    return by_name[name]


def _opened(chosen: StoreSummary) -> Store | None:
    """The store, None where it cannot be opened, which is said."""
    try:
        return loaders.collection(chosen.name).store
    except errors.CocoLensError as error:
        states.known(error)
        return None


def _draw_usage(chosen: StoreSummary, held: Store | None) -> None:
    if held is None:
        return
    usage = _usage(held, links.MAX_K, f"{chosen.name} {held.manifest.changed_at}")
    parts = [f"index {words.size(usage.store)}"]
    if usage.unfinished:
        parts.append(f"interrupted build {words.size(usage.unfinished)}")
    whose = "uploaded" if usage.uploaded else "yours"
    parts.append(f"pictures {words.size(usage.pictures)} ({whose}) in {words.plain(str(held.images_root))}")
    if usage.missing:
        parts.append(f"{words.count(usage.missing, 'picture file')} missing")
    st.caption(":material/hard_drive: On disk: " + " · ".join(parts))


@st.cache_data(max_entries=16, ttl=20, show_spinner=False)
def _usage(_held: Store, most: int, version: str) -> DiskUsage:
    return store.disk_usage(_held)
