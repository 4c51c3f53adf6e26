"""`python -m core evaluate`, `runs` and `compare`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core import cli, encoder, evaluation, store
from core.embedding import Embeddings
from core.encoder.contract import EncoderSpec
from core.records import RecordSet
from tests import colour_collection

NAMES = ("red", "green", "blue", "yellow", "cyan")


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The collections "colours", sixty pictures, and "other" of the same pictures by another model."""
    folder = tmp_path / "clip_db"
    entries = [(name, (f"a {name} bus", f"so {name}")) for name in NAMES for _ in range(12)]
    opened = store.open_store(colour_collection.write(folder, "colours", entries))
    vectors = opened.image_index.vectors() + 0.5 * np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    store.write_store(
        folder,
        store.Header("other", "Other", opened.manifest.source, EncoderSpec("timm", "noise", "x", 4, 8, "x"), "noise"),
        RecordSet(opened.records, opened.categories, opened.licenses),
        Embeddings(np.arange(1, 61), vectors / np.linalg.norm(vectors, axis=1, keepdims=True)),
        Embeddings(np.zeros(0, np.int64), np.zeros((0, 4), np.float32)),
    )
    monkeypatch.setenv("COCO_LENS_DB", str(folder))
    monkeypatch.setattr(encoder, "load_encoder", colour_collection.load)
    return folder


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = cli.main([str(word) for word in words])
    out = capsys.readouterr()
    return code, out.out, out.err


def test_evaluate__json_has_the_keys_it_promises(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "evaluate", "colours", "--json", "--resamples", 20)
    made = json.loads(out)
    assert code == 0
    assert set(made["class_retrieval"]) == {"P@1", "P@5", "P@10", "R@10", "mAP", "classes", "queries"}
    assert (made["class_retrieval"]["mAP"], made["class_retrieval"]["queries"]) == (100, 10)
    assert (made["images"], made["captions"]) == (60, 120)
    assert made["text_to_image"]["image"]["R@1"] == 0  # twelve pictures of one colour are all tied
    (saved,) = evaluation.list_runs(db)
    assert saved.run is not None
    assert made["run"]["run_id"] == saved.run_id


def test_evaluate__every_part_as_tables(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = ("captions", "classes", "zero-shot", "index")
    code, out, _ = run(capsys, "evaluate", "colours", "--only", *parts, "--template", "so {}", "--no-save")
    assert code == 0
    for text in ("text to image, fused ranking", "image to image", "so {}", "recall@10", "5 classes, 10 queries"):
        assert text in out
    assert out.count("Protocol: ") == 4
    assert evaluation.list_runs(db) == ()


def test_evaluate__pictures_only_and_nothing_at_all(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "evaluate", "other", "--only", "classes", "zero-shot", "--no-save")
    assert code == 0
    assert "Not measured: noise encodes pictures only" in out
    made = json.loads(run(capsys, "evaluate", "other", "--json", "--no-save")[1])
    assert (made["text_to_image"], made["image_to_text"]) == (None, None)
    assert made["class_retrieval"]["classes"] == 5
    code, out, err = run(capsys, "evaluate", "other", "--only", "captions")
    assert (code, out) == (2, "")
    assert "nothing can be measured of 'other'" in err


def test_evaluate__figures_are_shown_where_they_cannot_be_saved(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (db / evaluation.RUNS_FOLDER).write_text("a file in its place")
    code, out, err = run(capsys, "evaluate", "colours", "--json", "--resamples", 0)
    assert code == 0
    assert json.loads(out)["class_retrieval"]["mAP"] == 100
    assert "could not be saved" in err


def test_runs__listed_shown_compared_written_and_removed(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Measure one" in run(capsys, "runs")[1]
    run(capsys, "evaluate", "colours", "--resamples", 20)
    run(capsys, "evaluate", "other", "--resamples", 20, "--seed", 1)
    lines = run(capsys, "runs")[1].splitlines()
    assert [line.split()[1] for line in lines[1:]] == ["noise", "mean-colour"]
    first = lines[2].split()[0]
    assert "again: python -m core evaluate colours --resamples 20" in run(capsys, "runs", first)[1]
    compared = run(capsys, "runs", first, "last")[1]
    assert "not measured alike: another seed" in compared
    assert "classes: image to image" in compared
    code, _, _ = run(capsys, "runs", "last", "--csv", tmp_path / "figures.csv")
    assert code == 0
    assert (tmp_path / "figures.csv").read_text("utf-8").startswith("run,collection,model,part,subject,measure,value")
    assert json.loads(run(capsys, "runs", "last", "--json")[1])[0]["collection"]["name"] == "other"
    assert [one["collection"] for one in json.loads(run(capsys, "runs", "--json")[1])["runs"]] == ["other", "colours"]
    assert "Removed" in run(capsys, "runs", "last", "--remove")[1]
    assert len(evaluation.list_runs(db)) == 1
    assert run(capsys, "runs", "last", "nothing")[0] == 2


def test_compare__models_over_the_collection(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "compare", "colours", "other")
    assert code == 0
    assert "60 pictures in all of colours, other" in out
    assert "5 classes, 10 queries against 50 pictures" in out
    made = json.loads(run(capsys, "compare", "colours", "other", "--json", "-k", 5)[1])
    assert made["class_retrieval"]["colours"]["mAP"] == 100 > made["class_retrieval"]["other"]["mAP"]
    assert 0 < made["agreement"][0]["overlap"] < 1
    assert len(made["most_disputed"]) == 10


def test_compare__hits_of_one_picture(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = json.loads(run(capsys, "compare", "colours", "other", "--like", 1, "--json")[1])
    assert {name.split("/")[0] for name in made["colours"]} == {"red"}
    assert "red/1.png" not in (*made["colours"], *made["other"])
    out = run(capsys, "compare", "colours", "other", "--like", 1, "-k", 20)[1]
    assert out.splitlines()[0].split() == ["rank", "colours,", "mean-colour", "other,", "noise"]
    assert "(+1)" in out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("compare", "colours"), "two to 4"),
        (("compare", "colours", "nothing"), "there are: colours"),
        (("compare", "colours", "other", "--like", 999), "no picture with image_id 999"),
        (("compare", "colours", "other", "-k", 0), "k is 0"),
        (("evaluate", "colours", "--query-share", 2), "share of queries is 2"),
        (("evaluate", "colours", "--data-set", "coco"), "known: coco-karpathy-test"),
        (("runs", "a", "b", "c"), "3 runs"),
        (("runs", "../x"), "no saved run"),
    ],
)
def test_commands__errors_are_one_message(
    db: Path, capsys: pytest.CaptureFixture[str], words: tuple[object, ...], says: str
) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert says in err
