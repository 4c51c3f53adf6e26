from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.facets.terms import Field
from core.ui import facet_panel
from core.ui import visit as ui_visit
from tests import colour_collection
from tests.ui import drawn
from tests.ui.conftest import Open


@pytest.fixture
def hundred(db: Path) -> Path:
    """A hundred pictures, four colours in turn."""
    colours = ("red", "green", "blue", "white")
    return colour_collection.write(
        db, "colours", [(colours[i % 4], (f"{colours[i % 4]} number {i}",)) for i in range(100)]
    )


def ids(app: object) -> list[str]:
    return [card["id"] for card in drawn.cards(app)]  # type: ignore[arg-type]


def test_browse__pages_of_48(hundred: Path, visit: Open) -> None:
    app = visit(drawn.BROWSE)
    assert not app.exception
    assert ids(app) == [str(number) for number in range(1, 49)]
    assert "100 pictures" in drawn.texts(app)


@pytest.mark.parametrize(("page", "first"), [("3", "97"), ("2", "49"), ("999", "97"), ("0", "1"), ("x", "1")])
def test_browse__page_is_linkable(hundred: Path, visit: Open, page: str, first: str) -> None:
    app = visit(drawn.BROWSE, page=page)
    assert not app.exception
    assert ids(app)[0] == first


def test_browse__filter_as_text(hundred: Path, visit: Open) -> None:
    app = visit(drawn.BROWSE, filter='category:red,blue NUMBER 8 -"number 80"')
    assert ids(app) == ["9", "83", "85", "87", "89"]
    app.text_input(key="filter").set_value("nothing").run()
    assert "No picture matches" in drawn.texts(app)


def test_browse__links_of_the_first_version(hundred: Path, visit: Open) -> None:
    app = visit(drawn.BROWSE, category=["red", "blue"], words="NUMBER 8", license="CC0")
    assert app.text_input(key="filter").value == "NUMBER 8 category:red,blue license:CC0"
    assert ids(app) == ["9", "81", "83", "85", "87", "89"]


def test_browse__a_filter_that_cannot_be_read_points_and_keeps_the_last_list(hundred: Path, visit: Open) -> None:
    app = visit(drawn.BROWSE, filter="category:red")
    app.text_input(key="filter").set_value("category:red -category:rde").run()
    assert not app.exception
    assert "near ones" in app.error[0].value
    assert app.code[0].value.splitlines() == ["category:red -category:rde", " " * 23 + "^"]
    assert ids(app)[:2] == ["1", "5"]


def choices(app: AppTest, field: str) -> dict[str, int]:
    groups = drawn.components(app, "facets")[0]["groups"]
    return {one["shown"]: one["pictures"] for group in groups if group["field"] == field for one in group["choices"]}


def test_browse__facets_with_live_counts(hundred: Path, visit: Open) -> None:
    app = visit(drawn.BROWSE)
    assert choices(app, "category") == {"red": 25, "green": 25, "blue": 25, "white": 25}
    assert choices(app, "license") == {"CC BY": 50, "CC0": 50}
    app.text_input(key="filter").set_value("license:CC0").run()
    assert choices(app, "category") == {"red": 25, "blue": 25}
    assert choices(app, "license") == {"CC BY": 50, "CC0": 50}


def test_facet_panel__a_choice_is_written_into_the_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)

    def choose(told: object) -> None:
        state["facets"] = {"choose": told}
        facet_panel._take("red -width>9", heard.append)

    choose({"field": "category", "values": ["dog", '"traffic light"'], "mode": "all"})
    choose({"field": "objects", "values": ["3..5", "11.."], "mode": "any"})
    assert facet_panel.of_all() == (Field.CATEGORY,)
    assert heard == ['red -width>=10 category:dog category:"traffic light"', "red -width>=10 objects:3..5,11.."]
    hostile: list[object] = [None, "x", {}, {"field": "os", "values": [], "mode": "any"}]
    hostile += [{"field": "category", "values": values, "mode": "any"} for values in ("dog", [")", 3])]
    for told in hostile:
        choose(told)
    assert len(heard) == 2


