from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core import remote
from core.errors import PictureError
from tests import colour_encoder
from tests.ui import drawn
from tests.ui.conftest import Open


def png(colour: str, size: tuple[int, int] = (30, 20)) -> bytes:
    encoded = io.BytesIO()
    colour_encoder.picture(colour, size).save(encoded, "PNG")
    return encoded.getvalue()


def upload(app: AppTest, name: str, encoded: bytes) -> AppTest:
    return app.file_uploader[0].upload(name, encoded).run()


def test_image_search__no_picture_says_what_to_do(colours: Path, visit: Open) -> None:
    app = visit(drawn.IMAGE)
    assert not app.exception
    assert "Show me a picture" in drawn.texts(app)
    assert not drawn.components(app, "crop")


def test_image_search__like_leaves_the_picture_itself_out(colours: Path, visit: Open) -> None:
    app = visit(drawn.IMAGE, like="2")
    assert not app.exception
    shown = [card["id"] for card in drawn.cards(app)]
    assert len(shown) == 4
    assert "2" not in shown
    assert drawn.components(app, "crop")[0]["title"] == "Picture 2 of this collection"
    assert drawn.components(app, "captions")[0]["items"][0]["text"] in ("a green field", "so green")


def test_image_search__by_things_says_what_both_show(colours: Path, visit: Open) -> None:
    app = upload(visit(drawn.IMAGE, by="things"), "mine.png", png("blue"))
    assert not app.exception
    assert (drawn.cards(app)[0]["id"], drawn.cards(app)[0]["source"]) == ("3", "blue")
    app = visit(drawn.IMAGE, like="2", by="things")  # the model is needed although the picture has its vector
    assert not app.exception
    assert len(drawn.cards(app)) == 4


def test_text_alone__is_not_ranked_by_things(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="red", by="things")
    assert not app.exception
    assert drawn.cards(app)[0]["source"] in ("caption", "several")


@pytest.mark.parametrize("like", ["99999", "-1", "9" * 40, "1; drop table", "", "1.5", "<b>", "٢"])
def test_image_search__hostile_like_is_an_error_or_nothing(colours: Path, visit: Open, like: str) -> None:
    app = visit(drawn.IMAGE, like=like)
    assert not app.exception
    assert not drawn.cards(app)
    assert "Something went wrong" not in drawn.texts(app)


def test_image_search__unknown_picture_is_named(colours: Path, visit: Open) -> None:
    assert "no picture with image\\_id 99999" in drawn.texts(visit(drawn.IMAGE, like="99999"))


def test_image_search__upload_finds_its_colour(colours: Path, visit: Open) -> None:
    app = upload(visit(drawn.IMAGE), "mine.png", png("blue"))
    assert not app.exception
    assert drawn.cards(app)[0]["id"] == "3"
    assert drawn.components(app, "crop")[0]["title"] == "Uploaded picture"
    assert "only in your session" in drawn.texts(app)


def test_image_search__upload_is_shrunk_and_let_go(colours: Path, visit: Open) -> None:
    app = upload(visit(drawn.IMAGE), "mine.png", png("blue", (3000, 2000)))
    kept = drawn.given(app)[0].subject.picture
    assert max(Image.open(io.BytesIO(kept)).size) == 1280
    assert app.file_uploader[0].value is None


@pytest.mark.parametrize(
    ("encoded", "said"),
    [(b"not a picture at all", "cannot be read"), (b"", "cannot be read"), (b"x" * 20_000_001, "too large")],
    ids=["text", "empty", "21 MB"],
)
def test_image_search__bad_upload_is_told_and_forgotten(colours: Path, visit: Open, encoded: bytes, said: str) -> None:
    app = upload(visit(drawn.IMAGE), "mine.png", encoded)
    assert not app.exception
    assert said in app.error[0].value
    assert not drawn.cards(app)
    assert not app.run().error


def test_image_search__upload_takes_the_place_of_like(colours: Path, visit: Open) -> None:
    app = visit(drawn.IMAGE, like="2")
    app.segmented_control(key="picture_use").set_value("Search with it instead")
    upload(app, "mine.png", png("red"))
    assert drawn.cards(app)[0]["id"] == "1"
    assert "like" not in app.query_params
    app.button(key="clear-picture").click().run()
    assert not drawn.cards(app)


def mix(app: AppTest, text: str) -> AppTest:
    return app.text_input(key="q").set_value(text).run()


def test_image_search__a_text_is_mixed_into_an_upload(colours: Path, visit: Open) -> None:
    app = upload(visit(drawn.IMAGE), "mine.png", png("red"))
    alone = [card["score"] for card in drawn.cards(app)]
    mix(app, "blue")
    assert not app.exception
    assert {card["id"] for card in drawn.cards(app)[:2]} == {"1", "3"}
    mix(app, "")
    assert [card["score"] for card in drawn.cards(app)] == alone


