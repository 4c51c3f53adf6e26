"""Composed queries on the search pages: chips, steps back, hits as terms, copies, what hits have in common, more."""

from __future__ import annotations

import io
import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import cli, config
from tests import colour_collection, colour_encoder
from tests.ui import drawn
from tests.ui.conftest import Open

SEARCHES = (drawn.TEXT, drawn.IMAGE)


def box(app: AppTest) -> str:
    return str(app.text_input(key="q").value)


def report(app: AppTest, key: str, event: str, value: object) -> AppTest:
    """What a component would report."""
    app.session_state[key] = {event: value}
    return app.run()


def change(app: AppTest, at: int, weight: float | None, page: str = "text-search") -> AppTest:
    of = drawn.components(app, "chips")[0]["of"]
    return report(app, f"{page}-chips", "change", {"of": of, "at": at, "weight": weight})


def button(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def upload(app: AppTest, colour: str) -> AppTest:
    encoded = io.BytesIO()
    colour_encoder.picture(colour, (30, 20)).save(encoded, "PNG")
    return app.file_uploader[0].upload("mine.png", encoded.getvalue()).run()


@pytest.mark.parametrize("page", SEARCHES)
def test_query__the_whole_of_it_is_in_the_address(colours: Path, visit: Open, page: str) -> None:
    app = visit(page, q="2*red - img:3 + 0.5*img:2[0,0,0.5,1]", by="image")
    assert not app.exception
    chips = drawn.components(app, "chips")[0]["items"]
    assert [(chip["label"], chip["weight"]) for chip in chips] == [("red", 2), ("img:3", -1), ("img:2, part", 0.5)]
    assert [chip["src"] is not None for chip in chips] == [False, True, True]
    cards = drawn.cards(app)
    assert cards[0]["id"] == "1"
    assert {"2", "3"}.isdisjoint(card["id"] for card in cards)  # its own pictures are left out


def test_query__a_lone_text_has_no_chips(colours: Path, visit: Open) -> None:
    assert not drawn.components(visit(drawn.TEXT, q="red"), "chips")
    assert drawn.components(visit(drawn.TEXT, q="- red"), "chips")


def test_query__shares_add_up_to_the_score(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="2*red - blue", by="fused")
    gallery = drawn.components(app, "gallery")[0]
    assert gallery["terms"] == ["red", "blue"]
    for card in gallery["items"]:
        assert len(card["shares"]) == 2
        assert sum(card["shares"]) == pytest.approx(float(card["score"]), abs=0.0007)
        assert sum(max(0, share) for share in card["shares"]) <= gallery["above"] + 1e-9
        assert sum(max(0, -share) for share in card["shares"]) <= gallery["below"] + 1e-9
    report(app, "text-search-grid", "open", "1")
    table = drawn.components(app, "shares")[0]
    assert table["sides"] == ["image", "caption", "words"]
    assert [row["label"] for row in table["rows"]] == ["red", "blue"]
    assert sum(float(row["share"]) for row in table["rows"]) == pytest.approx(float(table["score"]), abs=2e-4)
    assert sum(map(float, table["totals"])) == pytest.approx(float(table["score"]), abs=2e-4)


def test_chips__weight_sign_and_removal(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="red + blue")
    assert box(change(app, 1, -2.5)) == "red - 2.5*blue"
    assert app.query_params["q"] == "red - 2.5*blue"
    assert box(change(app, 0, None)) == "- 2.5*blue"
    assert box(change(app, 0, None)) == ""
    assert not drawn.cards(app)
    assert not app.exception


@pytest.mark.parametrize(
    "value", ["x", None, {"at": 7, "weight": 2}, {"at": "0", "weight": 2}, {"at": 0, "weight": "2"}, {"at": -1}]
)
def test_chips__odd_reports_change_nothing(colours: Path, visit: Open, value: Any) -> None:
    app = visit(drawn.TEXT, q="red + blue")
    if isinstance(value, dict):
        value["of"] = drawn.components(app, "chips")[0]["of"]
    report(app, "text-search-chips", "change", value)
    assert not app.exception
    assert box(app) == "red + blue"


def test_chips__those_of_another_query_change_nothing(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="red + blue")
    report(app, "text-search-chips", "change", {"of": "red", "at": 0, "weight": None})
    assert box(app) == "red + blue"


def test_chips__a_weight_out_of_bounds_is_told(colours: Path, visit: Open) -> None:
    app = change(visit(drawn.TEXT, q="red + blue"), 0, 5000)
    assert "5000" in app.error[0].value
    assert box(app) == "red + blue"


def test_steps__back_and_forth(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="red")
    assert not [one for one in app.button if one.key == "query-Undo"]
    for typed in ("r", "re", "red + blue", "red + blue - gre", "red + blue - green"):
        app.text_input(key="q").set_value(typed).run()
    assert box(button(app, "query-Undo")) == "red + blue"
    assert box(button(app, "query-Undo")) == "re"  # the last letters before another term came
    assert box(button(app, "query-Redo")) == "red + blue"
    change(app, 0, 3)
    assert box(app) == "3*red + blue"
    assert app.button(key="query-Redo").disabled
    assert box(button(app, "query-Undo")) == "red + blue"


@pytest.mark.parametrize(("event", "typed"), [("more", "red + img:3"), ("less", "red - img:3")])
def test_hits__more_and_less_like_one(colours: Path, visit: Open, event: str, typed: str) -> None:
    app = visit(drawn.TEXT, q="red", by="image", category=["red", "blue", "green"])
    before = [card["id"] for card in drawn.cards(app)]
    assert all(card["steer"] for card in drawn.cards(app))
    report(app, "text-search-grid", event, "3")
    assert not app.exception
    assert box(app) == typed
    assert (app.query_params["q"], app.query_params["by"]) == (typed, "image")
    assert {card["id"] for card in drawn.cards(app)} == set(before) - {"3"}


def test_hits__on_a_page_that_a_link_opened(colours: Path, visit: Open) -> None:
    app = report(visit(drawn.IMAGE, like="2"), "image-search-grid", "less", "4")
    assert box(app) == "img:2 - img:4"
    assert "like" not in app.query_params
    assert drawn.components(app, "crop")[0]["title"] == "Picture 2 of this collection"


@pytest.mark.parametrize("value", ["999", "x", 7, "1; drop", None])
def test_hits__odd_ids_are_told_or_ignored(colours: Path, visit: Open, value: object) -> None:
    app = report(visit(drawn.TEXT, q="red"), "text-search-grid", "more", value)
    assert not app.exception
    assert "Something went wrong" not in drawn.texts(app)
    assert drawn.cards(app)


def test_hits__more_from_the_dialog(colours: Path, visit: Open) -> None:
    app = report(visit(drawn.TEXT, q="red"), "text-search-grid", "open", "3")
    button(app, "detail-More like this")
    assert not app.exception
    assert box(app) == "red + img:3"


@pytest.mark.parametrize(
    ("typed", "problem", "caret"),
    [
        ("red + - blue", "has no term before it", "  red + - blue\n        ^"),
        ("red + img:99", "no picture with image\\_id 99", "  red + img:99\n        ^"),
        ("red + img:", "needs the id", "  red + img:\n            ^"),
        ("file:/etc/passwd + red", "opens no file\\: terms", "  file:/etc/passwd + red\n  ^"),
        ('red + "blue', "not closed", '  red + "blue\n        ^'),
    ],
)
def test_error__points_at_the_place(colours: Path, visit: Open, typed: str, problem: str, caret: str) -> None:
    app = visit(drawn.TEXT, q=typed)
    assert not app.exception
    assert problem in app.error[0].value
    assert caret in [code.value for code in app.code]
    assert not drawn.cards(app)
    assert box(app) == typed


def test_error__no_file_of_an_address_is_opened(
    colours: Path, visit: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    colour_encoder.picture("blue").save(tmp_path / "secret.png")
    opened: list[str] = []
    monkeypatch.setattr("core.query_vectors._open_file", lambda path, side: opened.append(str(path)))
    for page in SEARCHES:
        app = visit(page, q=f"FILE:{tmp_path}/secret.png + red")
        assert not app.exception
        assert "python \\-m core search colours" in app.error[0].value
        assert not drawn.cards(app)
    assert not opened


def test_error__the_last_result_stands_until_the_query_can_be_read(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="red")
    app.text_input(key="q").set_value("red +").run()
    assert app.error
    assert drawn.cards(app)[0]["id"] == "1"
    assert "still what was found for red" in drawn.texts(app)
    assert box(button(app, "query-literal")) == '"red +"'
    assert not app.error
    assert drawn.cards(app)


def test_negation__is_offered_as_a_minus_term(colours: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="red without blue")
    assert box(button(app, "query-minus")) == "red - blue"
    assert not [one for one in app.button if one.key == "query-minus"]


def test_given__an_upload_beside_words_on_text_search(colours: Path, visit: Open) -> None:
    app = upload(visit(drawn.TEXT, q="red - green", by="image"), "blue")
    assert not app.exception
    assert box(app) == "red - green"
    assert [chip["label"] for chip in drawn.components(app, "chips")[0]["items"]] == [
        "red",
        "green",
        "Uploaded picture",
    ]
    assert {card["id"] for card in drawn.cards(app)[:2]} == {"1", "3"}
    assert "only in your session" in drawn.texts(app)
    assert not app.code
    assert box(change(app, 2, -1)) == "red - green"
    assert "3" not in {card["id"] for card in drawn.cards(app)[:3]}
    change(app, 2, None)
    assert not drawn.given(app)
    assert app.code
    button(app, "query-Undo")
    assert drawn.given(app)[0].weight == -1


def run_both(app: AppTest, capsys: pytest.CaptureFixture[str]) -> tuple[list[Any], list[Any]]:
    """Ids and scores that the page shows, then those of the copied Python and of the copied command."""
    python, command = [code.value for code in app.code][-2:]
    names: dict[str, Any] = {}
    exec(python, names)
    capsys.readouterr()
    assert cli.main([*shlex.split(command)[3:], "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    shown = [(card["id"], card["score"]) for card in drawn.cards(app)]
    assert shown
    assert [(str(hit.record.image_id), f"{hit.score:.3f}") for hit in names["hits"]] == shown
    ran = [(str(hit["image_id"]), hit["score"]) for hit in told["hits"]]
    return [(str(hit.record.image_id), round(hit.score, 6)) for hit in names["hits"]], ran


@pytest.mark.parametrize("page", SEARCHES)
@pytest.mark.parametrize("by", ["image", "caption", "fused"])
def test_copies__find_what_the_page_shows(
    colours: Path, visit: Open, capsys: pytest.CaptureFixture[str], page: str, by: str
) -> None:
    app = visit(page, q='2*red - 0.3*img:3 + "it\'s `green`"', by=by, category=["red", "green", "blue"], file="/")
    python, command = run_both(app, capsys)
    assert python == command


def test_copies__of_a_sample_picture(colours: Path, visit: Open, capsys: pytest.CaptureFixture[str]) -> None:
    python, command = run_both(visit(drawn.IMAGE, sample="photo-flower", q="red"), capsys)
    assert python == command


def test_copies__of_the_bundled_demo(
    db: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()  # the real model
    monkeypatch.setenv("COCO_LENS_CACHE", str(db.parent / "cache"))
    monkeypatch.setenv("COCO_LENS_DB", str(config.project_root() / "clip_db"))
    monkeypatch.setenv("COCO_LENS_COLLECTION", "demo")
    app = AppTest.from_file(str(config.project_root() / "Home.py"), default_timeout=300)
    app.switch_page(drawn.TEXT)
    app.query_params["q"] = "2*dog + beach - person - 0.5*img:1000139"
    python, command = run_both(app.run(), capsys)
    assert len(python) == 24
    assert python == command


@pytest.fixture
def boats(db: Path) -> Path:
    """Eight red pictures of boats among a hundred others."""
    entries = [("red", (f"a boat on the lake {i}",)) for i in range(8)]
    entries += [("blue", (f"<b>sky</b> over a house {i}",)) for i in range(92)]
    return colour_collection.write(db, "colours", entries)


def test_meaning__categories_filter_and_words_become_terms(boats: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="red", by="image", k="8")
    told = drawn.components(app, "meaning")[0]
    assert told["categories"] == [{"name": "red", "hits": 8, "everywhere": 8, "lift": "12.5"}]
    assert {word["name"] for word in told["words"]} == {"boat", "lake"}
    assert (told["of"], told["pictures"]) == (8, 100)
    report(app, "text-search-meaning", "word", "boat")
    assert box(app) == "red + boat"
    assert [word["name"] for word in drawn.components(app, "meaning")[0]["words"]] == ["lake"]
    app.session_state["text-search-meaning"] = {"category": "red"}
    app.run()
    assert not app.exception
    assert app.multiselect(key="category").value == ["red"]
    assert len(drawn.cards(app)) == 8


def test_more__appends_without_repeating_or_losing(boats: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="2*red + blue", by="fused", k="24")
    seen = [card["id"] for card in drawn.cards(app)]
    for shown in (48, 72, 96, 100):
        button(app, "text-search-show-more")
        assert [card["id"] for card in drawn.cards(app)][: len(seen)] == seen
        seen = [card["id"] for card in drawn.cards(app)]
        assert len(seen) == shown
        assert app.query_params["shown"] == str(shown)
    assert len(set(seen)) == 100
    assert not [one for one in app.button if one.key == "text-search-show-more"]
    assert [card["id"] for card in drawn.cards(visit(drawn.TEXT, q="2*red + blue", k="24", shown="72"))] == seen[:72]
    app.text_input(key="q").set_value("blue").run()
    assert len(drawn.cards(app)) == 24
    assert "shown" not in app.query_params


@pytest.mark.parametrize(("shown", "cards"), [("99999999", 100), ("-3", 24), ("x", 24), ("1", 24)])
def test_more__hostile_numbers(boats: Path, visit: Open, shown: str, cards: int) -> None:
    app = visit(drawn.TEXT, q="red", shown=shown)
    assert not app.exception
    assert len(drawn.cards(app)) == cards


def test_groups__the_rest_is_folded(colours: Path, visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.ui import results

    whole = results.draw_groups

    def split(opened: Any, question: Any, result: Any, groups: Any, key: str) -> None:
        whole(opened, question, result, (groups[0][:2], groups[0][2:]), key)

    monkeypatch.setattr(results, "draw_groups", split)
    app = visit(drawn.TEXT, q="red")
    assert not app.exception
    assert [len(one["items"]) for one in drawn.components(app, "gallery")[:2]] == [2, 3]
    last = drawn.components(app, "gallery")[1]["items"][-1]["id"]
    report(app, "text-search-rest", "open", last)
    assert not app.exception
    assert drawn.components(app, "detail")
