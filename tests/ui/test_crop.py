"""A part of the picture searched with: chosen, in the query and its address, taken away."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.query import Crop
from core.ui import crop
from tests.ui import drawn
from tests.ui.conftest import Open
from tests.ui.test_image_search import png, upload

KEY = "query-crop"
PART = [0.1, 0.2, 0.5, 0.25]


def act(app: AppTest, **event: Any) -> AppTest:
    app.session_state[KEY] = event
    return app.run()


def shown(app: AppTest) -> dict[str, Any]:
    return drawn.components(app, "crop")[0]


def test_crop__of_a_picture_of_the_collection_is_in_the_address(colours: Path, visit: Open) -> None:
    app = act(visit(drawn.IMAGE, like="2"), apply=PART)
    assert not app.exception
    assert app.query_params["q"] == "img:2[0.1,0.2,0.5,0.25]"
    assert "like" not in app.query_params
    assert shown(app)["region"] == PART
    assert "2" not in [card["id"] for card in drawn.cards(app)]
    again = visit(drawn.IMAGE, q="img:2[0.1,0.2,0.5,0.25]")
    assert shown(again)["region"] == PART
    assert drawn.cards(again) == drawn.cards(app)


def test_crop__clear_is_the_whole_picture_again(colours: Path, visit: Open) -> None:
    app = act(visit(drawn.IMAGE, q="img:2[0.1,0.2,0.5,0.25]"), clear=True)
    assert not app.exception
    assert app.query_params["q"] == "img:2"
    assert shown(app)["region"] is None


def test_crop__of_an_upload_searches_by_it_and_stays_in_the_session(colours: Path, visit: Open) -> None:
    app = act(upload(visit(drawn.IMAGE), "mine.png", png("blue")), apply=PART)
    assert not app.exception
    assert drawn.cards(app)[0]["id"] == "3"
    assert shown(app)["region"] == PART
    assert "q" not in app.query_params
    assert "leaves out the pictures that you added" in drawn.texts(app)


def test_crop__only_the_part_is_looked_at(colours: Path, visit: Open) -> None:
    """Left half red, right half blue."""
    halves = Image.new("RGB", (40, 20), "red")
    halves.paste((0, 0, 255), (20, 0, 40, 20))
    encoded = io.BytesIO()
    halves.save(encoded, "PNG")
    app = upload(visit(drawn.IMAGE), "halves.png", encoded.getvalue())
    assert drawn.cards(act(app, apply=[0.6, 0.1, 0.3, 0.8]))[0]["id"] == "3"
    assert drawn.cards(act(app, apply=[0.1, 0.1, 0.3, 0.8]))[0]["id"] == "1"


@pytest.mark.parametrize(
    "sides",
    [
        [0, 0, 2, 1],
        [-1, 0, 0.5, 0.5],
        ["0", "0", "1", "1"],
        [0.1, 0.2],
        "<b>",
        [float("nan")] * 4,
        [0, 0, 1e-9, 1],
        [True] * 4,
        {"a": 1},
    ],
    ids=str,
)
def test_crop__what_is_no_part_is_ignored(colours: Path, visit: Open, sides: Any) -> None:
    app = act(visit(drawn.IMAGE, like="2"), apply=sides)
    assert not app.exception
    assert shown(app)["region"] is None


@pytest.mark.parametrize("typed", ["img:2[2,0,1,1]", "img:2[a,b,c,d]", "img:2[0,0,1", "img:2[0,0,0,0]"])
def test_crop__a_hostile_address_is_told(colours: Path, visit: Open, typed: str) -> None:
    app = visit(drawn.IMAGE, q=typed)
    assert not app.exception
    assert app.error
    assert "Something went wrong" not in drawn.texts(app)


def test_taken__the_whole_picture_is_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    events: dict[str, Any] = {"apply": [0, 0, 1, 1]}
    monkeypatch.setattr(crop.components, "fired", lambda key, event: events.get(event))
    assert crop.taken("any") == (None,)
    events["apply"] = PART
    assert crop.taken("any") == (Crop(*PART),)
    events.clear()
    assert crop.taken("any") is None
