from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui import drawn
from tests.ui.conftest import Open


def test_text_search__no_query_offers_samples(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT)
    assert not app.exception
    assert not drawn.cards(app)
    assert "Describe what you are looking for" in drawn.texts(app)
    assert len(app.pills(key="sample").options) >= 2


def test_text_search__deep_link_on_a_first_visit(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="red", k="6", by="caption")
    assert not app.exception
    assert app.text_input(key="q").value == "red"
    assert app.slider(key="k").value == 6
    assert app.get("button_group")
    first = drawn.cards(app)[0]
    assert (first["id"], first["text"], first["source"]) == ("1", "a red bus", "caption")
    assert first["score"] == "1.000"
    assert first["src"].startswith("data:image/webp;base64,")
    assert first["similar"] == "Image_Search?like=1&k=6"


def test_text_search__summary_tells_count_and_times(colours: Path, visit: Open) -> None:
    summary = drawn.texts(visit(drawn.TEXT, q="red"))
    assert "5 of 5 pictures" in summary
    assert "encoded in" in summary
    assert "searched in" in summary


@pytest.mark.parametrize("k", ["999999999999999999999", "-5", "abc", "12.5", "", "NaN", "1e9", "٣"])
def test_text_search__hostile_k_is_clamped_or_ignored(colours: Path, visit: Open, k: str) -> None:
    app = visit(drawn.TEXT, q="red", k=k)
    assert not app.exception
    assert 6 <= app.slider(key="k").value <= 120


def test_text_search__large_k_is_clamped(colours: Path, visit: Open) -> None:
    assert visit(drawn.TEXT, q="red", k="5000").slider(key="k").value == 120
    assert visit(drawn.TEXT, q="red", k="1").slider(key="k").value == 6


def test_text_search__hostile_address_values_are_dropped(colours: Path, visit: Open) -> None:
    app = visit(
        drawn.TEXT, q="red\x00\n" + "x" * 9000, by="'; drop", category=["red", "<b>no</b>"], collection="../../etc"
    )
    assert not app.exception
    assert app.multiselect(key="category").value == ["red"]
    assert [card["id"] for card in drawn.cards(app)] == ["1"]
    assert "no collection of the name" in drawn.texts(app)


def test_text_search__sample_goes_into_the_box(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT)
    sample = app.pills(key="sample").options[0]
    app.pills(key="sample").set_value(sample).run()
    assert app.text_input(key="q").value == sample.replace("\\", "")
    assert drawn.cards(app)
    assert app.query_params["q"] == sample


def test_text_search__recent_queries_are_offered_again(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="red")
    app.text_input(key="q").set_value("blue").run()
    assert app.pills(key="recent").options == ["red"]
    app.pills(key="recent").set_value("red").run()
    assert app.text_input(key="q").value == "red"


def test_text_search__filters_and_k_work_together(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="red", category=["blue", "green"])
    assert {card["id"] for card in drawn.cards(app)} == {"2", "3"}
    assert "of 2 pictures" in drawn.texts(app)
    app.multiselect(key="category").set_value([]).run()
    app.text_input(key="file").set_value("yellow/").run()
    assert [card["id"] for card in drawn.cards(app)] == ["5"]
    app.text_input(key="file").set_value("").run()
    app.multiselect(key="license").set_value(["CC0"]).run()
    assert {card["id"] for card in drawn.cards(app)} == {"1", "3", "5"}


def test_text_search__nothing_passes_the_filters(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="red", file="no such file")
    assert not app.exception
    assert "No picture matches" in drawn.texts(app)


def test_text_search__long_text_is_noted(colours: Path, visit: Open) -> None:
    assert "longer than the model reads" in drawn.texts(visit(drawn.TEXT, q="red " * 30))
    assert "longer than the model reads" not in drawn.texts(visit(drawn.TEXT, q="red"))


def test_text_search__markdown_in_captions_stays_text(colours: Path, visit: Open) -> None:
    cards = drawn.cards(visit(drawn.TEXT, q="yellow"))
    assert cards[0]["text"] in ("<b>yellow</b>", "=a yellow sun")


def test_text_search__choices_survive_a_page_switch(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="red", k="12")
    app.switch_page(drawn.BROWSE).run()
    assert app.slider(key="k").value == 12
    app.switch_page(drawn.TEXT).run()
    assert app.text_input(key="q").value == "red"
    assert drawn.cards(app)[0]["id"] == "1"


def test_text_search__slow_model_turns_live_typing_off(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="red")
    assert app.toggle(key="live").value is True
    app.session_state["encode_seconds"] = 0.4
    app.run()
    assert app.toggle(key="live").value is False
    app.toggle(key="live").set_value(True).run()
    app.session_state["encode_seconds"] = 0.4
    app.run()
    assert app.toggle(key="live").value is True


def test_text_search__open_shows_the_dialog(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="red")
    app.session_state["text-search-grid"] = {"open": "1"}
    app.run()
    assert not app.exception
    detail = drawn.components(app, "detail")[0]
    assert detail["captions"][0] == {"text": "a red bus", "best": True}
    assert {"name": "Licence", "value": "CC0", "href": ""} in detail["facts"]
    assert detail["permalink"] == "Browse_Dataset?open=1"
    assert [button.disabled for button in app.button if button.label in ("Previous", "Next")] == [True, False]
