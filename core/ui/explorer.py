"""The controls of Embedding Explorer, and what of the map its address names: a region, a point, a cluster."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core import errors, projection
from core.projection import Method, Of, Recipe
from core.ui import answers, components, fields, links, map_colours, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.collection import Collection

    Region = tuple[float, ...]

_METHODS = {"PCA": Method.PCA, "t-SNE": Method.TSNE}
_DIMS = {"2-D": 2, "3-D": 3}
_OF = {"pictures": Of.IMAGES, "captions": Of.CAPTIONS, "both": Of.BOTH}
RECTANGLE, LASSO = "rectangle", "lasso"
CLUSTERS = "clusters-grid"
"""The key of the gallery of clusters, a click on which names one."""
_BOUND = ("method", "dims", "of", "closed", "colour", "star", "lines", "tool")
_MOST_NUMBERS = 400  # of a region's outline
_ABOUT = {
    "method": "PCA keeps large distances and is done in seconds. t-SNE keeps neighbours together, takes longer, and "
    "its distances between groups mean little.",
    "tool": "A rectangle is dragged over the map; a lasso is drawn around any shape.",
    "closed": "Takes the mean of all pictures from every picture and that of all captions from every caption, so that "
    "the two clouds lie over one another.",
}


@dataclass(frozen=True, slots=True)
class MapQuestion:
    """Which map, coloured by what. `text` is the query that is shown as a star, empty for none; `vector` its unit
    vector. `lines` joins pictures to their captions, `lasso` draws regions freely."""

    recipe: Recipe
    colouring: str
    text: str
    vector: NDArray[np.float32] | None
    lines: bool
    lasso: bool


def ask(opened: Collection) -> MapQuestion:
    """Draw the controls and return what they say."""
    _take_cluster()
    store = opened.store
    kinds = [name for name, of in _OF.items() if not projection.why_not(store, of)]
    with st.container(horizontal=True, vertical_alignment="bottom", key="map-options"):
        method = fields.one_of(
            "Map", list(_METHODS), "method", default="PCA", explanation=_ABOUT["method"], on_change=_other_map
        )
        dims = fields.one_of("Dimensions", list(_DIMS), "dims", default="2-D", on_change=_other_map)
        of = fields.one_of("Of", kinds, "of", default="pictures", on_change=_other_map) if len(kinds) > 1 else kinds[0]
        both = _OF[of] is Of.BOTH
        colour_place = st.container(width="content", key="map-colour")
        lasso = _DIMS[dims] == 2 and (
            fields.one_of("Region", [RECTANGLE, LASSO], "tool", default=RECTANGLE, explanation=_ABOUT["tool"]) == LASSO
        )
        lines = closed = False
        if both:
            with st.container(width="content", gap="xsmall", key="map-both"):
                lines = _toggle("Join pictures and captions", "lines")
                closed = _toggle("Close the gap", "closed", _other_map)
    recipe = Recipe(_METHODS[method], _DIMS[dims], _OF[of], closed)
    text, vector = _query(opened, recipe)
    with colour_place:
        colouring = _colouring(map_colours.choices(opened, both=both, asked=vector is not None))
    return MapQuestion(recipe, colouring, text, vector, lines, lasso)


def region() -> Region | None:
    """The region that the address names, in coordinates of the map: four numbers for a rectangle (left, bottom, right,
    top), more for a polygon."""
    kept = links.keep("region", _checked_region)
    return tuple(float(part) for part in kept.split(",")) if kept else None


def point() -> str | None:
    """The clicked point that the address names: "i139" is a picture, "c55" a caption."""
    return links.keep("point", _checked_point)


def cluster(count: int) -> int | None:
    """The cluster that the address names, from 0, below `count`."""
    kept = links.keep("cluster", lambda raw: str(links.clamped(raw, 1, 10_000) or "") or None)
    return int(kept) - 1 if kept and int(kept) <= count else None


def set_region(corners: Region | None) -> None:
    """Name a region in the address, in place of a point and a cluster; None takes it away. Raises nothing for numbers
    that are no region: they name none."""
    text = _checked_region(",".join(f"{value:.4g}" for value in corners)) if corners else None
    _name(region=text)


def set_point(name: str | None) -> None:
    """Name a point in the address, in place of a region and a cluster."""
    _name(point=name)


def set_cluster(at: int | None) -> None:
    """Name a cluster in the address, in place of a region and a point."""
    _name(cluster=None if at is None else str(at + 1))


def let_go() -> None:
    """Name nothing any more."""
    _name()


def _name(**named: str | None) -> None:
    for key in ("region", "point", "cluster"):
        links.put(key, named.get(key))
    links.restate(*_BOUND)


def _take_cluster() -> None:
    """Carry out the click on a cluster since the last run; before the controls are drawn, whose values are restated."""
    told = components.fired(CLUSTERS, "open")
    if isinstance(told, str) and told.isdecimal():
        set_cluster(int(told))


def _other_map() -> None:
    """Places of one map mean nothing on another; a point and a cluster are found again."""
    links.put("region", None)
    links.restate(*_BOUND)


def _query(opened: Collection, recipe: Recipe) -> tuple[str, NDArray[np.float32] | None]:
    """The star's words and their vector, where the map has a place for one."""
    store = opened.store
    if not store.one_space and recipe.of is not Of.CAPTIONS:
        return "", None
    text = fields.text("Show a query on the map", "star", "Words, or terms such as 2*dog + beach, shown as a star")
    if not text:
        return "", None
    try:
        return text, answers.query_vector(opened, text)
    except errors.QueryError as error:
        st.error(words.plain(str(error)), icon=":material/error:")
        return "", None


def _colouring(choices: list[str]) -> str:
    if st.session_state.get("colour") not in (None, *choices):
        st.session_state["colour"] = choices[0]
    links.seed("colour", lambda raw: raw if raw in choices else None)
    chosen: str | None = st.selectbox(
        "Colour by", choices, key="colour", width=170, bind="query-params", persist_state="session"
    )
    return chosen or choices[0]


def _toggle(label: str, key: str, on_change: fields.Callback | None = None) -> bool:
    links.seed(key, lambda raw: {"true": True, "false": False}.get(raw.lower()))
    return st.toggle(
        label, key=key, help=_ABOUT.get(key), on_change=on_change, bind="query-params", persist_state="session"
    )


def _checked_region(raw: str) -> str | None:
    try:
        numbers = [float(part) for part in raw.split(",", _MOST_NUMBERS)]
    except ValueError:
        return None
    fits = len(numbers) <= _MOST_NUMBERS and len(numbers) >= 4 and len(numbers) % 2 == 0
    if not fits or not all(math.isfinite(value) and abs(value) < 1e9 for value in numbers):
        return None
    if len(numbers) == 4:
        (left, right), (bottom, top) = sorted(numbers[::2]), sorted(numbers[1::2])
        numbers = [left, bottom, right, top]
    return ",".join(f"{value:g}" for value in numbers)


def _checked_point(raw: str) -> str | None:
    number = links.integer(raw[1:])
    return f"{raw[0]}{number}" if raw[:1] in ("i", "c") and number is not None else None
