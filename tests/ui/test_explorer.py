from __future__ import annotations

import base64
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import projection
from core.ui import explorer, map_chart, map_scene
from tests import colour_collection
from tests.projection import planted
from tests.ui import drawn
from tests.ui.conftest import Open, done

EVERYTHING = "-9,-9,9,9"


def canvas(app: AppTest) -> dict[str, Any]:
    (found,) = drawn.components(app, "scatter")
    return found


def test_explorer__map_without_a_region(colours: Path, look: Open) -> None:
    app = look()
    assert not app.exception
    assert app.get("vega_lite_chart")
    assert "Drag a region" in drawn.texts(app)
    assert {metric.label for metric in app.metric} == {"Trustworthiness", "Neighbours kept", "Neighbourhood hit"}


def test_explorer__region_shows_its_pictures(colours: Path, look: Open) -> None:
    app = look(region=EVERYTHING)
    assert not app.exception
    assert len(drawn.cards(app)) == 5
    assert "5 pictures in this region" in drawn.texts(app)


def test_explorer__region_of_one_side(colours: Path, look: Open) -> None:
    found = [{card["id"] for card in drawn.cards(look(region=region))} for region in ("-9,-9,0,9", "9,9,0,-9")]
    assert found[0] | found[1] == {"1", "2", "3", "4", "5"}
    assert not found[0] & found[1]


def test_explorer__outline_of_a_lasso(colours: Path, look: Open) -> None:
    app = look(region="-9,-9,9,-9,9,9", tool="lasso")
    made = projection.kept_map(projection_store(colours), projection.Recipe())
    assert made is not None
    inside = {str(row + 1) for row, (x, y) in enumerate(made.xyz.tolist()) if y <= x}
    assert {card["id"] for card in drawn.cards(app)} == inside
    assert canvas(app)["region"] == [-9, -9, 9, -9, 9, 9]


def projection_store(folder: Path) -> Any:
    from core import store

    return store.open_store(folder)


def test_point_of__finds_what_name_of_names(colours: Path) -> None:
    opened: Any = SimpleNamespace(store=projection_store(colours))
    made = projection.make_map(opened.store, projection.Recipe(of=projection.Of.BOTH))
    names = [map_scene.name_of(made, opened, point) for point in range(len(made))]
    assert names[:6] == ["i1", "i2", "i3", "i4", "i5", "c10"]
    assert [map_scene.point_of(made, opened, name) for name in names] == list(range(len(made)))
    assert map_scene.point_of(made, opened, "c999") is None
    assert map_scene.text_of(made, opened, 5) == "a red bus"


def test_region__is_cleaned() -> None:
    assert explorer._checked_region("3,4,1,2") == "1,2,3,4"
    assert explorer._checked_region("0,0,1,0,1,1") == "0,0,1,0,1,1"
    for wrong in ("", "1,2,3", "1,2,3,x", "1,2,3,inf", "1,2"):
        assert explorer._checked_region(wrong) is None


def test_explorer__neighbours_of_a_point(colours: Path, look: Open) -> None:
    app = look(point="i3")
    assert "Nearest to the clicked picture" in drawn.texts(app)
    assert drawn.cards(app)[0]["id"] == "3"
    assert drawn.cards(app)[0]["score"] == "1.000"
    scores = [float(card["score"]) for card in drawn.cards(app)]
    assert scores == sorted(scores, reverse=True)
    assert "Drag a region" in drawn.texts(look(point="i999"))


def test_explorer__star_lights_its_nearest(colours: Path, look: Open) -> None:
    app = look(star="red", colour="query score", tool="lasso")
    assert not app.exception
    assert app.text_input(key="star").value == "red"
    assert "a star is seldom inside a cloud" in drawn.texts(app)
    data = canvas(app)
    assert data["colours"]["title"] == "score of the query"
    assert len(data["lit"]) == 5
    assert data["star_text"] == "red"
    best = drawn.cards(app)[0]
    assert "red" in best["text"]
    codes = np.frombuffer(base64.b64decode(data["colours"]["codes"]), np.uint8)
    assert codes.argmax() == int(best["id"]) - 1


def test_explorer__star_of_terms_and_of_what_cannot_be_read(colours: Path, look: Open) -> None:
    assert not look(star="2*red + img:2").exception
    app = look(star="red + file:/etc/passwd")
    assert "no file can be shown" in drawn.texts(app).replace("\\", "")
    assert app.get("vega_lite_chart")
    assert "no picture" in drawn.texts(look(star="img:999"))


@pytest.mark.parametrize("colour", ["category", "cluster", "kind", "caption length", "outlier score"])
def test_explorer__every_colouring_of_both_kinds(colours: Path, look: Open, colour: str) -> None:
    app = look(of="both", colour=colour, lines="true", tool="lasso")
    assert not app.exception
    assert not app.error
    data = canvas(app)
    count = len(np.frombuffer(base64.b64decode(data["places"]), np.float32)) // 2
    assert data["pictures"] == 5
    assert len(np.frombuffer(base64.b64decode(data["colours"]["codes"]), np.uint8)) == count
    pairs = np.frombuffer(base64.b64decode(data["pairs"]), np.uint32).reshape(-1, 2)
    assert len(pairs) == count - 5
    assert {"Gap", "Told apart", "A picture and its caption"} <= {metric.label for metric in app.metric}


