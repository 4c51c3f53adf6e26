from __future__ import annotations

from typing import Any

import pytest
import streamlit as st

from core.ui import marks


@pytest.fixture
def heard() -> list[tuple[list[int], list[int]]]:
    return []


def tell(monkeypatch: pytest.MonkeyPatch, heard: list[Any], told: Any) -> None:
    """What the listener of the key "grid" makes of a message."""
    mark = marks.Mark((), lambda on, off: heard.append((list(on), list(off))))
    monkeypatch.setattr(st, "session_state", {"grid": {"kept": told}})
    marks.Marks(kept=mark).listeners("grid")["kept"]()


def test_marks__both_sides_of_a_message(monkeypatch: pytest.MonkeyPatch, heard: list[Any]) -> None:
    tell(monkeypatch, heard, {"on": ["3", "-4"], "off": ["5"]})
    assert heard == [([3, -4], [5])]


@pytest.mark.parametrize("told", [None, [], "x", 7])
def test_marks__no_message(monkeypatch: pytest.MonkeyPatch, heard: list[Any], told: Any) -> None:
    tell(monkeypatch, heard, told)
    assert heard == []


def test_marks__hostile_message(monkeypatch: pytest.MonkeyPatch, heard: list[Any]) -> None:
    tell(monkeypatch, heard, {"on": ["3", "<b>", None, 9, ["1"], "9" * 30], "off": {"1": 2}, "more": "x"})
    tell(monkeypatch, heard, {"on": ["1"] * 50_000})
    assert heard[0] == ([3], [])
    assert len(heard[1][0]) == 1000


def test_marks__data_of_the_cards_shown() -> None:
    star = marks.Mark({1, 2, 99}, print)
    assert marks.Marks(kept=star).data(["2", "3"]) == {"kept": ["2"]}
    assert marks.Marks(selected=marks.Mark((), print)).data(["2"]) == {"selected": []}
    assert marks.NONE.data(["2"]) == {}
    assert marks.NONE.listeners("grid") == {}
