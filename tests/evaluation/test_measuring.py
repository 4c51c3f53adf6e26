"""A run: what is in it, how it is kept, compared and taken away."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from pathlib import Path

import pytest

from core import encoder, errors, evaluation, progress, store
from core.encoder.contract import EncoderSpec
from core.evaluation import Part, Run, Settings, published, runs
from core.store import Store
from tests import colour_collection, colour_encoder

ENTRIES = [
    (name, (f"a {name} bus", f"so {name}")) for name in ("red", "green", "blue", "yellow", "cyan") for _ in range(12)
]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Sixty pictures of five colours, captioned."""
    return store.open_store(colour_collection.write(tmp_path_factory.mktemp("own") / "db", "colours", ENTRIES))


@pytest.fixture(scope="module")
def run(opened: Store) -> Run:
    """Everything measured."""
    settings = Settings(parts=tuple(Part), seed=3, resamples=50, k=5)
    return evaluation.measure(opened, settings, reader=colour_encoder.ColourEncoder)


def never() -> encoder.Encoder:
    raise AssertionError("the model is not needed")


def test_measure__everything_with_what_is_needed_to_repeat_it(run: Run, opened: Store) -> None:
    assert run.captions is not None
    assert run.classes is not None
    assert run.zero_shot is not None
    assert run.index is not None
    assert run.classes.to_dict() == {"P@1": 100, "P@5": 100, "P@10": 100, "R@10": 100, "mAP": 100} | {
        "classes": 5,
        "queries": 10,
    }
    assert run.classes.searched == 50
    assert run.zero_shot.templates[0].top1 == 100
    assert (run.collection.name, run.collection.pictures, run.collection.captions) == ("colours", 60, 120)
    assert run.collection.encoder == opened.manifest.encoder
    assert len(run.collection.files) == 64
    assert {"coco-lens", "python", "numpy", "faiss-cpu"} <= set(run.versions)
    assert run.command == (
        "python -m core evaluate colours --only captions classes zero-shot index --seed 3 --resamples 50 -k 5"
    )
    assert run.left_out == {}


def test_measure__same_settings_same_figures(run: Run, opened: Store) -> None:
    again = evaluation.measure(opened, run.settings, reader=colour_encoder.ColourEncoder)
    assert (again.captions, again.classes, again.zero_shot) == (run.captions, run.classes, run.zero_shot)
    assert again.collection == run.collection


def test_measure__leaves_out_what_cannot_be(tmp_path: Path) -> None:
    folder = colour_collection.write(tmp_path / "db", "bare", [("red", ()), ("red", ()), ("blue", ())])
    small = store.open_store(folder)
    found = evaluation.measure(small, Settings(parts=tuple(Part), resamples=0), reader=colour_encoder.ColourEncoder)
    assert set(found.left_out) == {"captions", "index"}
    assert found.classes is not None
    with pytest.raises(errors.QueryError, match="no captions that a model read"):
        evaluation.measure(small, Settings(parts=(Part.CAPTIONS,)), reader=never)


@pytest.mark.parametrize(
    "wrong",
    [
        {"parts": ()},
        {"seed": -1},
        {"resamples": -1},
        {"k": 0},
        {"query_share": 1.0},
        {"templates": ("no place",)},
        {"data_set": "imagenet"},
        {"data_set": "flickr30k-test"},
    ],
)
def test_measure__settings_that_cannot_be(opened: Store, wrong: dict) -> None:
    with pytest.raises(errors.QueryError):
        evaluation.measure(opened, Settings(**wrong), reader=never)


def test_measure__cancelled_by_its_report(opened: Store) -> None:
    def stop(_: progress.Progress) -> None:
        raise errors.Cancelled("enough")

    with pytest.raises(errors.Cancelled):
        evaluation.measure(opened, Settings(), reader=never, report=stop)


def test_runs__saved_listed_read_and_removed(run: Run, tmp_path: Path) -> None:
    later = dataclasses.replace(run, run_id="20990101T000000000000-colours")
    for one in (run, later):
        evaluation.save_run(tmp_path, one)
    assert evaluation.read_run(tmp_path, run.run_id) == run
    assert evaluation.read_run(tmp_path, "last") == later
    assert evaluation.read_run(tmp_path, "2099") == later
    assert [one.run_id for one in evaluation.list_runs(tmp_path, "colours")] == [later.run_id, run.run_id]
    assert evaluation.list_runs(tmp_path, "others") == ()
    assert store.list_stores(tmp_path) == ()  # the folder of the runs is no collection
    with pytest.raises(errors.QueryError, match="2 saved runs begin with"):
        evaluation.read_run(tmp_path, "20")
    evaluation.remove_run(tmp_path, later.run_id)
    assert [one.run for one in evaluation.list_runs(tmp_path)] == [run]
    assert not list((tmp_path / evaluation.RUNS_FOLDER).glob("*.part"))


