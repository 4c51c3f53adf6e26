"""One picture in full, in a dialog: larger, with its boxes, captions, facts, links, the shares of its score, why it was
found, a way to search by a part of it, and its neighbours in the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.ui import components, crop, links, pictures, shelf, why, words

if TYPE_CHECKING:
    from core.collection import Collection
    from core.query import Query
    from core.records import ImageRecord
    from core.search import HitPart, SearchHit

PICTURE_SIDE = 1280  # pixels
_AT = "detail_at"
_CROPPED = "detail_cropped"  # id of the picture that a part is being chosen of
KEY = "detail"
"""Of the component that draws the picture and what is told about it."""

_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture of a list that can be opened; where a search found it, also what was `asked`, and the `rank`, `score`,
    `parts` of the score, `matched` caption and shared `things` of the hit."""

    record: ImageRecord
    rank: int | None = None
    score: float | None = None
    parts: tuple[HitPart, ...] = ()
    matched: str = ""
    found_by: str = ""
    things: tuple[str, ...] = ()
    asked: Query | None = None


def of_hits(hits: Sequence[SearchHit], asked: Query | None = None) -> tuple[Entry, ...]:
    """Search hits as entries; with the query they were found by, each can be explained."""
    return tuple(
        Entry(hit.record, hit.rank, hit.score, hit.parts, hit.caption or "", hit.found_by, hit.things, asked)
        for hit in hits
    )


def of_records(records: Sequence[ImageRecord]) -> tuple[Entry, ...]:
    """Records as entries."""
    return tuple(Entry(record) for record in records)


def show(
    opened: Collection, entries: Sequence[Entry], key: str, *, beneath: Callable[[int], None] | None = None
) -> None:
    """Open the dialog at the entry whose image id is `key` (as a string); an unknown one is ignored. `beneath` draws
    what a list adds to its pictures, given the image id of the one shown."""
    at = next((i for i, entry in enumerate(entries) if str(entry.record.image_id) == key), None)
    if at is not None:
        st.session_state[_AT] = at
        st.session_state[_CROPPED] = None
        why.close()
        _dialog(opened, tuple(entries), beneath)


@st.dialog("Picture", width="large", icon=":material/image:")
def _dialog(opened: Collection, entries: tuple[Entry, ...], beneath: Callable[[int], None] | None = None) -> None:
    at = min(max(0, st.session_state.get(_AT, 0)), len(entries) - 1)
    entry = entries[at]
    why.take(entry.record.image_id, components.fired(KEY, "why"))
    if components.fired(KEY, "part"):
        st.session_state[_CROPPED] = entry.record.image_id
    if st.session_state.get(_CROPPED) == entry.record.image_id:
        _choose_part(opened, entry.record)
        return
    components.draw("detail", _data(opened, entry), KEY, "why", "part")
    with st.container(horizontal=True, vertical_alignment="center", key="detail-nav"):
        _step("Previous", "chevron_left", "Left", at - 1, len(entries))
        _step("Next", "chevron_right", "Right", at + 1, len(entries))
        st.caption(f"{at + 1:,} of {len(entries):,}", width="stretch")
        shelf.draw_button(opened, entry.record)
        _download(opened, entry.record)
    if beneath is not None:
        beneath(entry.record.image_id)


def _choose_part(opened: Collection, record: ImageRecord) -> None:
    """The picture to choose a part of, which leads to Image Search."""
    src = pictures.large_picture(opened, record, PICTURE_SIDE)
    if src is not None:
        crop.choose(
            src,
            "detail-crop",
            None,
            alt=_spoken(record),
            title="Search by a part of this picture",
            href=links.to("Image_Search", q=f"img:{record.image_id}[{crop.PLACE}]"),
        )
    st.button("Back to the picture", icon=":material/arrow_back:", key="detail_whole", on_click=_whole)


def _whole() -> None:
    st.session_state[_CROPPED] = None


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
    src = pictures.large_picture(opened, record, PICTURE_SIDE)
    return {
        "id": str(record.image_id),
        "src": src,
        "alt": _spoken(record),
        "width": record.width,
        "height": record.height,
        "boxes": [
            {"category": box.category, "x": box.x, "y": box.y, "width": box.width, "height": box.height}
            for box in record.boxes
        ],
        "captions": captions,
        "categories": list(record.categories),
        "score": _score(entry),
        "explains": entry.asked is not None and src is not None,
        "why": None if entry.asked is None else why.told(opened, record.image_id, entry.asked),
        "facts": list(_facts(opened, entry)),
        "similar": links.to("Image_Search", like=record.image_id),
        "permalink": links.to("Browse_Dataset", open=record.image_id),
    }


def _spoken(record: ImageRecord) -> str:
    """The picture in words."""
    return record.captions[0].display if record.captions else ", ".join(record.categories) or record.file_name


def _score(entry: Entry) -> dict[str, Any] | None:
    """The score, and for a lone term what each side adds to it; what several terms add is told beneath."""
    if entry.score is None:
        return None
    parts = entry.parts if len(entry.parts) > 1 and len({part.term for part in entry.parts}) == 1 else ()
    *others, last = dict.fromkeys(part.side for part in entry.parts) or [""]
    several = f"{', '.join(others)} and {last}" if others else last
    found_by = several if entry.found_by == "both" else entry.found_by
    shared = f"; both show {', '.join(entry.things)}" if entry.things else ""
    return {
        "total": words.score(entry.score),
        "said": f"rank {entry.rank}, found by {found_by}{shared}",
        "rows": [{"name": f"by {part.side}", "share": f"{part.share:+.3f}", "size": part.share} for part in parts],
    }


def _facts(opened: Collection, entry: Entry) -> list[dict[str, str]]:
    record = entry.record
    facts: list[dict[str, str]] = []
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
