"""Marks that a visitor sets on the cards of a list: a star (put aside) and a tick (selected).

The browser sends, for the cards it shows, which are marked and which are not. That is the whole truth about these
cards, so a message that is lost between two others loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.ui import links

if TYPE_CHECKING:
    Apply = Callable[[Sequence[int], Sequence[int]], None]

KINDS = ("kept", "selected")
_MAX_CARDS = 1000  # of one message; no list shows as many


@dataclass(frozen=True, slots=True)
class Mark:
    """One kind of mark: the image ids that have it now, and what to do with those that a visitor marked (first) and
    unmarked (second)."""

    on: Collection[int]
    apply: Apply


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks that a list offers; None for one it does not."""

    kept: Mark | None = None
    selected: Mark | None = None

    def data(self, keys: Sequence[str]) -> dict[str, list[str]]:
        """What the script is told: of each kind the `keys` (image ids as strings) that are marked."""
        told = {}
        for kind in KINDS:
            mark: Mark | None = getattr(self, kind)
            if mark is not None:
                marked = {str(image_id) for image_id in mark.on}
                told[kind] = [key for key in keys if key in marked]
        return told

    def listeners(self, key: str) -> dict[str, Callable[[], None]]:
        """What to call when the component `key` reports marks."""
        found: dict[str, Callable[[], None]] = {}
        for kind in KINDS:
            mark: Mark | None = getattr(self, kind)
            if mark is not None:
                found[kind] = partial(_take, key, kind, mark.apply)
        return found


NONE = Marks()


def _take(key: str, kind: str, apply: Apply) -> None:
    told = st.session_state[key].get(kind)
    if isinstance(told, dict):
        apply(_ids(told.get("on")), _ids(told.get("off")))


def _ids(told: Any) -> list[int]:
    """Image ids out of a message; whatever else is in it is passed over."""
    if not isinstance(told, list):
        return []
    numbers = (links.integer(one) for one in told[:_MAX_CARDS] if isinstance(one, str))
    return [number for number in numbers if number is not None]
