from __future__ import annotations

import json
from pathlib import Path

import pytest

from core import dataset
from core.dataset import Listing, survey
from core.errors import SourceError


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"12345")
    return folder


def write_listing(path: Path, *file_names: str, **more: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    images = [{"id": number, "file_name": name} for number, name in enumerate(file_names, start=1)]
    path.write_text(json.dumps({"info": {}, "images": images, **more}), encoding="utf-8")


def test_look_at__a_plain_folder(tmp_path: Path) -> None:
    found = dataset.look_at(fill(tmp_path, "a.jpg", "b.PNG", "notes.doc", ".hidden.jpg", ".git/c.jpg"))
    assert (found.pictures, found.size, found.root, found.labels, found.listings) == (2, 10, "", (), ())
    assert found.whole
    assert not found.captioned


def test_look_at__class_folders_also_one_level_down(tmp_path: Path) -> None:
    fill(tmp_path, "birds/wren/1.jpg", "birds/robin/2.jpg", "birds/robin/old/3.jpg")
    found = dataset.look_at(tmp_path)
    assert (found.root, found.labels) == ("birds", ("robin", "wren"))
    assert dataset.look_at(tmp_path / "birds").labels == ("robin", "wren")


def test_look_at__captions_beside_pictures(tmp_path: Path) -> None:
    assert dataset.look_at(fill(tmp_path, "a/1.jpg", "a/1.txt")).captioned
    assert not dataset.look_at(fill(tmp_path / "other", "a/1.jpg", "a/readme.txt")).captioned


@pytest.mark.parametrize("stated", ["1.jpg", "val/1.jpg", "pictures/val/1.jpg"])
def test_look_at__coco_files_and_where_their_names_begin(tmp_path: Path, stated: str) -> None:
    fill(tmp_path, "pictures/val/1.jpg", "pictures/val/2.jpg")
    others = [stated.replace("1", "2"), stated.replace("1", "3")]
    write_listing(tmp_path / "annotations" / "captions_val.json", stated, *others)
    write_listing(tmp_path / "annotations" / "instances_val.json", stated, *others)
    write_listing(tmp_path / "annotations" / "people.json", stated, annotations=[{"bbox": [0, 0, 1, 1]}])
    (tmp_path / "package.json").write_text('{"name": "unrelated"}')
    found = dataset.look_at(tmp_path)
    root = "pictures/val".removesuffix(stated.removesuffix("/1.jpg") if "/" in stated else "").rstrip("/")
    assert found.of_kind("captions") == (Listing("annotations/captions_val.json", "captions", root),)
    assert [one.name for one in found.of_kind("instances")] == [
        "annotations/instances_val.json",
        "annotations/people.json",
    ]
    assert {one.root for one in found.listings} == {root}


def test_look_at__listing_of_other_pictures_has_no_root(tmp_path: Path) -> None:
    fill(tmp_path, "a/1.jpg")
    write_listing(tmp_path / "captions.json", "9.jpg")
    assert dataset.look_at(tmp_path).listings == (Listing("captions.json", "captions", ""),)


def test_look_at__stops_at_a_limit_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, *(f"{number}.jpg" for number in range(9)))
    monkeypatch.setattr(survey, "MAX_LOOKED_AT", 5)
    found = dataset.look_at(tmp_path)
    assert (found.pictures, found.whole) == (5, False)


def test_look_at__no_folder(tmp_path: Path) -> None:
    fill(tmp_path, "a.jpg")
    with pytest.raises(SourceError, match="is not there"):
        dataset.look_at(tmp_path / "absent")
    with pytest.raises(SourceError, match="is a file, not a folder"):
        dataset.look_at(tmp_path / "a.jpg")
    assert dataset.look_at(fill(tmp_path / "empty", "readme.md")).pictures == 0


def test_look_at__hostile_json_is_looked_at_and_nothing_more(tmp_path: Path) -> None:
    fill(tmp_path, "1.jpg")
    (tmp_path / "deep.json").write_text('{"file_name":"' + "[" * 100_000)
    (tmp_path / "odd.json").write_bytes(b'{"file_name": "\xff\xfe../../etc/passwd", "file_name": "/etc"}')
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    assert {one.root for one in dataset.look_at(tmp_path).listings} == {""}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("a.jpg", True),
        ("a/B.JPEG", True),
        ("a/captions.json", True),
        ("a/1.txt", True),
        ("__MACOSX/a.jpg", False),
        ("a/.DS_Store", False),
        (".git/a.jpg", False),
        ("run.exe", False),
        ("a", False),
    ],
)
def test_is_wanted__parts_of_a_collection_only(name: str, wanted: bool) -> None:
    assert dataset.is_wanted(name) is wanted
