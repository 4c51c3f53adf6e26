from __future__ import annotations

from pathlib import Path

from tests.ui import drawn
from tests.ui.conftest import Open

EVERYTHING = {"selection": {"brush": {"x": [-9, 9], "y": [-9, 9]}}}


def test_explorer__map_without_a_region(colours: Path, visit: Open) -> None:
    app = visit(drawn.EXPLORER)
    assert not app.exception
    assert app.get("vega_lite_chart")
    assert "Drag a rectangle" in drawn.texts(app)


def test_explorer__region_shows_its_pictures(colours: Path, visit: Open) -> None:
    app = visit(drawn.EXPLORER)
    app.session_state["map"] = EVERYTHING
    app.run()
    assert not app.exception
    assert len(drawn.cards(app)) == 5
    assert "5 pictures in this region" in drawn.texts(app)


def test_explorer__region_of_one_side(colours: Path, visit: Open) -> None:
    app = visit(drawn.EXPLORER)
    found = []
    for brush in ({"x": [-9, 0], "y": [-9, 9]}, {"x": [9, 0], "y": [9, -9]}):
        app.session_state["map"] = {"selection": {"brush": brush}}
        app.run()
        found.append({card["id"] for card in drawn.cards(app)})
    assert found[0] | found[1] == {"1", "2", "3", "4", "5"}
    assert not found[0] & found[1]


def test_explorer__star_and_colouring_from_the_address(colours: Path, visit: Open) -> None:
    app = visit(drawn.EXPLORER, star="red", colour="caption length")
    assert not app.exception
    assert app.text_input(key="star").value == "red"
    assert "a star is seldom inside a cloud" in drawn.texts(app)


def test_explorer__hostile_address(colours: Path, visit: Open) -> None:
    app = visit(drawn.EXPLORER, star="<script>alert(1)</script>", colour="../..")
    assert not app.exception
    assert not app.error
