"""A list of pictures as every page shows it: summary, downloads, note on missing files, grid, detail dialog."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core import lift
from core.ui import components, detail, downloads, gallery, links, states, words

if TYPE_CHECKING:
    from core.collection import Collection
    from core.records import ImageRecord
    from core.search import CaptionHit, SearchResult


def draw(opened: Collection, result: SearchResult, key: str) -> None:
    """A search result: how many and how fast, the downloads, the grid."""
    if not result.hits:
        states.nothing_matches()
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}-summary"):
        st.caption(_summary(result), width="stretch")
        downloads.of_result(result, key)
    _meaning(opened, result)
    cards = gallery.of_hits(opened, result.hits)
    gallery.draw_missing_note(opened, cards)
    picked = gallery.draw(cards, f"{key}-grid", f"Results for {result.query}")
    if picked is not None:
        detail.show(opened, detail.of_hits(result.hits), picked)


def draw_records(opened: Collection, records: Sequence[ImageRecord], key: str, label: str, *, cell: int = 176) -> None:
    """Records without scores as a grid with dialog."""
    cards = gallery.of_records(opened, records)
    gallery.draw_missing_note(opened, cards)
    picked = gallery.draw(cards, f"{key}-grid", label, cell=cell)
    if picked is not None:
        detail.show(opened, detail.of_records(records), picked)


def show_one(opened: Collection, record: ImageRecord) -> None:
    """One picture in the dialog, without a list around it."""
    detail.show(opened, detail.of_records([record]), str(record.image_id))


def draw_cut_note(opened: Collection, text: str) -> None:
    """Say it when the model, loaded by then, could not read all of a query's text."""
    if text and opened.text_encoder.exceeds_context(text):
        st.info("This text is longer than the model reads: its end was ignored.", icon=":material/content_cut:")


def draw_captions(hits: Sequence[CaptionHit], key: str) -> None:
    """Captions nearest to a picture, each with its score and a link to its own picture."""
    if not hits:
        return
    with st.container(key=f"{key}-nearest", gap="xsmall"):
        st.markdown("**Captions nearest to this picture**")
        items = [
            {
                "score": words.score(hit.score),
                "text": hit.caption.display,
                "href": links.to("Image_Search", like=hit.record.image_id),
            }
            for hit in hits
        ]
        components.draw(
            "captions", {"items": items, "label": "Captions nearest to this picture"}, key=f"{key}-captions"
        )


def _meaning(opened: Collection, result: SearchResult) -> None:
    """What the query meant to the model, where its hits have something in common."""
    found = lift.category_lift(opened.store, [hit.record for hit in result.hits])
    if found:
        shown = " · ".join(f"**{words.plain(one.category)}** {one.hits} (×{one.lift:.1f})" for one in found)
        st.caption(
            f"More often here than in the collection: {shown}",
            help="Categories of the pictures found: how many have it, and how many times its share of the collection.",
        )


def _summary(result: SearchResult) -> str:
    of = f"{len(result):,} of {words.count(result.matching, 'picture')}"
    encoding = f"encoded in {words.seconds(result.encode_seconds)}, " if result.encode_seconds else ""
    times = f"{encoding}searched in {words.seconds(result.search_seconds)}"
    return f"{of} · {times} · best score {words.score(result.hits[0].score)}"