@pytest.mark.parametrize("of", ["pictures", "captions", "both"])
@pytest.mark.parametrize("method", ["PCA", "t-SNE"])
def test_explorer__every_map_flat_and_in_space(colours: Path, look: Open, method: str, of: str) -> None:
    app = look(method=method, of=of)
    assert not app.exception
    assert app.get("vega_lite_chart")
    app = look(method=method, of=of, dims="3-D", region=EVERYTHING)
    assert not app.exception
    assert canvas(app)["dims"] == 3
    assert "Click a point" in drawn.texts(app)


def test_explorer__clusters_are_named_and_open(db: Path, look: Open) -> None:
    planted.write(db, "colours")
    app = look(colour="cluster")
    (cards,) = [one["items"] for one in drawn.components(app, "gallery") if one["label"] == "Clusters"]
    assert len(cards) == 4
    assert {frozenset(card["text"].split(", ")) for card in cards} == {frozenset(one.split()) for one in planted.WORDS}
    assert "highest mean silhouette" in drawn.texts(app)
    app = look(colour="cluster", cluster="2")
    assert "20 pictures in the cluster" in drawn.texts(app)
    assert "Words that set it apart" in drawn.texts(app)
    assert "Drag a region" in drawn.texts(look(colour="cluster", cluster="77"))


def test_explorer__pictures_sent_from_elsewhere(colours: Path, look: Open) -> None:
    app = look(pick="2,4", tool="lasso")
    assert [card["id"] for card in drawn.cards(app)] == ["2", "4"]
    assert canvas(app)["ringed"] == [1, 3]
    app.button(key="unpick").click().run()
    assert "Drag a region" in drawn.texts(app)


def test_explorer__another_map_lets_the_region_go(colours: Path, look: Open) -> None:
    app = look(region=EVERYTHING)
    app.button_group(key="method").set_value("t-SNE").run()
    app = done(app)
    assert not app.exception
    assert "Drag a region" in drawn.texts(app)


def test_explorer__colour_switch_keeps_the_region(colours: Path, look: Open) -> None:
    app = look(region="-9,-9,0,9")
    before = [card["id"] for card in drawn.cards(app)]
    app.selectbox(key="colour").set_value("caption length").run()
    assert [card["id"] for card in drawn.cards(app)][: len(before)] == before


def test_explorer__many_points_are_drawn_by_the_canvas_or_sampled(
    colours: Path, look: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_chart, "MAX_POINTS", 3)
    app = look()
    assert canvas(app)["pictures"] == 5
    assert "shown" not in drawn.texts(app)
    app.session_state["map_without_webgl"] = True
    app.run()
    assert not drawn.components(app, "scatter")
    assert "This browser does not offer WebGL" in drawn.texts(app)
    assert "**3 of 5 pictures shown**, an even sample" in drawn.texts(app)


def test_explorer__pictures_without_captions_or_categories(db: Path, look: Open) -> None:
    colour_collection.write(db, "colours", [("red", ()), ("red", ()), ("blue", ()), ("green", ())])
    app = look(of="both", closed="true", lines="true")
    assert not app.exception
    assert not app.error
    assert app.get("vega_lite_chart")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_explorer__tiny_collections(db: Path, look: Open, count: int) -> None:
    colour_collection.write(db, "colours", [("red", ("red",))] * count)
    for address in ({}, {"method": "t-SNE", "of": "both"}, {"dims": "3-D", "colour": "cluster"}):
        app = look(**address)
        assert not app.exception
        assert not app.error


def test_explorer__hostile_address(colours: Path, look: Open) -> None:
    for address in (
        {"star": "<script>alert(1)</script>", "colour": "../.."},
        {"region": "1,2,3", "point": "i-9", "cluster": "-1", "method": "<b>", "dims": "7-D", "of": "x"},
        {"region": "nan,0,1e999,2", "point": "c" + "9" * 40, "cluster": "9" * 40, "tool": "x", "lines": "maybe"},
        {"region": ",".join(["1"] * 5000), "point": "", "closed": "true"},
    ):
        app = look(**address)
        assert not app.exception
        assert not app.error


def test_explorer__is_computed_once_and_anew_for_a_rebuilt_collection(
    colours: Path, db: Path, look: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = []
    real = projection.mapping.make_map  # type: ignore[attr-defined]
    monkeypatch.setattr(
        "core.projection.mapping.make_map", lambda *given, **more: computed.append(1) or real(*given, **more)
    )
    look()
    app = look(colour="caption length")
    assert len(computed) == 1
    colour_collection.write(db, "colours", [("red", ("red",)), ("blue", ("blue",))])
    app = done(app.run())
    assert not app.exception
    assert len(computed) == 2


def test_explorer__stopped_and_failed_work_can_be_started_again(
    colours: Path, look: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("private detail")

    with monkeypatch.context() as broken:
        broken.setattr("core.projection.mapping.make_map", fail)
        app = look()
        assert "Something went wrong" in drawn.texts(app)
        assert "private detail" not in drawn.texts(app)
    app.button(key="map-again").click().run()
    app = done(app)
    assert app.get("vega_lite_chart")
