"""The picture under the pointer: fetched a few at a time while the visitor moves over a map, never for all points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.ui import components, map_scene, pictures

if TYPE_CHECKING:
    from core.collection import Collection
    from core.projection import Map

KEY = "peek"
_SIDE = 160  # pixels
_MOST = 24  # points that are told about at once


@st.fragment
def draw(opened: Collection, made: Map, name: str) -> None:
    """An invisible component that answers the maps on the page; `name` is that of the map. Only this fragment runs when
    a picture is asked for."""
    told = components.fired(KEY, "ask")
    wanted: list[int] = []
    if isinstance(told, dict) and told.get("map") == name and isinstance(told.get("points"), list):
        wanted = [one for one in told["points"][:_MOST] if isinstance(one, int) and 0 <= one < len(made)]
    items = {str(point): _item(opened, made, point) for point in wanted}
    components.draw("peek", {"map": name}, KEY, "ask", live={"items": items})


def _item(opened: Collection, made: Map, point: int) -> dict[str, str | None]:
    record = map_scene.record_of(made, opened, point)
    kind = "caption" if point >= len(made.points.pictures) else ""
    return {
        "src": pictures.thumbnail(opened, record, _SIDE),
        "text": map_scene.text_of(made, opened, point),
        "kind": kind,
    }
