from __future__ import annotations

import io
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.ui import shelf
from tests import colour_collection, colour_encoder
from tests.ui import drawn
from tests.ui.conftest import Open


def put_aside(app: AppTest, grid: str, image_id: str) -> AppTest:
    """Open a picture of a grid and press the button of its dialog."""
    app.session_state[grid] = {"open": image_id}
    app.run()
    return app.button(key="detail-shelf").click().run()


def shelved(app: AppTest) -> list[tuple[str, str]]:
    return [(card["id"], card["source"]) for card in drawn.cards(app.switch_page(drawn.SHELF).run())]


def test_shelf__empty(colours: Path, visit: Open) -> None:
    app = visit(drawn.SHELF)
    assert not app.exception
    assert "Nothing is on the shelf" in drawn.texts(app)
    assert "Nothing was searched yet" in drawn.texts(app)


def test_shelf__keeps_hits_with_their_query_across_pages(colours: Path, visit: Open) -> None:
    app = put_aside(visit(drawn.TEXT, q="blue"), "text-search-grid", "3")
    app.switch_page(drawn.BROWSE).run()
    put_aside(app, "browse-grid", "1")
    assert shelved(app) == [("1", ""), ("3", "blue")]
    assert not app.exception


def test_shelf__the_button_takes_it_off_again(colours: Path, visit: Open) -> None:
    app = put_aside(visit(drawn.TEXT, q="blue"), "text-search-grid", "3")
    app.session_state["text-search-grid"] = {"open": "3"}
    app.run()
    assert app.button(key="detail-shelf").label == "On the shelf"
    app.button(key="detail-shelf").click().run()
    assert shelved(app) == []


def test_shelf__clear_and_put_back(colours: Path, visit: Open) -> None:
    app = put_aside(visit(drawn.TEXT, q="blue"), "text-search-grid", "3")
    app.switch_page(drawn.SHELF).run()
    app.button(key="clear-shelf").click().run()
    assert not drawn.cards(app)
    app.button(key="put-back").click().run()
    assert [card["id"] for card in drawn.cards(app)] == ["3"]


def test_shelf__of_each_collection_its_own(colours: Path, db: Path, visit: Open) -> None:
    colour_collection.write(db, "others")
    app = put_aside(visit(drawn.TEXT, q="blue"), "text-search-grid", "3")
    app.query_params["collection"] = "others"
    assert shelved(app) == []
    app.selectbox(key="collection_box").set_value("colours").run()
    assert [card["id"] for card in drawn.cards(app)] == ["3"]


def test_shelf__is_bounded(colours: Path, visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MAX_KEPT", 1)
    app = put_aside(visit(drawn.TEXT, q="blue"), "text-search-grid", "3")
    put_aside(app, "text-search-grid", "1")
    assert "The shelf holds 1 pictures" in app.toast[0].value
    assert [image_id for image_id, _ in shelved(app)] == ["3"]


def recent(app: AppTest) -> list[dict[str, str]]:
    found = drawn.components(app, "recent")
    return found[0]["items"] if found else []


def test_recent__queries_with_what_they_found(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="blue", k="6", license="CC0")
    app.text_input(key="q").set_value("red").run()
    app.switch_page(drawn.SHELF).run()
    assert [one["text"] for one in recent(app)] == ["red", "blue"]
    assert recent(app)[1]["href"] == "Text_Search?q=blue&by=fused&license=CC0&k=6"
    assert recent(app)[1]["note"] == "3 of 3 pictures by fused"


def test_recent__asked_again_moves_to_the_front_and_typing_leaves_one(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="re")
    for text in ("red", "blue", "red"):
        app.text_input(key="q").set_value(text).run()
    assert [one["text"] for one in recent(app.switch_page(drawn.SHELF).run())] == ["red", "blue"]
    app.button(key="forget").click().run()
    assert recent(app) == []


def test_recent__picture_of_the_collection_and_upload(colours: Path, visit: Open) -> None:
    app = visit(drawn.IMAGE, q="img:2 + blue")
    app.switch_page(drawn.IMAGE).run()
    app.button(key="clear-picture").click().run()
    encoded = io.BytesIO()
    colour_encoder.picture("red", (40, 30)).save(encoded, "PNG")
    app.file_uploader[0].upload("red.png", encoded.getvalue()).run()
    app.switch_page(drawn.SHELF).run()
    assert not app.exception
    own, like = recent(app)
    assert (own["text"], own["href"]) == ("Uploaded picture", "")
    assert "your own picture" in own["note"]
    assert like["href"] == "Image_Search?q=img%3A2+%2B+blue&by=image"
    assert app.button(key="again-with-picture").label == "Search with my picture again"
