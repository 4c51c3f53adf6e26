"""Pictures into a collection, and out of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import streamlit as st

from core import errors, store
from core.store import Store
from core.ui import attempts, build_job, build_source, links, loaders, selection, shelf, words

if TYPE_CHECKING:
    from core.collection import Collection

_SHOWN = 5


def draw_add(held: Store) -> None:
    """More pictures: what is new in its folder, or a zip unpacked into it."""
    name, source = held.manifest.name, held.manifest.source
    try:
        folder = build_source.allowed(str(held.images_root))
    except errors.CocoLensError as error:  # nothing was asked yet, so nothing went wrong
        st.caption(f"{words.plain(str(error))} On the command line:")
        st.code(f"python -m core add {name}", language="bash")
        return
    archive: BinaryIO | None = None
    captions = instances = ""
    uploaded = store.upload_of(loaders.settings().db, folder) is not None
    if uploaded:
        most = loaders.settings().max_zip_mb
        archive = st.file_uploader("Zip of more pictures", type="zip", key=f"add_zip-{name}", max_upload_size=most)
        st.caption("Its pictures came as an upload: bring others the same way.")
    else:
        listed = source.captions or source.instances
        new = "that the lists name and it does not have yet" if listed else "that it does not have yet"
        st.caption(
            f"Put new pictures into {words.plain(str(folder))}, or into a folder in it. The pictures {new} are added; "
            "the others are not encoded again."
        )
        if listed:
            first, second = st.columns(2)
            captions = first.text_input("Captions file", _path(held, source.captions), key=f"add_captions-{name}")
            instances = second.text_input("Instances file", _path(held, source.instances), key=f"add_instances-{name}")
    st.button(
        "Add them" if uploaded else "Look for new pictures and add them",
        icon=":material/add_photo_alternate:",
        type="primary",
        key="add-start",
        disabled=build_job.job().moment().running or (uploaded and archive is None),
        on_click=attempts.on_click,
        args=("add", _add, name, folder, captions, instances, archive),
    )
    attempts.draw("add")


def draw_remove(held: Store, opened: Collection | None) -> None:
    """Fewer pictures: named, or those on the shelf, or those selected in Browse. `opened` is the collection where it is
    the open one, which alone has a shelf."""
    st.caption("Pictures leave the collection; their files stay where they are, and adding brings them back.")
    kept = shelf.records(opened) if opened is not None else ()
    ticked = selection.records(opened) if opened is not None else ()
    ways: dict[str, list[int] | None] = {"named here": None}
    if kept:
        ways[f"on the shelf ({len(kept):,})"] = [one.image_id for one in kept]
    if ticked:
        ways[f"selected in Browse ({len(ticked):,})"] = [one.image_id for one in ticked]
    way = "named here"
    if len(ways) > 1:
        way = st.segmented_control("Pictures", list(ways), default=way, required=True, key="remove_way") or way
    chosen = ways.get(way)
    if chosen is None:
        typed = st.text_area("Image ids or file names", key="remove_named", placeholder="139, 285, beach/0412.jpg")
        chosen = _named(held, typed)
    if chosen:
        shown = ", ".join(words.plain(held.records[held.row_of(one)].file_name) for one in chosen[:_SHOWN])
        st.caption(f"{shown} and {len(chosen) - _SHOWN:,} more" if len(chosen) > _SHOWN else shown)
    st.button(
        f"Remove {words.count(len(chosen), 'picture')}" if chosen else "Remove",
        icon=":material/remove_circle:",
        key="remove-start",
        disabled=not chosen or build_job.job().moment().running,
        on_click=attempts.on_click,
        args=("remove", build_job.remove, held.manifest.name, tuple(chosen), loaders.settings()),
    )
    attempts.draw("remove")


def _path(held: Store, stated: str | None) -> str:
    return str(store.resolved_path(stated, held.folder)) if stated else ""


def _named(held: Store, typed: str) -> list[int]:
    """The ids of what was typed; none, which is said, where one is unknown."""
    by_name = {one.file_name: one.image_id for one in held.records}
    ids = set(by_name.values())
    chosen, unknown = [], []
    for word in filter(None, (part.strip() for part in re.split(r"[,\n]", typed))):
        number = links.integer(word)
        found = by_name.get(word, number if number in ids else None)
        if found is None:
            unknown.append(word)
        else:
            chosen.append(found)
    if unknown:
        named = ", ".join(words.plain(one[:80]) for one in unknown[:_SHOWN])
        st.error(f"It has no picture {named}. Use ids or file names as its results show them.", icon=":material/error:")
        return []
    return list(dict.fromkeys(chosen))


def _add(name: str, folder: Path, captions: str, instances: str, archive: BinaryIO | None) -> None:
    lists = [build_source.allowed(one) if one.strip() else None for one in (captions, instances)]
    build_job.add(name, loaders.settings(), images=folder, captions=lists[0], instances=lists[1], archive=archive)
