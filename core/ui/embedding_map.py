"""The map of Embedding Explorer: laid out once, drawn as a chart or on a canvas, with what is chosen on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.ui import (
    explorer,
    map_canvas,
    map_chart,
    map_colours,
    map_notes,
    map_scene,
    map_side,
    map_watch,
    peek,
)

if TYPE_CHECKING:
    from core.collection import Collection
    from core.projection import Map
    from core.ui.explorer import MapQuestion
    from core.ui.map_side import Chosen


def ready(opened: Collection, question: MapQuestion) -> Map:
    """The map asked for: from memory, from its file, or computed while the visitor watches."""
    return map_watch.map_of(opened, question.recipe)


def draw(opened: Collection, question: MapQuestion, made: Map, found: Chosen) -> None:
    """The map and what is to be said about it. Up to 20,000 points of a flat map are an Altair chart; more, space and
    the lasso are drawn with WebGL, and where a browser has none an even sample of the points is a chart."""
    scene = _scene(opened, question, made, found)
    region = explorer.region() if made.flat else None
    name = map_watch.map_task(opened, question.recipe).subject
    wanted = question.lasso or not made.flat or len(made) > map_chart.MAX_POINTS
    canvas = wanted and not map_canvas.missing()
    if wanted and not canvas:
        st.info(_without_webgl(made, question), icon=":material/browser_not_supported:")
    if canvas:
        map_canvas.draw(opened, scene, region, lasso=question.lasso, name=name)
        drawn = len(made)
    else:
        map_chart.draw(opened, scene, region)
        drawn = min(len(made), map_chart.MAX_POINTS)
    peek.draw(opened, made, name)
    map_notes.draw(opened, made, drawn, starred=scene.star is not None)


def _scene(opened: Collection, question: MapQuestion, made: Map, found: Chosen) -> map_scene.Scene:
    star = None
    if question.vector is not None:
        star = map_scene.placed(opened, made, question.vector)
    return map_scene.Scene(
        made=made,
        colours=map_colours.of_points(opened, made, question.colouring, question.vector),
        star=star,
        star_text=question.text,
        lit=map_side.lit(opened, made, found),
        ringed=map_side.ringed(opened, made, found),
        point=map_scene.point_of(made, opened, explorer.point()) if found.what == "neighbours" else None,
        pairs=made.points.pairs(opened.store) if question.lines else None,
        labels=map_scene.labels(opened, made) if question.colouring == map_colours.CLUSTER else (),
    )


def _without_webgl(made: Map, question: MapQuestion) -> str:
    if not made.flat:
        return "This browser does not offer WebGL, so space is shown flat, by its first two axes."
    if question.lasso:
        return "This browser does not offer WebGL, which the lasso needs; drag a rectangle instead."
    return "This browser does not offer WebGL, so a sample of the points is drawn."