@pytest.mark.parametrize("address", [{"like": "2"}, {"sample": "photo-flower"}], ids=["like", "sample"])
def test_image_search__the_text_is_in_the_address(colours: Path, visit: Open, address: dict[str, str]) -> None:
    plain = drawn.cards(visit(drawn.IMAGE, **address))
    app = visit(drawn.IMAGE, q="blue", **address)
    assert not app.exception
    assert app.text_input(key="q").value == "blue"
    shown = drawn.cards(app)
    assert shown[0]["id"] == "3"
    assert sorted(card["id"] for card in shown) == sorted(card["id"] for card in plain)
    assert [card["score"] for card in shown] != [card["score"] for card in plain]


def test_image_search__hostile_text_is_cleaned(colours: Path, visit: Open) -> None:
    app = visit(drawn.IMAGE, like="2", q="<script>\x00\n" + "blue " * 3000)
    assert not app.exception
    assert "Something went wrong" not in drawn.texts(app)
    assert len(app.text_input(key="q").value) <= 2000
    assert len(drawn.cards(app)) == 4
    assert "longer than the model reads" in drawn.texts(app)


def test_image_search__another_picture_begins_again(colours: Path, visit: Open) -> None:
    app = visit(drawn.IMAGE, like="2", q="blue")
    app.button(key="clear-picture").click().run()
    assert not app.exception
    assert not drawn.cards(app)
    assert {"like", "q"}.isdisjoint(app.query_params)
    upload(app, "mine.png", png("red"))
    assert app.text_input(key="q").value == ""
    app.button(key="query-Undo").click().run()
    app.button(key="query-Undo").click().run()
    assert app.text_input(key="q").value == "img:2 + blue"


def test_image_search__a_text_query_is_not_mixed_in(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="blue", by="caption")
    app.switch_page(drawn.IMAGE).run()
    assert not drawn.cards(app)
    upload(app, "mine.png", png("red"))
    assert app.text_input(key="q").value == ""
    assert app.segmented_control(key="by").value == "image"
    app.switch_page(drawn.TEXT).run()
    assert app.text_input(key="q").value == "blue"
    assert app.segmented_control(key="by").value == "caption"
    assert not drawn.given(app)


def test_image_search__sample_is_in_the_address(colours: Path, visit: Open) -> None:
    app = visit(drawn.IMAGE, sample="photo-flower")
    assert not app.exception
    assert drawn.components(app, "crop")[0]["title"] == "Sample: Flower (photo)"
    assert len(drawn.cards(app)) == 5


def test_image_search__samples_can_be_chosen(colours: Path, visit: Open) -> None:
    app = visit(drawn.IMAGE)
    app.segmented_control(key="source").set_value("Samples").run()
    assert {"photo-temple", "photo-flower"} <= {card["id"] for card in drawn.cards(app)}


def test_image_search__unknown_sample_is_dropped(colours: Path, visit: Open) -> None:
    app = visit(drawn.IMAGE, sample="../../etc/passwd")
    assert not app.exception
    assert not drawn.components(app, "crop")


def test_image_search__filters_apply(colours: Path, visit: Open) -> None:
    app = visit(drawn.IMAGE, like="2", category="white")
    assert [card["id"] for card in drawn.cards(app)] == ["4"]


def test_image_search__query_survives_a_page_switch(colours: Path, visit: Open) -> None:
    app = mix(visit(drawn.IMAGE, like="2"), "blue")
    app.switch_page(drawn.TEXT).run()
    app.switch_page(drawn.IMAGE).run()
    assert len(drawn.cards(app)) == 4
    assert app.query_params["like"] == "2"
    assert app.text_input(key="q").value == "blue"


def test_image_search__address_only_where_switched_on(
    colours: Path, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Address" not in visit(drawn.IMAGE).segmented_control(key="source").options
    monkeypatch.setenv("COCO_LENS_URL_QUERIES", "1")
    import streamlit as st

    st.cache_resource.clear()
    monkeypatch.setattr(remote, "fetch_picture", lambda address: png("yellow"))
    app = visit(drawn.IMAGE)
    app.segmented_control(key="source").set_value("Address").run()
    app.text_input(key="picture_address").set_value("https://example.org/a.png").run()
    assert not app.exception
    assert drawn.cards(app)[0]["id"] == "5"


def test_image_search__refused_address_is_told(colours: Path, visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCO_LENS_URL_QUERIES", "1")

    def refuse(address: str) -> bytes:
        raise PictureError("the address leads to a private network")

    monkeypatch.setattr(remote, "fetch_picture", refuse)
    app = visit(drawn.IMAGE)
    app.segmented_control(key="source").set_value("Address").run()
    app.text_input(key="picture_address").set_value("http://10.0.0.1/").run()
    assert "private network" in app.error[0].value
