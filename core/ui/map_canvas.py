"""A map drawn with WebGL by a component of our own: many points, space to turn, a lasso."""

from __future__ import annotations

import base64
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.ui import components, explorer, map_colours, map_scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from core.collection import Collection
    from core.projection import Map
    from core.ui.map_scene import Scene

KEY = "scatter"
_MISSING = "map_without_webgl"


def missing() -> bool:
    """True once this browser told that it cannot draw it."""
    return bool(st.session_state.get(_MISSING))


def draw(opened: Collection, scene: Scene, region: explorer.Region | None, *, lasso: bool, name: str) -> None:
    """Draw all points; `name` tells this map from every other, so that the view is kept while it stays the same. What
    is dragged, drawn around and clicked goes into the address."""
    made = scene.made
    data: dict[str, Any] = {
        "map": name,
        "dims": made.recipe.dims,
        "places": _packed(made.xyz, np.float32),
        "pictures": len(made.points.pictures),
        "colours": _colours(scene.colours),
        "star": None if scene.star is None else [round(float(value), 4) for value in scene.star],
        "star_text": scene.star_text,
        "lit": list(scene.lit),
        "ringed": list(scene.ringed),
        "point": scene.point,
        "pairs": None if scene.pairs is None else _packed(scene.pairs, np.uint32),
        "labels": [[[round(float(value), 4) for value in place], text] for place, text in scene.labels],
        "region": list(region) if region else None,
        "tool": explorer.LASSO if lasso else explorer.RECTANGLE,
    }
    listeners: dict[str, Callable[[], None]] = {
        "region": _take_region,
        "point": partial(_take_point, opened, made),
        "unable": _take_unable,
    }
    components.draw("scatter", data, KEY, listeners=listeners)


def _take_region() -> None:
    told = components.fired(KEY, "region")
    if told == []:
        explorer.let_go()
    elif isinstance(told, list) and all(isinstance(value, int | float) for value in told):
        explorer.set_region(tuple(float(value) for value in told))


def _take_point(opened: Collection, made: Map) -> None:
    told = components.fired(KEY, "point")
    if isinstance(told, int) and 0 <= told < len(made):
        explorer.set_point(map_scene.name_of(made, opened, told))


def _take_unable() -> None:
    st.session_state[_MISSING] = True


def _colours(colours: map_colours.Names | map_colours.Numbers) -> dict[str, Any]:
    """Codes, or numbers as 256 steps of a scale."""
    if isinstance(colours, map_colours.Names):
        return {
            "names": list(colours.names),
            "light": colours.palette(dark=False),
            "dark": colours.palette(dark=True),
            "codes": _packed(colours.codes, np.uint8),
        }
    low, high = (float(colours.values.min()), float(colours.values.max())) if len(colours.values) else (0.0, 0.0)
    steps = (colours.values - low) / ((high - low) or 1.0) * 255
    return {
        "title": colours.title,
        "low": f"{low:.3g}",
        "high": f"{high:.3g}",
        "codes": _packed(np.round(steps), np.uint8),
    }


def _packed(values: NDArray[Any], kind: Any) -> str:
    """Little-endian, as base64: a tenth of what JSON takes to read."""
    return base64.b64encode(np.ascontiguousarray(values, np.dtype(kind).newbyteorder("<")).tobytes()).decode()
