"""The dialog of one picture: its score, and why it was found."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import errors
from core.collection import Collection
from core.ui import detail
from tests.ui import drawn
from tests.ui.conftest import Open

GRID = "text-search-grid"


def opened(app: AppTest, image_id: str = "1") -> AppTest:
    app.session_state[GRID] = {"open": image_id}
    return app.run()


def ask(app: AppTest, wanted: str, image_id: str = "1") -> AppTest:
    """A button of the dialog; the card is opened in the same run, since a test runs no fragment by itself."""
    app.session_state[detail.KEY] = {"why": wanted}
    return opened(app, image_id)


def shown(app: AppTest) -> dict[str, Any]:
    return drawn.components(app, "detail")[0]


def test_detail__score_by_side(colours: Path, visit: Open) -> None:
    data = shown(opened(visit(drawn.TEXT, q="red")))
    rows = data["score"]["rows"]
    assert [row["name"] for row in rows] == ["by image", "by caption", "by words"]
    assert sum(row["size"] for row in rows) == pytest.approx(float(data["score"]["total"]), abs=6e-4)
    assert data["explains"]
    assert data["why"] is None


def test_detail__why_shows_a_map_for_each_term(colours: Path, visit: Open) -> None:
    app = ask(visit(drawn.TEXT, q="red - 0.5*blue"), "why")
    assert not app.exception
    why = shown(app)["why"]
    assert [term["name"] for term in why["terms"]] == ["red", "− 0.5 × blue"]
    assert all(term["layer"].startswith("data:image/png;base64,") for term in why["terms"])
    assert why["said"].startswith("Not exact: 8 × 8 places, what is lost when a part of the picture is covered")
    assert not why["can_be_finer"]
    told = re.search(r"Score of the picture: ([\d.]+\d)", why["said"])
    assert told is not None
    assert sum(float(term["share"]) for term in why["terms"]) == pytest.approx(float(told[1]), abs=2e-3)


def test_detail__an_error_is_a_message(colours: Path, visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise errors.PictureError("the picture 1 (<b>red</b>) cannot be read: it is gone")

    monkeypatch.setattr(Collection, "explain", refuse)
    app = ask(visit(drawn.TEXT, q="red"), "why")
    assert not app.exception
    assert shown(app)["why"]["error"] == "the picture 1 (<b>red</b>) cannot be read: it is gone"


def test_detail__an_unexpected_error_has_an_id_and_no_traceback(
    colours: Path, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Collection, "explain", lambda *_, **__: 1 / 0)
    app = ask(visit(drawn.TEXT, q="red"), "why")
    assert not app.exception
    assert "ZeroDivisionError" in drawn.texts(app)
    assert "could not be explained" in shown(app)["why"]["error"]


def test_detail__nothing_to_explain_without_a_query(colours: Path, visit: Open) -> None:
    data = shown(visit(drawn.BROWSE, open="2"))
    assert not data["explains"]
    assert data["score"] is None
    assert {fact["name"] for fact in data["facts"]} >= {"File", "Id", "Size", "Licence"}


@pytest.mark.parametrize("wanted", ["<script>", 7, None, ["why"]])
def test_detail__other_events_ask_nothing(colours: Path, visit: Open, wanted: Any) -> None:
    assert shown(ask(visit(drawn.TEXT, q="red"), wanted))["why"] is None


def test_detail__a_part_leads_to_image_search(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="red")
    app.session_state[detail.KEY] = {"part": True}
    data = drawn.components(opened(app), "crop")[0]
    assert data["href"] == "Image_Search?q=img%3A1%5BPART%5D"
