from __future__ import annotations

from pathlib import Path

from tests import colour_collection
from tests.ui import drawn
from tests.ui.conftest import Open


def test_home__numbers_of_the_collection(colours: Path, visit: Open) -> None:
    app = visit()
    assert not app.exception
    numbers = {metric.label: metric.value for metric in app.metric}
    assert (numbers["Pictures"], numbers["Captions"], numbers["Dimensions"]) == ("5", "8", "4")
    assert app.title[0].value == "The colours"
    assert len(drawn.cards(app)) == 5


def test_home__system_panel_tells_versions_and_threads(colours: Path, visit: Open) -> None:
    shown = visit().table[0].value.to_string()
    assert "torch" in shown
    assert "OMP" in shown
    assert "NUM" in shown


def test_home__shuffle_shows_others(db: Path, visit: Open) -> None:
    colour_collection.write(db, "colours", [("red", (f"red {i}",)) for i in range(60)])
    app = visit()
    before = [card["id"] for card in drawn.cards(app)]
    assert len(before) == 12
    app.button(key="shuffle-home").click().run()
    assert [card["id"] for card in drawn.cards(app)] != before


def test_home__collection_switch_is_in_the_address_and_kept(colours: Path, db: Path, visit: Open) -> None:
    colour_collection.write(db, "second", [("red", ("one red",))])
    app = visit()
    assert app.selectbox(key="collection_box").value == "colours"
    app.selectbox(key="collection_box").set_value("second").run()
    assert app.title[0].value == "The second"
    assert app.query_params["collection"] == "second"
    app.switch_page(drawn.BROWSE).run()
    assert len(drawn.cards(app)) == 1
    assert app.query_params["collection"] == "second"
    assert "collection=second" in drawn.cards(app)[0]["similar"]
    app.selectbox(key="collection_box").set_value("colours").run()
    assert "collection" not in app.query_params


def test_home__collection_from_the_address(colours: Path, db: Path, visit: Open) -> None:
    colour_collection.write(db, "second", [("red", ("one red",))])
    assert visit(collection="second").title[0].value == "The second"


def test_home__rebuilt_collection_is_picked_up(colours: Path, db: Path, visit: Open) -> None:
    app = visit()
    colour_collection.write(db, "colours", [("red", ("one red",))])
    app.run()
    assert app.metric[0].value == "1"
