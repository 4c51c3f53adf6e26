"""A flat map as an Altair chart: a rectangle to drag, a point to click, the query as a star."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from core.ui import explorer, map_colours, map_scene

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.collection import Collection
    from core.projection import Map
    from core.ui.map_scene import Scene

MAX_POINTS = 20_000
"""Past this a chart becomes slow to drag."""
_HEIGHT = 560
_CHART = "_map_chart"
_LETTER, _LINE = 0.013, 0.04  # width of a letter and height of a line of a name, as shares of the map
_ACCENT = "#e0455e"
_KINDS = alt.Legend(orient="top", title=None, symbolFillColor="#8a9693", symbolStrokeColor="#8a9693")
_STAR = "M0,-1L0.29,-0.4L0.95,-0.31L0.48,0.15L0.59,0.81L0,0.5L-0.59,0.81L-0.48,0.15L-0.95,-0.31L-0.29,-0.4Z"


@dataclass(slots=True)
class _Chart:
    """The chart on the page: `key` is what it shows, `given` the rectangle it began with, `told` the one it has now."""

    number: int
    key: str
    given: explorer.Region | None
    told: explorer.Region | None


def draw(opened: Collection, scene: Scene, region: explorer.Region | None) -> None:
    """Draw at most `MAX_POINTS` points, an even sample of more. What is dragged and clicked goes into the address."""
    shown = map_scene.sample(scene.made, MAX_POINTS)
    layers = _layers(opened, scene, shown)
    if region and len(region) > 4:
        layers.append(_outline(region))
    shown_as = _chart(_drawn_as(scene, region), region if region and len(region) == 4 else None)
    brush: dict[str, Any] = {}
    if shown_as.given:
        left, bottom, right, top = shown_as.given
        brush["value"] = {"x": [left, right], "y": [bottom, top]}
    # No conditional opacity: a brush that restyles every point makes dragging five to seven times slower.
    layers[0] = layers[0].add_params(
        alt.selection_interval(name="brush", encodings=["x", "y"], **brush),
        alt.selection_point(name="picked", fields=["n"], toggle=False, nearest=False),
    )
    widget = f"map-{shown_as.number}"
    with st.container(key="map-chart"):
        st.altair_chart(
            alt.layer(*layers).properties(height=_HEIGHT),
            key=widget,
            on_select=partial(_take, opened, scene.made, widget),
            selection_mode=["brush", "picked"],
            width="stretch",
        )


def _chart(key: str, rectangle: explorer.Region | None) -> _Chart:
    """The chart of this run. Only a chart that is drawn anew is given a rectangle: given at every drag it would draw
    the chart at every drag. Where another is wanted than the chart has (Back, "Let go") it is a chart of its own."""
    known: _Chart | None = st.session_state.get(_CHART)
    if known is None or known.key != key:
        known = _Chart(known.number if known else 0, key, rectangle, rectangle)
    elif known.told != rectangle:
        known = _Chart(known.number + 1, key, rectangle, rectangle)
    st.session_state[_CHART] = known
    return known


def _drawn_as(scene: Scene, region: explorer.Region | None) -> str:
    """Changes whenever the chart does, but for a rectangle that is dragged on it."""
    parts = [
        scene.made.xyz.tobytes(),
        scene.colours.numbers.tobytes(),
        repr(scene.colours.legend).encode(),
        b"" if scene.star is None else scene.star.tobytes() + scene.star_text.encode(),
        repr((scene.lit, scene.ringed, scene.point, scene.pairs is None, map_colours.dark())).encode(),
        repr(region if region and len(region) > 4 else None).encode(),
    ]
    return hashlib.blake2b(b"|".join(parts), digest_size=12).hexdigest()


def _take(opened: Collection, made: Map, widget: str) -> None:
    """Name in the address what was just dragged or clicked. A brush wins: a click takes it away first."""
    selection = (st.session_state.get(widget) or {}).get("selection", {})
    brush, picked = selection.get("brush", {}), selection.get("picked", [])
    if brush and "x" in brush and "y" in brush:
        (left, right), (bottom, top) = sorted(brush["x"]), sorted(brush["y"])
        explorer.set_region((left, bottom, right, top))
    elif picked and isinstance(picked[0].get("n"), int) and 0 <= picked[0]["n"] < len(made):
        explorer.set_point(map_scene.name_of(made, opened, picked[0]["n"]))
    else:
        explorer.let_go()
    st.session_state[_CHART].told = explorer.region()


def _layers(opened: Collection, scene: Scene, shown: NDArray[np.int64]) -> list[Any]:
    made = scene.made
    count = len(made.points.pictures)
    also = made.xyz[shown] if scene.star is None else np.vstack([made.xyz[shown], scene.star[None]])
    x, y = (alt.X("x:Q", axis=None, scale=_scale(also[:, 0])), alt.Y("y:Q", axis=None, scale=_scale(also[:, 1])))
    frame = _at(made.xyz[shown])
    frame["n"] = shown
    frame["text"] = [map_scene.text_of(made, opened, point) for point in shown.tolist()]
    size = float(np.clip(60_000 / max(1, len(frame)), 6, 60))
    marks: dict[str, Any] = {"size": size, "opacity": 0.78, "filled": True}
    points = alt.Chart(frame).mark_point(**marks).encode(x=x, y=y, tooltip=_tooltip())
    points = points.encode(color=_colour(frame, scene, shown))
    if 0 < count < len(made):
        frame["kind"] = np.where(shown < count, "pictures", "captions")
        shapes = alt.Scale(domain=["pictures", "captions"], range=["circle", "triangle-up"])
        points = points.encode(shape=alt.Shape("kind:N", scale=shapes, legend=_KINDS))
    layers = [points]
    if scene.pairs is not None and len(scene.pairs):
        layers.append(_lines(scene, shown))
    if scene.ringed:
        layers.append(_rings(made.xyz[list(scene.ringed)], 190))
    if scene.lit:
        layers.append(_rings(made.xyz[list(scene.lit)], 110))
    if scene.point is not None:
        layers.append(_rings(made.xyz[[scene.point]], 330))
    if scene.labels:
        layers += _names(scene)
    if scene.star is not None:
        spot = _at(scene.star[None])
        spot["text"] = f"query: {scene.star_text}"
        mark = alt.Chart(spot).mark_point(
            shape=_STAR, size=420, filled=True, opacity=1, color=_ACCENT, stroke="#ffffff"
        )
        layers.append(mark.encode(x="x:Q", y="y:Q", tooltip=alt.Tooltip("text:N", title=" ")))
    return layers


def _tooltip() -> list[alt.Tooltip]:
    """The number of the point is there for `peek.js`, which puts the picture in its place."""
    return [alt.Tooltip("text:N", title=" "), alt.Tooltip("n:Q", title="point")]


def _at(places: NDArray[np.float32]) -> pd.DataFrame:
    return pd.DataFrame({"x": places[:, 0].astype(float), "y": places[:, 1].astype(float)})


def _scale(values: NDArray[np.float32]) -> alt.Scale:
    """The range of the points, the star included, with a little room."""
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    room = 0.04 * (high - low) or 1.0
    return alt.Scale(domain=[low - room, high + room], nice=False, zero=False)


def _colour(frame: pd.DataFrame, scene: Scene, shown: NDArray[np.int64]) -> alt.Color:
    colours = scene.colours
    if isinstance(colours, map_colours.Names):
        frame["colour"] = np.array(colours.names, object)[colours.codes[shown]]
        columns = 5 if max(map(len, colours.names)) < 15 else 3
        legend = alt.Legend(orient="bottom", columns=columns, symbolOpacity=1, labelLimit=180, title=None)
        scale = alt.Scale(domain=list(colours.names), range=colours.palette(dark=map_colours.dark()))
        return alt.Color("colour:N", sort=list(colours.names), scale=scale, legend=legend)
    frame["colour"] = np.round(colours.values[shown].astype(float), 4)
    legend = alt.Legend(orient="bottom", title=colours.title, gradientLength=220)
    return alt.Color("colour:Q", scale=alt.Scale(scheme="viridis"), legend=legend)


def _lines(scene: Scene, shown: NDArray[np.int64]) -> Any:
    """Pictures joined to their captions, as far as both are drawn."""
    assert scene.pairs is not None  # drawn only where there are some
    drawn = np.zeros(len(scene.made), bool)
    drawn[shown] = True
    pairs = scene.pairs[drawn[scene.pairs].all(axis=1)]
    frame = _at(scene.made.xyz[pairs[:, 0]])
    ends = scene.made.xyz[pairs[:, 1]]
    frame["x2"], frame["y2"] = ends[:, 0].astype(float), ends[:, 1].astype(float)
    mark = alt.Chart(frame).mark_rule(strokeWidth=0.6, opacity=0.22, color="#8a9693")
    return mark.encode(x="x:Q", y="y:Q", x2="x2:Q", y2="y2:Q")


def _rings(places: NDArray[np.float32], size: int) -> Any:
    mark = alt.Chart(_at(places)).mark_point(
        shape="circle", size=size, strokeWidth=2.5, filled=False, opacity=1, color=_ACCENT
    )
    return mark.encode(x="x:Q", y="y:Q")


def _names(scene: Scene) -> list[Any]:
    """Names over the map, each with a halo so that it can be read on any points."""
    labels = _apart(scene)
    frame = _at(np.stack([place for place, _ in labels]))
    frame["name"] = [name for _, name in labels]
    dark = map_colours.dark()
    base = alt.Chart(frame).encode(x="x:Q", y="y:Q", text="name:N")
    halo: dict[str, Any] = {"stroke": "#0f1413" if dark else "#ffffff", "strokeWidth": 4, "strokeOpacity": 0.85}
    style: dict[str, Any] = {"fontSize": 12, "fontWeight": 600}
    return [base.mark_text(**style, **halo), base.mark_text(**style, color="#e7eeec" if dark else "#17211f")]


def _apart(scene: Scene) -> list[tuple[NDArray[np.float32], str]]:
    """The names that do not cover an earlier one."""
    low, extent = scene.made.xyz.min(axis=0), np.maximum(np.ptp(scene.made.xyz, axis=0), 1e-9)
    found: list[tuple[NDArray[np.float32], str]] = []
    taken: list[tuple[NDArray[np.float32], float]] = []
    for place, name in scene.labels:
        share, half = (place - low) / extent, _LETTER * len(name) / 2
        if any(abs(share[0] - at[0]) < half + wide and abs(share[1] - at[1]) < _LINE for at, wide in taken):
            continue
        taken.append((share, half))
        found.append((place, name))
    return found


def _outline(region: explorer.Region) -> Any:
    corners = np.array([*region, *region[:2]], np.float32).reshape(-1, 2)
    frame = _at(corners)
    frame["at"] = range(len(frame))
    mark = alt.Chart(frame).mark_line(color=_ACCENT, strokeDash=[5, 4], strokeWidth=1.6)
    return mark.encode(x="x:Q", y="y:Q", order="at:Q")
