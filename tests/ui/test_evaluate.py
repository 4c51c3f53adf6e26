from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import evaluation, store
from core.evaluation import Part, Settings
from tests import colour_collection, colour_encoder
from tests.ui import drawn
from tests.ui.conftest import Open

PAGE = "pages/6_Evaluate.py"
NAMES = ("red", "green", "blue", "yellow", "cyan")


@pytest.fixture
def sixty(db: Path) -> Path:
    """Sixty captioned pictures of five colours."""
    entries = [(name, (f"a {name} bus", f"so {name}")) for name in NAMES for _ in range(12)]
    return colour_collection.write(db, "colours", entries)


def saved(db: Path, **settings: object) -> str:
    """A run of every part, on disk; returns its id."""
    opened = store.open_store(db / "colours")
    wanted = Settings(**{"parts": tuple(Part), "resamples": 20} | settings)  # type: ignore[arg-type]
    run = evaluation.measure(opened, wanted, reader=colour_encoder.ColourEncoder)
    evaluation.save_run(db, run)
    return run.run_id


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_evaluate__measures_keeps_and_shows(sixty: Path, db: Path, visit: Open) -> None:
    app = visit(PAGE)
    assert not app.exception
    assert "Nothing measured yet" in drawn.texts(app)
    next(button for button in app.button if button.label == "Measure").click().run()
    assert not app.exception
    (run,) = evaluation.list_runs(db)
    assert run.run is not None
    assert run.run.settings == Settings()
    assert metrics(app)["mAP"] == "100.0 %"
    assert app.query_params["run"] == run.run_id
    assert "10 queries (20% of each class) against 50 pictures" in drawn.texts(app)
    assert "python -m core evaluate colours" in [code.value for code in app.code]


def test_evaluate__every_part_is_drawn_and_the_run_is_in_the_address(sixty: Path, db: Path, visit: Open) -> None:
    run_id = saved(db)
    saved(db, parts=(Part.CLASSES,))
    app = visit(PAGE, run=run_id)
    assert not app.exception
    assert not app.error
    assert [tab.label.rpartition(": ")[2] for tab in app.tabs] == ["Captions", "Classes", "Class names", "Index"]
    assert len(app.get("vega_lite_chart")) == 5  # no class was taken for another: no chart of that
    frames = [frame.value for frame in app.dataframe]
    assert any("median rank" in frame.columns for frame in frames)
    assert any("0.1% pass: %" in frame.columns for frame in frames)


def test_evaluate__two_runs_side_by_side(sixty: Path, db: Path, visit: Open) -> None:
    first, second = saved(db), saved(db, seed=5)
    app = visit(PAGE, run=second, beside=first)
    assert not app.exception
    assert "Not measured alike: another seed" in "\n".join(box.value for box in app.warning)
    (frame,) = [one.value for one in app.dataframe]
    assert {"Change", "Verdict"} < set(frame.columns)
    assert set(frame[frame["Measure"] == "mAP"]["Verdict"]) == {"equal"}
    assert "Change and verdict are of" in drawn.texts(app)
    app.selectbox(key="beside_box").set_value("").run()
    assert not app.exception
    assert "beside" not in app.query_params
    assert len(app.tabs) == 4


def test_evaluate__hostile_address_and_broken_runs(sixty: Path, db: Path, visit: Open) -> None:
    run_id = saved(db, parts=(Part.CLASSES,))
    bad = db / evaluation.RUNS_FOLDER / "20200101T000000000000-colours.json"
    bad.write_text(json.dumps({"format_version": 1, "run_id": "<script>alert(1)</script>"}))
    for address in ({"run": "../../manifest"}, {"run": "<b>", "beside": "x" * 5000}, {"beside": run_id}):
        app = visit(PAGE, **address)
        assert not app.exception
        assert not app.error
        assert metrics(app)["mAP"] == "100.0 %"
        assert "1 saved run cannot be read" in app.warning[0].value
        assert "<script>" not in app.warning[0].value


def test_evaluate__remove_takes_the_run_away(sixty: Path, db: Path, visit: Open) -> None:
    saved(db, parts=(Part.CLASSES,))
    app = visit(PAGE)
    app.button(key="remove-run").click().run()
    assert not app.exception
    assert evaluation.list_runs(db) == ()
    assert "Nothing measured yet" in drawn.texts(app)


def test_evaluate__says_what_cannot_be_measured(db: Path, visit: Open) -> None:
    colour_collection.write(db, "colours", [("red", ()), ("blue", ())])
    app = visit(PAGE)
    assert not app.exception
    assert "Captions: the collection has no captions that a model read" in drawn.texts(app)
    assert "fewer than 50 pictures" in drawn.texts(app)


def test_evaluate__template_without_a_place_is_a_message(sixty: Path, db: Path, visit: Open) -> None:
    app = visit(PAGE)
    app.text_area(key="evaluate-templates").set_value("no place for it")
    next(button for button in app.button if button.label == "Measure").click().run()
    assert not app.exception
    assert "needs one" in app.error[0].value
    assert evaluation.list_runs(db) == ()
