"""The commands that keep collections: rename, delete, disk, resume; builds from a zip, and their estimate."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from core import cli, encoder, store
from core.store import Plan
from tests import colour_collection, colour_encoder


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "clip_db"
    colour_collection.write(folder)
    monkeypatch.setenv("COCO_LENS_DB", str(folder))
    monkeypatch.setattr(encoder, "load_encoder", colour_collection.load)
    return folder


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, colour in enumerate(("red", "green", "blue")):
        colour_encoder.picture(colour).save(folder / f"{number}.png")
    return folder


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = cli.main([str(word) for word in words])
    heard = capsys.readouterr()
    return code, heard.out, heard.err


def names(db: Path) -> list[str]:
    return [one.name for one in store.list_stores(db)]


def test_rename__says_what_it_is_called_now(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "rename", "colours", "paints", "--title", "All paints")[:2] == (
        0,
        "colours is paints now, titled All paints\n",
    )
    assert names(db) == ["paints"]
    code, _, err = run(capsys, "rename", "paints", "../up")
    assert (code, "cannot be the name" in err) == (2, True)
    assert run(capsys, "verify", "paints")[0] == 0


def test_delete__asks_for_the_name(
    db: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for typed in ("", "colour\n", "yes\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code, out, err = run(capsys, "delete", "colours")
        assert (code, "Nothing was deleted" in out, "Type colours" in err) == (1, True, True)
    assert names(db) == ["colours"]
    monkeypatch.setattr("sys.stdin", io.StringIO("colours\n"))
    code, out, _ = run(capsys, "delete", "colours")
    assert (code, "MB are free again" in out) == (0, True)
    assert names(db) == []
    assert run(capsys, "delete", "colours", "--yes")[0] == 2


def test_disk__as_table_and_json(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "disk", "colours")
    assert (code, "not deleted with it" in out) == (0, True)
    made = json.loads(run(capsys, "disk", "colours", "--json")[1])
    assert made["pictures"] > 0
    assert (made["collection"], made["missing"], made["uploaded"]) == ("colours", 0, False)


def test_resume__lists_and_goes_on(db: Path, pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No build was interrupted" in run(capsys, "resume")[1]
    assert run(capsys, "resume", "mine")[0] == 2
    store.note_plan(db, Plan("mine", pictures, model="mean-colour", title="Mine", total=3))
    assert f"mine: 0 of 3 pictures, from {pictures}" in run(capsys, "resume")[1]
    assert "Go on: python -m core resume mine" in run(capsys, "list")[1]
    code, out, _ = run(capsys, "resume", "mine")
    assert (code, "mine: 3 pictures" in out) == (0, True)
    assert store.read_manifest(db / "mine").title == "Mine"


def test_delete__only_what_was_left(db: Path, pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store.note_plan(db, Plan("mine", pictures, total=3))
    assert "interrupted build" in run(capsys, "delete", "mine", "--unfinished", "--yes")[1]
    assert store.unfinished(db) == ()
    assert names(db) == ["colours"]


def test_build__from_a_zip(db: Path, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive, into = tmp_path / "party.zip", tmp_path / "party"
    with zipfile.ZipFile(archive, "w") as made:
        for path in pictures.iterdir():
            made.write(path, f"pics/{path.name}")
    code, out, _ = run(capsys, "build", "party", "--images", into, "--zip", archive)
    assert (code, "party: 3 pictures" in out) == (0, True)
    assert len(list(into.rglob("*.png"))) == 3
    code, _, err = run(capsys, "build", "party", "--images", into, "--zip", archive, "--hf", "x")
    assert (code, "different sources" in err) == (2, True)
    archive.write_bytes(b"no zip")
    assert run(capsys, "build", "party", "--images", into, "--zip", archive)[0] == 2


def test_build__estimate_builds_nothing(db: Path, pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "build", "mine", "--images", pictures, "--estimate")
    assert (code, "3 pictures and 0 captions would take about" in out) == (0, True)
    assert names(db) == ["colours"]
