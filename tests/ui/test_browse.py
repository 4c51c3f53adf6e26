from __future__ import annotations

from pathlib import Path

import pytest

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


def test_browse__category_and_words(hundred: Path, visit: Open) -> None:
    app = visit(drawn.BROWSE, category="red", words="NUMBER 8")
    assert ids(app) == ["9", "81", "85", "89"]
    app.text_input(key="words").set_value("nothing").run()
    assert "No picture matches" in drawn.texts(app)


def test_browse__a_new_filter_starts_at_page_one(hundred: Path, visit: Open) -> None:
    app = visit(drawn.BROWSE, page="3")
    app.text_input(key="words").set_value("number").run()
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
    app = visit(drawn.BROWSE, order="; drop", seed="-99999999999999999999999", words="((((", open="nobody", page="-1")
    assert not app.exception
    assert not app.error


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
