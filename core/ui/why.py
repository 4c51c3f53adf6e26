"""Why a picture was found: a heat-map for each term of the query, computed when somebody asks, as the detail dialog
shows it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core import errors, explain, images, query
from core.ui import loaders, query_chips, states

if TYPE_CHECKING:
    from core.collection import Collection

_ASKED = "why_asked"
_LAYER_SIDE = 360  # pixels of the longer side; a map has few places, so that the browser may enlarge it
_LEVEL = 1e-6  # of a score: less than that between two places is rounding
_TOLD = 0.0005


def close() -> None:
    """Nothing is asked any more: another picture was opened."""
    st.session_state[_ASKED] = None


def take(image_id: int, wanted: object) -> None:
    """Note what was just asked about a picture: "why", "finer", or "off"; anything else is ignored."""
    if wanted in ("why", "finer"):
        st.session_state[_ASKED] = (image_id, wanted == "finer")
    elif wanted == "off":
        st.session_state[_ASKED] = None


def told(opened: Collection, image_id: int, asked: query.Query) -> dict[str, Any] | None:
    """What the dialog shows of it, None where nobody asked about this picture. Errors come as their message."""
    wanted = st.session_state.get(_ASKED)
    if wanted is None or wanted[0] != image_id:
        return None
    finer = bool(wanted[1])
    try:
        return _told(opened, loaders.key_of(opened), image_id, asked, finer)
    except errors.CocoLensError as error:
        return {"error": str(error), "finer": finer}
    except Exception as error:
        states.unexpected(error)
        return {"error": "This picture could not be explained.", "finer": finer}


@loaders.per_collection(max_entries=24)
def _told(_opened: Collection, key: str, image_id: int, asked: query.Query, finer: bool) -> dict[str, Any]:
    found = _opened.explain(image_id, asked, finer=finer)
    width, height = _opened.picture(image_id).size
    scale = _LAYER_SIDE / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return {
        "finer": finer,
        "can_be_finer": found[0].method != explain.COVERING,
        "said": _said(found),
        "terms": [_term(term, one, size) for term, one in zip(asked.terms, found, strict=True)],
    }


def _named(term: query.Term) -> str:
    """A term with its sign and weight."""
    weight = "" if abs(term.weight) == 1 else f"{abs(term.weight):g} × "
    return f"{'− ' if term.weight < 0 else ''}{weight}{query_chips.label(term)}"


def _said(found: Sequence[explain.Explanation]) -> str:
    """How the maps were made, and whether their numbers are the score's own."""
    rows, columns = found[0].heat.shape
    total = sum(one.total for one in found)
    rest = sum(one.rest for one in found)
    if found[0].exact:
        return (
            f"Exact: the picture's own score of {total:.3f} divided among {rows} × {columns} places, to which nothing "
            "is left over."
        )
    left = f" {rest:+.3f} of it belongs to no place." if abs(rest) >= _TOLD else ""
    return f"Not exact: {rows} × {columns} places, {found[0].method}. Score of the picture: {total:.3f}.{left}"


def _term(term: query.Term, found: explain.Explanation, size: tuple[int, int]) -> dict[str, Any]:
    """A minus term is marked where it speaks against the picture most."""
    minus = term.weight < 0
    across, down = explain.peak(replace(found, heat=-found.heat) if minus else found, size)
    level = float(np.ptp(found.heat)) < _LEVEL
    drawn = io.BytesIO()
    explain.layer(found, size).save(drawn, "PNG")
    at = across / size[0], down / size[1]
    return {
        "name": _named(term),
        "share": f"{found.total:+.3f}",
        "layer": images.data_uri(drawn.getvalue(), "image/png"),
        "against": bool(found.heat.min() < 0),
        "peak": None if level else list(at),
        "where": (
            "the same everywhere"
            if level
            else f"{'most against it' if minus else 'strongest'} {at[0]:.0%} from the left, {at[1]:.0%} from the top"
        ),
    }
