"""Explanations of a collection's pictures, from Python and from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from core import cli, encoder, errors
from core.collection import open_collection
from tests import colour_collection


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "clip_db"
    colour_collection.write(folder)
    monkeypatch.setenv("COCO_LENS_DB", str(folder))
    monkeypatch.setattr(encoder, "load_encoder", colour_collection.load)
    return folder


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = cli.main([str(word) for word in words])
    heard = capsys.readouterr()
    return code, heard.out, heard.err


def test_explain__total_is_the_hits_score(db: Path) -> None:
    opened = open_collection("colours")
    hit = opened.search("red", 1, by="image")[0]
    (found,) = opened.explain(hit.record.image_id, " red ")
    assert found.term == "red"
    assert found.total == pytest.approx(hit.score, abs=1e-3)  # the store keeps float16


def test_explain__totals_of_a_composed_query_add_up_to_its_score(db: Path) -> None:
    opened = open_collection("colours")
    hit = opened.query("red - 0.5*blue", 1, by="image")[0]
    found = opened.explain(hit.record.image_id, "red - 0.5*blue")
    assert [one.term for one in found] == ["red", "blue"]
    assert sum(one.total for one in found) == pytest.approx(hit.score, abs=1e-3)
    assert [one.total for one in found] == pytest.approx([part.share for part in hit.parts], abs=1e-3)


@pytest.mark.parametrize(("image_id", "text", "complaint"), [(1, "  ", "empty"), (99, "red", "99")])
def test_explain__refuses_what_it_cannot_answer(db: Path, image_id: int, text: str, complaint: str) -> None:
    with pytest.raises(errors.QueryError, match=complaint):
        open_collection("colours").explain(image_id, text)


def test_picture__a_file_that_is_gone_is_named(db: Path) -> None:
    opened = open_collection("colours")
    opened.store.picture_path(opened.store.records[0]).unlink()
    with pytest.raises(errors.PictureError, match=r"1.*png.*missing"):
        opened.picture(opened.store.records[0].image_id)


def test_command__draws_and_tells(db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "heat.png"
    code, said, err = run(capsys, "explain", "colours", 1, "red", "--out", out)
    assert (code, err) == (0, "")
    assert said.startswith("score 1.000; 8 × 8 places")
    assert "+1.000 red: highest" in said
    with Image.open(out) as drawn:
        assert drawn.size == open_collection("colours").picture(1).size


def test_command__json_is_one_object(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said, _ = run(capsys, "explain", "colours", 1, "red", "--own-side", "--json")
    made = json.loads(said)
    assert code == 0
    assert made["exact"] is False
    (term,) = made["terms"]
    assert sum(map(sum, term["heat"])) + term["rest"] == pytest.approx(term["total"], abs=1e-4)
    assert made["total"] == term["total"]


def test_command__several_terms_are_told_and_drawn_apart(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said, err = run(capsys, "explain", "colours", 1, "red - 0.5*blue", "--out", tmp_path / "heat.png")
    assert (code, err) == (0, "")
    assert " red: highest" in said
    assert " blue: highest" in said
    assert sorted(file.name for file in tmp_path.glob("*.png")) == ["heat-1.png", "heat-2.png"]


@pytest.mark.parametrize(
    ("name", "complaint"), [("heat.txt", "ending in .png"), ("nowhere/heat.png", "does not exist")]
)
def test_command__says_at_once_that_it_cannot_write(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, complaint: str
) -> None:
    code, _, err = run(capsys, "explain", "colours", 1, "red", "--out", tmp_path / name)
    assert code == 2
    assert complaint in err
