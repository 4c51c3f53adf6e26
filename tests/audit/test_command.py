"""`python -m core audit`: what reaches standard output, the file and the exit code."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from core import cli
from tests import colour_collection

ENTRIES = (*(("red", (f"a red bus {n}", "red")) for n in range(5)), ("yellow", ("=red", "red")), ("blue", ()))


@pytest.fixture(autouse=True)
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "clip_db"
    colour_collection.write(folder, "colours", ENTRIES)
    monkeypatch.setenv("COCO_LENS_DB", str(folder))
    monkeypatch.setenv("COCO_LENS_CACHE", str(tmp_path / "cache"))
    return folder


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = cli.main(["audit", "colours", *map(str, words)])
    heard = capsys.readouterr()
    return code, heard.out, heard.err


def test_audit__overview_counts_every_list(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--json")
    lists = json.loads(out)["lists"]
    assert code == 0
    assert set(lists) == {"duplicates", "outliers", "captions", "unfound", "hubs"}
    assert lists["duplicates"]["found"] == 1


def test_audit__second_time_computes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Comparing pictures" in run(capsys)[2]
    assert "Comparing" not in run(capsys, "duplicates")[2]
    assert "Comparing pictures" in run(capsys, "--again")[2]


def test_audit__list_as_text_and_as_csv(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "captions.csv"
    code, out, _ = run(capsys, "captions", "--from", 1, "-n", 1, "--csv", file)
    assert code == 0
    assert "yellow/6.png | red/" in out
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert {row["role"] for row in rows} == {"its picture", "fits better"}
    assert "'=red" in {row["caption"] for row in rows}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--from", "1"), "need a LIST"),
        (("hubs", "--csv", "no/such/folder/x.csv"), "cannot be written"),
    ],
)
def test_audit__refusals(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str) -> None:
    code, _, err = run(capsys, *words)
    assert code == 2
    assert told in err


def test_audit__collection_without_captions_says_why(capsys: pytest.CaptureFixture[str], db: Path) -> None:
    colour_collection.write(db, "colours", [("red", ()), ("red", ())])
    code, out, err = run(capsys, "unfound")
    assert (code, out) == (2, "")
    assert "no captions" in err
    assert json.loads(run(capsys, "--json")[1])["lists"]["unfound"]["found"] is None
