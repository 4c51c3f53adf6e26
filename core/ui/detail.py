"""One picture in full, in a dialog: larger, with its boxes, captions, facts, links, and its neighbours in the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.ui import components, links, pictures, words

if TYPE_CHECKING:
    from core.collection import Collection
    from core.records import ImageRecord
    from core.search import SearchHit

PICTURE_SIDE = 1280  # pixels
_AT = "detail_at"
_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture of a list that can be opened; `score`, `rank`, `matched` and `parts`, the shares of the
    score by image and caption, where a search found it."""

    record: ImageRecord
    rank: int | None = None
    score: float | None = None
    parts: tuple[float, ...] = ()
    matched: str = ""
    found_by: str = ""


def of_hits(hits: Sequence[SearchHit]) -> tuple[Entry, ...]:
    """Search hits as entries."""
    return tuple(
        Entry(hit.record, hit.rank, hit.score, hit.side_shares, hit.caption or "", hit.found_by) for hit in hits
    )


def of_records(records: Sequence[ImageRecord]) -> tuple[Entry, ...]:
    """Records as entries."""
    return tuple(Entry(record) for record in records)


def show(opened: Collection, entries: Sequence[Entry], key: str) -> None:
    """Open the dialog at the entry whose image id is `key` (as a string); an unknown one is ignored."""
    at = next((i for i, entry in enumerate(entries) if str(entry.record.image_id) == key), None)
    if at is not None:
        st.session_state[_AT] = at
        _dialog(opened, tuple(entries))


@st.dialog("Picture", width="large", icon=":material/image:")
def _dialog(opened: Collection, entries: tuple[Entry, ...]) -> None:
    at = min(max(0, st.session_state.get(_AT, 0)), len(entries) - 1)
    entry = entries[at]
    components.draw("detail", _data(opened, entry), key="detail")
    with st.container(horizontal=True, vertical_alignment="center", key="detail-nav"):
        _step("Previous", "chevron_left", "Left", at - 1, len(entries))
        _step("Next", "chevron_right", "Right", at + 1, len(entries))
        st.caption(f"{at + 1:,} of {len(entries):,}", width="stretch")
        _download(opened, entry.record)


def _step(label: str, icon: str, shortcut: str, to: int, total: int) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        key=f"detail_{label}",
        shortcut=shortcut,
        disabled=not 0 <= to < total,
        on_click=_go,
        args=(to,),
    )


def _go(to: int) -> None:
    st.session_state[_AT] = to


def _download(opened: Collection, record: ImageRecord) -> None:
    path = opened.store.picture_path(record)
    if path.is_file():
        st.download_button(
            "Download original",
            path.read_bytes,  # called at the click, so an unopened picture costs no memory
            file_name=path.name,
            icon=":material/download:",
            on_click="ignore",
            key=f"original_{record.image_id}",
        )


def _data(opened: Collection, entry: Entry) -> dict[str, Any]:
    record = entry.record
    matched = " ".join(entry.matched.split())
    captions = [{"text": caption.display, "best": caption.display == matched} for caption in record.captions]
    return {
        "src": pictures.large_picture(opened, record, PICTURE_SIDE),
        "alt": captions[0]["text"] if captions else ", ".join(record.categories) or record.file_name,
        "width": record.width,
        "height": record.height,
        "boxes": [
            {"category": box.category, "x": box.x, "y": box.y, "width": box.width, "height": box.height}
            for box in record.boxes
        ],
        "captions": captions,
        "categories": list(record.categories),
        "facts": list(_facts(opened, entry)),
        "similar": links.to("Image_Search", like=record.image_id),
        "permalink": links.to("Browse_Dataset", open=record.image_id),
    }


def _facts(opened: Collection, entry: Entry) -> list[dict[str, str]]:
    record = entry.record
    facts: list[dict[str, str]] = []
    if entry.score is not None:
        facts.append({"name": "Score", "value": f"{words.score(entry.score)}, rank {entry.rank}"})
        if len(entry.parts) == 2:
            shares = " + ".join(map(words.score, entry.parts))
            facts.append({"name": "Parts", "value": f"{shares} (image + caption)"})
        facts.append({"name": "Found by", "value": {"both": "image and caption"}.get(entry.found_by, entry.found_by)})
    facts.append({"name": "File", "value": PurePosixPath(record.file_name).as_posix()})
    facts.append({"name": "Id", "value": str(record.image_id)})
    if record.width and record.height:
        facts.append({"name": "Size", "value": f"{record.width} × {record.height} px"})
    licence = next((one for one in opened.store.licenses if one.license_id == record.license), None)
    if licence is not None:
        facts.append({"name": "Licence", "value": licence.name, "href": _web(licence.url)})
    if _web(record.flickr_url):
        facts.append({"name": "Attribution", "value": "photo page or file at Flickr", "href": record.flickr_url})
    if _web(record.coco_url):
        facts.append({"name": "Source", "value": "original at the source", "href": record.coco_url})
    return facts


def _web(address: str) -> str:
    """The address where it is an ordinary web address, else nothing: `javascript:` and its like never become links."""
    return address if address.lower().startswith(_WEB) else ""
