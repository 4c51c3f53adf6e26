"""What of the map is looked at more closely: a region, a cluster, the neighbours of a point, the query's nearest, or
pictures sent from elsewhere; its pictures, categories and words, to be taken away."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from core import lift
from core.ui import (
    answers,
    detail,
    downloads,
    explorer,
    gallery,
    map_colours,
    map_scene,
    map_watch,
    results,
    selection,
    states,
    words,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.collection import Collection
    from core.projection import Map
    from core.records import ImageRecord
    from core.ui.explorer import MapQuestion

SHOWN = 48  # pictures in the grid
NEIGHBOURS = 12
_BARS, _CAPTIONS, _WORDS = 8, 6, 10


@dataclass(frozen=True, slots=True)
class Chosen:
    """`records` are in the order shown, `scores` their cosines where there are some. `captions` are those inside a
    region. `title` is Markdown; `what` is the name of the downloads, empty for nothing chosen."""

    what: str = ""
    title: str = ""
    records: tuple[ImageRecord, ...] = ()
    captions: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()
    leave: str = "Let go"


def chosen(opened: Collection, made: Map, question: MapQuestion) -> Chosen:
    """What the address names, in this order: a region, a cluster, a point, a selection sent here, a query."""
    region = explorer.region() if made.flat else None
    if region is not None:
        return _region(opened, made, region)
    clusters = map_watch.clusters_of(opened) if question.colouring == map_colours.CLUSTER else None
    at = explorer.cluster(len(clusters.every)) if clusters else None
    if clusters is not None and at is not None:
        members = np.flatnonzero(clusters.labels == at).tolist()
        title = f"{words.count(len(members), 'picture')} in the cluster **{words.plain(clusters.every[at].name)}**"
        return Chosen("cluster", title, tuple(opened.store.records[row] for row in members))
    point = map_scene.point_of(made, opened, explorer.point())
    if point is not None:
        return _neighbours(opened, made, point)
    sent = selection.sent(opened)
    if sent:
        title = f"{words.count(len(sent), 'picture')} that you selected: ringed, and listed here"
        return Chosen("selection", title, sent)
    if question.vector is not None and opened.store.one_space:
        rows, scores = _nearest(opened, question.vector)
        found = tuple(opened.store.records[row] for row in rows)
        return Chosen("query", f"Nearest to **{words.plain(question.text)}**", found, scores=scores, leave="")
    return Chosen()


def draw(opened: Collection, made: Map, found: Chosen) -> None:
    """How many, the downloads, categories and words, the pictures."""
    if not found.what:
        if made.flat:
            text = "The pictures inside it appear here. A click on a point shows its neighbours."
            states.hint("Drag a region over the map", text, "highlight_alt")
        else:
            states.hint("Click a point", "The pictures nearest to it appear here. Drag to turn the map.", "3d_rotation")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="region-summary"):
        st.caption(found.title, width="stretch")
        if found.leave:
            st.button(found.leave, icon=":material/close:", type="tertiary", key="unpick", on_click=_leave)
        if found.records:
            downloads.of_records(opened, found.records, found.what)
    if not found.records:
        st.caption("Nothing lies in it: drag a larger one.")
        return
    if not found.scores:
        _bars(found.records)
        _words(opened, found.records)
    if found.captions:
        shown = [f"- {words.plain(text)}" for text in found.captions[:_CAPTIONS]]
        more = len(found.captions) - len(shown)
        st.markdown("\n".join([*shown, *([f"- … and {more:,} more"] if more > 0 else [])]))
    if len(found.records) > SHOWN:
        st.caption(f"The first {SHOWN} are shown; the downloads have all.")
    shown_records = found.records[:SHOWN]
    if found.scores:
        _draw_scored(opened, shown_records, found.scores)
    else:
        results.draw_records(opened, shown_records, "region", "Pictures of the region", cell=130)


def lit(opened: Collection, made: Map, found: Chosen) -> tuple[int, ...]:
    """The points of what was found by likeness."""
    return map_scene.points_of(made, opened, found.records) if found.scores else ()


def ringed(opened: Collection, made: Map, found: Chosen) -> tuple[int, ...]:
    """The points of what a selection sent."""
    return map_scene.points_of(made, opened, found.records) if found.what == "selection" else ()


def _leave() -> None:
    explorer.let_go()
    selection.put_away()


def _region(opened: Collection, made: Map, region: explorer.Region) -> Chosen:
    store, count = opened.store, len(made.points.pictures)
    points = map_scene.inside(made, region)
    rows = np.unique(made.points.picture_rows(store)[points])
    spoken = made.points.captions[points[points >= count] - count]
    pictures = int((points < count).sum())
    parts = [words.count(pictures, "picture")] if count else []
    parts += [words.count(len(spoken), "caption")] if len(made.points.captions) else []
    title = f"{' and '.join(parts)} in this region"
    if count < len(made) and len(rows) != pictures:
        title += f", of {words.count(len(rows), 'picture')}"
    captions = tuple(store.captions[row].display for row in spoken[:_CAPTIONS].tolist())
    captions += ("",) * (len(spoken) - len(captions))  # counted, not read
    return Chosen("region", title, tuple(store.records[row] for row in rows.tolist()), captions)


def _neighbours(opened: Collection, made: Map, point: int) -> Chosen:
    store, count = opened.store, len(made.points.pictures)
    if point < count:
        row = int(made.points.pictures[point])
        vector = store.image_index.vectors_at(np.array([row]))[0]
        rows, scores = _nearest(opened, vector, without=row)
        said = "Nearest to the clicked picture, which comes first"
        rows, scores = (row, *rows), (1.0, *scores)
    else:
        caption = int(made.points.captions[point - count])
        vector = store.caption_index.vectors_at(np.array([caption]))[0]
        said = f"Nearest to the clicked caption “{words.plain(store.captions[caption].display)}”"
        if store.one_space:
            rows, scores = _nearest(opened, vector)
        else:
            near = store.caption_index.search(vector[None], 5 * NEIGHBOURS)
            best: dict[int, float] = {}
            for at, score in zip(near.rows[0].tolist(), near.scores[0].tolist(), strict=True):
                best.setdefault(int(store.caption_image_rows[at]), score)
            rows, scores = tuple(best)[:NEIGHBOURS], tuple(best.values())[:NEIGHBOURS]
    return Chosen("neighbours", said, tuple(store.records[row] for row in rows), scores=scores)


def _nearest(
    opened: Collection, vector: NDArray[np.float32], without: int = -1
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    near = opened.store.image_index.search(vector[None], NEIGHBOURS + 1)
    found = [
        (row, score)
        for row, score in zip(near.rows[0].tolist(), near.scores[0].tolist(), strict=True)
        if row != without
    ][:NEIGHBOURS]
    return tuple(row for row, _ in found), tuple(score for _, score in found)


def _draw_scored(opened: Collection, records: tuple[ImageRecord, ...], scores: tuple[float, ...]) -> None:
    cards = [
        replace(card, score=words.score(score))
        for card, score in zip(gallery.of_records(opened, records), scores, strict=False)
    ]
    gallery.draw_missing_note(opened, cards)
    picked = gallery.draw(cards, "region-grid", "Nearest pictures", cell=130)
    if picked is not None:
        detail.show(opened, detail.of_records(records), picked)


def _bars(records: tuple[ImageRecord, ...]) -> None:
    counted = Counter(name for record in records for name in record.categories).most_common(_BARS)
    if not counted:
        return
    frame = pd.DataFrame(counted, columns=["category", "pictures"])
    names = alt.Axis(labelLimit=140, labelOverlap=False, ticks=False, domain=False)
    base = alt.Chart(frame).encode(
        x=alt.X("pictures:Q", axis=None, scale=alt.Scale(domain=[0, 1.18 * counted[0][1]])),
        y=alt.Y("category:N", sort=None, title=None, axis=names),
        tooltip=["category:N", "pictures:Q"],
    )
    bars = base.mark_bar(cornerRadiusEnd=3, height=13)
    figures = base.mark_text(align="left", dx=4, fontSize=11, color="#8a9693").encode(
        text=alt.Text("pictures:Q", format=",")
    )
    with st.container(key="region-bars"):
        st.altair_chart(alt.layer(bars, figures).properties(height=19 * len(frame) + 8), width="stretch")


def _words(opened: Collection, records: tuple[ImageRecord, ...]) -> None:
    whole = answers.frequencies(opened)
    if len(records) == whole.pictures:
        return
    found = lift.word_lift(whole, records, _WORDS)
    if found:
        told = " · ".join(f"**{words.plain(one.name)}** {one.hits:,}" for one in found)
        st.caption(
            f"Words that set it apart: {told}",
            help="Words of captions that are clearly more frequent here than in the whole collection, "
            "with the number of pictures here whose captions say them.",
        )