@pytest.mark.parametrize("name", ["", "nothing", "../../manifest", "/etc/passwd", "\0", "2026*"])
def test_read_run__names_that_are_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(errors.QueryError, match="saved run"):
        evaluation.read_run(tmp_path, name)
    with pytest.raises(errors.QueryError, match="saved run"):
        evaluation.remove_run(tmp_path, name)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda made: made | {"format_version": 99}, "format 99"),
        (lambda made: made | {"seconds": "long"}, "Run.seconds: expected a number, found str"),
        (lambda made: made | {"seconds": True}, "expected a number"),
        (lambda made: made | {"run_id": "20990101T000000000000-other"}, "its own name"),
        (lambda made: {key: value for key, value in made.items() if key != "settings"}, "settings is missing"),
        (lambda made: made | {"classes": {"p1": 3}}, "p5 is missing"),
        (lambda made: made | {"settings": made["settings"] | {"parts": ["magic"]}}, "expected one of captions"),
        (lambda made: [made], "format None"),
    ],
)
def test_read_run__altered_files_are_refused_and_listed(run: Run, tmp_path: Path, change: object, says: str) -> None:
    path = evaluation.save_run(tmp_path, run)
    path.write_text(json.dumps(change(json.loads(path.read_text("utf-8")))), "utf-8")  # type: ignore[operator]
    with pytest.raises(errors.StoreCorruptError, match=says):
        evaluation.read_run(tmp_path, run.run_id)
    (listed,) = evaluation.list_runs(tmp_path)
    assert listed.run is None
    assert says in listed.problem


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"format_version": 1, "seconds": NaN}'])
def test_read_run__no_json(tmp_path: Path, text: str) -> None:
    folder = tmp_path / runs.FOLDER
    folder.mkdir()
    (folder / "20260101T000000000000-x.json").write_text(text)
    with pytest.raises(errors.StoreCorruptError):
        evaluation.read_run(tmp_path, "last")


def test_save_run__folder_that_cannot_be_made(run: Run, tmp_path: Path) -> None:
    (tmp_path / runs.FOLDER).write_text("a file in its place")
    with pytest.raises(errors.StoreWriteError, match="could not be saved"):
        evaluation.save_run(tmp_path, run)


def test_compare__changes_verdicts_and_what_was_not_alike(run: Run) -> None:
    assert run.classes is not None
    lower = dataclasses.replace(
        run.classes, p1=40.0, intervals=dict(run.classes.intervals) | {"P@1": evaluation.Interval(30.0, 50.0)}
    )
    other = dataclasses.replace(run, classes=lower, settings=dataclasses.replace(run.settings, seed=4))
    differences = evaluation.compare(run, other)
    assert len(differences) == len(evaluation.figures_of(run))
    (changed,) = [one for one in differences if one.change]
    assert (changed.first.measure, changed.change, changed.apart, changed.better) == ("P@1", -60, True, False)
    assert evaluation.why_not_alike(run, other) == ("another seed",)
    assert (
        evaluation.compare(run, dataclasses.replace(run, captions=None, classes=None, zero_shot=None, index=None)) == ()
    )
    slower = evaluation.Difference(
        evaluation.Figure("index", "x", "time", 1.0, "ms", less_is_better=True),
        evaluation.Figure("index", "x", "time", 2.0, "ms", less_is_better=True),
    )
    assert slower.better is False


def test_csv__every_figure_and_every_class(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(evaluation.to_csv([run]))))
    assert len(rows) == len(evaluation.figures_of(run))
    assert {row["part"] for row in rows} == {part.value for part in Part}
    (p1,) = [row for row in rows if row["measure"] == "P@1"]
    assert (p1["value"], p1["low"], p1["unit"], p1["collection"]) == ("100.0", "100.0", "%", "colours")
    classes = list(csv.DictReader(io.StringIO(evaluation.classes_csv(run))))
    assert [row["name"] for row in classes] == ["blue", "cyan", "green", "red", "yellow"]


def test_published__beside_ours_where_all_is_the_same(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run.captions is not None
    known = published.DataSet("flickr30k-test", "a test set", 60, 120)
    monkeypatch.setattr(published, "DATA_SETS", (known,))
    spec = EncoderSpec("open_clip", "ViT-B-32", "laion2b_s34b_b79k", 512, 224, "x")
    near = dataclasses.replace(run.captions.text_to_image["image"], r1=66.78, r5=88.38 + 0.5, r10=93.10 - 0.51)
    measured = dataclasses.replace(run.captions, text_to_image={"image": near})
    found = published.beside(measured, spec, "flickr30k-test")
    assert [(one.what, one.published, one.far) for one in found[:3]] == [
        ("text to image R@1", 66.78, False),
        ("text to image R@5", 88.38, False),
        ("text to image R@10", 93.10, True),
    ]
    assert len(found) == 6
    assert published.beside(measured, dataclasses.replace(spec, weights="own"), "flickr30k-test") == ()
    with pytest.raises(errors.QueryError, match="this is not a test set"):
        published.check("flickr30k-test", 59, 120)


def test_published__table_is_whole() -> None:
    keys = {one.key for one in evaluation.DATA_SETS}
    for model, weights in (("ViT-B-32", "openai"), ("ViT-B-32-quickgelu", "openai"), ("ViT-L-14", "laion2b_s32b_b82k")):
        rows = evaluation.figures_for(EncoderSpec("open_clip", model, weights, 512, 224, ""))
        assert {row.data for row in rows} == keys
        assert len(rows) == 4
        assert all(0 < row.r1 < row.r5 < row.r10 < 100 for row in rows)
