"""What a button sets off may be refused: the reason waits here for the run that follows, and is drawn beside the
button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core import errors
from core.ui import states


def make(place: str, work: Callable[..., object], *arguments: Any, **more: Any) -> bool:
    """Carry out `work`, for `on_click`; False when it was refused, which `draw` of the same `place` then says."""
    try:
        work(*arguments, **more)
    except errors.CocoLensError as error:
        st.session_state[_key(place)] = error
        return False
    return True


def on_click(place: str, work: Callable[..., object], *arguments: Any, **more: Any) -> None:
    """`make`, as a button calls it."""
    make(place, work, *arguments, **more)


def draw(place: str) -> None:
    """Why the last attempt at this place was refused, once; nothing otherwise."""
    fault = st.session_state.pop(_key(place), None)
    if fault is not None:
        states.show(fault)


def _key(place: str) -> str:
    return f"_refused_{place}"