def test_browse__table(hundred: Path, visit: Open) -> None:
    app = visit(drawn.BROWSE, view="table", filter="number 99")
    (row,) = drawn.components(app, "table")[0]["rows"]
    assert row["cells"] == ["100", "white/100.png", "16 × 12", "0", "white", "white number 99", "CC BY"]
    app.session_state["browse-table"] = {"open": "100"}
    app.run()
    assert drawn.components(app, "detail")[0]["captions"][0]["text"] == "white number 99"


def select(app: AppTest, *ids: int) -> AppTest:
    """As if these had been ticked in the browser."""
    found = ui_visit._visits()[app.session_state["visit"]]["colours"]
    found.selected.update(dict.fromkeys(ids))
    return app.run()


def test_selection__is_counted_cleared_and_linked(hundred: Path, visit: Open) -> None:
    app = select(visit(drawn.BROWSE), 3, 1)
    assert "**2 selected**" in drawn.texts(app)
    links = {one["label"]: one["href"] for one in drawn.components(app, "acts")[0]["items"]}
    assert links == {
        "Search with them": "Text_Search?q=img%3A3+%2B+img%3A1&by=image",
        "Show on the map": "Embedding_Explorer?pick=3%2C1",
        "Only these": "Browse_Dataset?filter=id%3A3%2C1",
    }
    app.button(key="clear-selection").click().run()
    assert "selected**" not in drawn.texts(app)


def test_selection__of_many_has_no_search_and_no_long_address(hundred: Path, visit: Open) -> None:
    app = select(visit(drawn.BROWSE), *range(1, 18))
    items = drawn.components(app, "acts")[0]["items"]
    assert items[0] == {"label": "Search with them: at most 16", "href": ""}


def test_selection__is_sent_to_the_map(hundred: Path, visit: Open, look: Open) -> None:
    app = look(pick="3,1,9999,x")
    assert not app.exception
    assert ids(app) == ["3", "1"]
    app.button(key="unpick").click().run()
    assert ids(app) == []
    app = select(visit(drawn.BROWSE), 5, 6)
    app.switch_page(drawn.EXPLORER)
    app.query_params["pick"] = "selection"
    assert ids(app.run()) == ["5", "6"]


def test_browse__a_new_filter_starts_at_page_one(hundred: Path, visit: Open) -> None:
    app = visit(drawn.BROWSE, page="3")
    app.text_input(key="filter").set_value("number").run()
    assert ids(app)[0] == "1"


def test_browse__random_order_is_the_same_for_the_same_seed(hundred: Path, visit: Open) -> None:
    first = visit(drawn.BROWSE, order="random", seed="7")
    assert not first.exception
    assert ids(first) == ids(visit(drawn.BROWSE, order="random", seed="7"))
    assert ids(first) != ids(visit(drawn.BROWSE, order="random", seed="8"))
    before = ids(first)
    first.button(key="shuffle-browse").click().run()
    assert ids(first) != before
    assert first.query_params["seed"] == "8"


def test_browse__hostile_address(hundred: Path, visit: Open) -> None:
    app = visit(drawn.BROWSE, order="; drop", seed="-99999999999999999999999", filter="((((", open="nobody", page="-1")
    assert not app.exception
    assert [error.value[:22] for error in app.error] == ["there is nothing after"]


def test_browse__copied_link_opens_the_picture_once(hundred: Path, visit: Open) -> None:
    app = visit(drawn.BROWSE, open="7")
    assert drawn.components(app, "detail")[0]["captions"][0]["text"] == "blue number 6"
    app.run()
    assert not drawn.components(app, "detail")


def test_browse__copied_link_of_no_picture(hundred: Path, visit: Open) -> None:
    app = visit(drawn.BROWSE, open="12345")
    assert "12345" in app.error[0].value


def test_browse__missing_files_are_counted_once(hundred: Path, visit: Open, tmp_path: Path) -> None:
    for number in (1, 5):
        (tmp_path / "colours pictures" / "red" / f"{number}.png").unlink()
    app = visit(drawn.BROWSE)
    assert not app.exception
    assert len(app.warning) == 1
    assert app.warning[0].value.startswith("2 picture files are missing")
    assert [card["src"] is None for card in drawn.cards(app)].count(True) == 2
