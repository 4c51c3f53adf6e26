"""The map of Embedding Explorer: every picture a point, a region to drag, the query as a star."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from core.ui import answers, downloads, fields, results, selection, states, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.collection import Collection
    from core.records import ImageRecord

MAX_POINTS = 20_000
"""Past this a plain chart becomes slow to drag; an even sample is drawn and says that it is one."""
SHOWN = 48  # pictures of a region
_GROUPS = 9  # categories with a colour of their own; the palette has ten
_OTHER, _NONE = "other", "none"
_COLOURINGS = ["category", "caption length"]
_TEXT_LENGTH = 80  # characters of a tooltip
_STAR = "M0,-1L0.29,-0.4L0.95,-0.31L0.48,0.15L0.59,0.81L0,0.5L-0.59,0.81L-0.48,0.15L-0.95,-0.31L-0.29,-0.4Z"


@dataclass(frozen=True, slots=True)
class MapQuestion:
    """`text` is shown as a star; empty for none."""

    colouring: str
    text: str


def ask(opened: Collection) -> MapQuestion:
    """Draw the controls and return what they say."""
    choices = [
        one for one, has in zip(_COLOURINGS, (opened.store.categories, opened.store.captions), strict=True) if has
    ]
    with st.container(horizontal=True, vertical_alignment="bottom", key="map-options"):
        colouring = fields.one_of("Colour by", choices, "colour", default=choices[0]) if choices else ""
        text = ""
        if opened.store.one_space:
            text = fields.text("Show a query on the map", "star", "Words, shown as a star")
    return MapQuestion(colouring, text)


def draw(opened: Collection, question: MapQuestion) -> tuple[ImageRecord, ...]:
    """The map; returns the pictures inside the dragged region, in row order, or else those a selection sent here."""
    flat = answers.picture_map(opened)
    rows = _drawn_rows(len(flat.points))
    star = answers.place_text(opened, question.text) if question.text else None
    picked = selection.sent(opened)
    chart = _chart(_frame(opened, question.colouring, flat.points, rows), question, star)
    if picked:
        chart += _rings(flat.points[[opened.store.row_of(record.image_id) for record in picked]])
    event = st.altair_chart(chart, key="map", on_select="rerun", selection_mode="brush", width="stretch")
    kept = sum(flat.explained)
    notes = [f"First two principal components of the picture embeddings; they keep {kept:.0%} of the spread."]
    if len(rows) < len(flat.points):
        notes.append(
            f"An even sample of {len(rows):,} of {len(flat.points):,} pictures is drawn; a region selects all."
        )
    if star is not None:
        notes.append("Words and pictures lie in different parts of the space, so a star is seldom inside a cloud.")
    st.caption(" ".join(notes))
    inside = _inside(flat.points, event)
    if picked and not len(inside):
        with st.container(horizontal=True, vertical_alignment="center", key="map-picked"):
            st.caption(f"{words.count(len(picked), 'picture')} that you selected: ringed, and listed here")
            st.button("Let go", icon=":material/close:", type="tertiary", key="unpick", on_click=selection.put_away)
        return picked
    return tuple(opened.store.records[row] for row in inside)


def draw_region(opened: Collection, chosen: Sequence[ImageRecord]) -> None:
    """What lies in the dragged region: how many, which categories, the pictures."""
    if not chosen:
        states.hint("Drag a rectangle over the map", "The pictures inside it appear here.", "highlight_alt")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="region-summary"):
        st.caption(f"{words.count(len(chosen), 'picture')} in this region", width="stretch")
        downloads.of_records(opened, chosen, "region")
    counted = Counter(name for record in chosen for name in record.categories).most_common(6)
    notes = [f"{words.plain(name)} {number:,}" for name, number in counted]
    if len(chosen) > SHOWN:
        notes.append(f"the first {SHOWN} are shown")
    if notes:
        st.caption(" · ".join(notes))
    results.draw_records(opened, chosen[:SHOWN], "region", "Pictures of the region", cell=130)


def _drawn_rows(count: int) -> NDArray[np.int64]:
    if count <= MAX_POINTS:
        return np.arange(count, dtype=np.int64)
    return np.linspace(0, count - 1, MAX_POINTS).round().astype(np.int64)


def _frame(opened: Collection, colouring: str, points: NDArray[np.float32], rows: NDArray[np.int64]) -> pd.DataFrame:
    records = [opened.store.records[row] for row in rows]
    frame = pd.DataFrame({"x": points[rows, 0], "y": points[rows, 1], "text": [_text(record) for record in records]})
    if colouring == "category":
        frame["colour"] = _groups(records)
    elif colouring == "caption length":
        frame["colour"] = [_mean_words(record) for record in records]
    return frame


def _groups(records: Sequence[ImageRecord]) -> list[str]:
    """For each picture the most frequent of its categories among the nine commonest, else "other" or "none"."""
    common = [name for name, _ in Counter(name for one in records for name in one.categories).most_common(_GROUPS)]
    return [
        next((name for name in common if name in record.categories), _OTHER if record.categories else _NONE)
        for record in records
    ]


def _mean_words(record: ImageRecord) -> float:
    lengths = [len(caption.text.split()) for caption in record.captions]
    return round(sum(lengths) / len(lengths), 1) if lengths else 0.0


def _text(record: ImageRecord) -> str:
    text = record.captions[0].display if record.captions else record.file_name
    return text if len(text) <= _TEXT_LENGTH else text[: _TEXT_LENGTH - 1] + "…"


def _chart(
    frame: pd.DataFrame, question: MapQuestion, star: NDArray[np.float32] | None
) -> alt.LayerChart | alt.FacetChart:
    scales = [_scale(frame[axis], None if star is None else float(star[i])) for i, axis in enumerate("xy")]
    places: dict[str, Any] = {
        "tooltip": alt.Tooltip("text:N", title=" "),
        "x": alt.X("x:Q", axis=None, scale=scales[0]),
        "y": alt.Y("y:Q", axis=None, scale=scales[1]),
    }
    size = float(np.clip(60_000 / max(1, len(frame)), 6, 60))
    points = alt.Chart(frame).mark_circle(size=size, opacity=0.75).encode(**places)
    if question.colouring:
        points = points.encode(color=_colour(frame, question.colouring))
    # No conditional opacity: a brush that restyles every point makes dragging five to seven times slower.
    layers: list[alt.Chart] = [points.add_params(alt.selection_interval(name="brush", encodings=["x", "y"]))]
    if star is not None:
        spot = pd.DataFrame({"x": [float(star[0])], "y": [float(star[1])], "text": [f"query: {question.text}"]})
        mark = alt.Chart(spot).mark_point(
            shape=_STAR, size=420, filled=True, opacity=1, color="#e0455e", stroke="#ffffff"
        )
        layers.append(mark.encode(**places))
    return alt.layer(*layers).properties(height=560)


def _rings(points: NDArray[np.float32]) -> alt.Chart:
    """Rings around pictures that were selected elsewhere."""
    frame = pd.DataFrame({"x": points[:, 0], "y": points[:, 1]})
    mark = alt.Chart(frame).mark_point(shape="circle", size=190, strokeWidth=2.5, filled=False, color="#e0455e")
    chart: alt.Chart = mark.encode(x=alt.X("x:Q", axis=None), y=alt.Y("y:Q", axis=None))
    return chart


def _scale(values: pd.Series[float], also: float | None) -> alt.Scale:
    """The range of the points, the star included, with a little room."""
    ends = [*(values.to_list() or [0.0]), *([] if also is None else [also])]
    low, high = min(ends), max(ends)
    room = 0.04 * (high - low) or 1.0
    return alt.Scale(domain=[low - room, high + room], nice=False, zero=False)


def _colour(frame: pd.DataFrame, colouring: str) -> alt.Color:
    if colouring == "category":
        named = [name for name, _ in Counter(frame["colour"]).most_common() if name not in (_OTHER, _NONE)]
        order = [*named, *(name for name in (_OTHER, _NONE) if name in set(frame["colour"]))]
        legend = alt.Legend(orient="bottom", columns=5, symbolOpacity=1, labelLimit=110, title=None)
        return alt.Color("colour:N", sort=order, legend=legend)
    legend = alt.Legend(orient="bottom", title="mean words per caption", gradientLength=220)
    return alt.Color("colour:Q", scale=alt.Scale(scheme="viridis"), legend=legend)


def _inside(points: NDArray[np.float32], event: Any) -> NDArray[np.int64]:
    """Rows of the points inside the brush; none without one."""
    brush = (event or {}).get("selection", {}).get("brush", {})
    if not brush or "x" not in brush or "y" not in brush:
        return np.zeros(0, np.int64)
    (left, right), (bottom, top) = sorted(brush["x"]), sorted(brush["y"])
    x, y = points[:, 0], points[:, 1]
    return np.flatnonzero((x >= left) & (x <= right) & (y >= bottom) & (y <= top))
