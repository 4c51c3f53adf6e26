"""Sources of every kind, and what of them is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from core import dataset
from core.dataset import Reading, kinds, tables
from core.errors import SourceError
from tests import colour_encoder

HOSTILE = ("../out.jpg", "/etc/passwd", "C:\\out.jpg", "file:///etc/passwd", "a\0.jpg", "", "..\\out.jpg", "link/o.jpg")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return pictures(tmp_path / "pictures", "red.jpg", "green.jpg", "part/blue.png")


def pictures(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        colour_encoder.picture("red").save(folder / name)
    return folder


def told(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def spoken(records: dataset.load_records.__class__) -> dict[str, list[str]]:  # type: ignore[name-defined]
    return {one.file_name: [caption.text for caption in one.captions] for one in records.records}


def lead_out(root: Path) -> None:
    """A link in the picture folder to a folder outside, which holds a picture."""
    pictures(root.parent / "outside", "o.jpg")
    (root / "link").symlink_to(root.parent / "outside")


# COCO under other names


@pytest.mark.parametrize("there", ["COCO_val2014_000000391895.jpg", "val2014/COCO_val2014_000000391895.jpg"])
def test_load_records__new_names_in_an_old_folder(tmp_path: Path, there: str) -> None:
    root = pictures(tmp_path / "coco", there)
    listed = {"images": [{"id": 391895, "file_name": "000000391895.jpg"}], "annotations": []}
    found = dataset.load_records(root, told(tmp_path / "captions.json", listed))
    assert [one.file_name for one in found.records] == [there]


@pytest.mark.parametrize("there", ["000000391895.jpg", "train2017/000000391895.jpg"])
def test_load_records__old_names_in_a_new_folder(tmp_path: Path, there: str) -> None:
    root = pictures(tmp_path / "coco", there)
    listed = {"images": [{"id": 391895, "file_name": "COCO_val2014_000000391895.jpg"}], "annotations": []}
    found = dataset.load_records(root, told(tmp_path / "captions.json", listed))
    assert [one.file_name for one in found.records] == [there]


def test_load_records__names_that_climb_find_no_other_name(tmp_path: Path) -> None:
    root = pictures(tmp_path / "coco", "000000391895.jpg")
    listed = {"images": [{"id": 1, "file_name": "../x/000000391895.jpg"}], "annotations": []}
    with pytest.raises(SourceError, match="climbs"):
        dataset.load_records(root, told(tmp_path / "captions.json", listed))


# Karpathy


def karpathy(**changes: Any) -> dict[str, Any]:
    sentences = [{"sentid": 70 + n, "raw": f"red {n}", "tokens": ["red"], "imgid": 0} for n in range(2)]
    green = {"filename": "green.jpg", "imgid": 1, "split": "train", "sentences": [{"sentid": 80, "raw": "green "}]}
    red = {"filename": "red.jpg", "imgid": 0, "split": "test", "sentences": sentences, "sentids": [70, 71]}
    blue = {"filepath": "part", "filename": "blue.png", "imgid": 2, "cocoid": 391895, "split": "val", "sentences": []}
    return {"images": [red, green, blue], "dataset": "flickr8k", **changes}


def test_karpathy__told_from_coco_by_itself(root: Path, tmp_path: Path) -> None:
    found = dataset.load_records(root, told(tmp_path / "dataset_flickr8k.json", karpathy()))
    assert [(one.image_id, one.file_name) for one in found.records] == [
        (0, "red.jpg"),
        (1, "green.jpg"),
        (391895, "part/blue.png"),
    ]
    assert [caption.caption_id for caption in found.records[0].captions] == [70, 71]
    assert found.records[1].captions[0].text == "green "


def test_karpathy__parts(root: Path, tmp_path: Path) -> None:
    listing = told(tmp_path / "dataset.json", karpathy())
    found = dataset.load_records(root, listing, reading=Reading(split="test, val"))
    assert [one.file_name for one in found.records] == ["red.jpg", "part/blue.png"]
    with pytest.raises(SourceError, match=r"no part restval; there are test \(1\), train \(1\), val \(1\)"):
        dataset.load_records(root, listing, reading=Reading(split="restval"))


@pytest.mark.parametrize("name", HOSTILE)
def test_karpathy__hostile_names_are_skipped(root: Path, tmp_path: Path, name: str) -> None:
    lead_out(root)
    extra = {"filename": name, "imgid": 9, "split": "test", "sentences": []}
    listing = told(tmp_path / "dataset.json", karpathy(images=[*karpathy()["images"], extra]))
    found = dataset.load_records(root, listing)
    assert len(found.records) == 3
    assert [one.image_id for one in found.skipped] == [9]


@pytest.mark.parametrize(
    ("images", "match"),
    [
        ([{"filename": "red.jpg", "imgid": 0, "sentences": 5}], r"images\[0\].sentences: expected a list"),
        ([{"filename": "red.jpg", "imgid": 0, "sentences": [7]}], r"sentences\[0\]: expected an object"),
        ([{"filename": 5, "imgid": 0, "sentences": []}], "filename: expected a text"),
        ([{"filename": "red.jpg", "imgid": "0", "sentences": []}], "imgid: expected a whole number"),
        ([{"filename": "red.jpg", "imgid": 0, "sentences": []}] * 2, "listed twice"),
        ([{"filename": "no.jpg", "imgid": 0, "sentences": []}], "no such file"),
    ],
)
def test_karpathy__faults_have_their_place(root: Path, tmp_path: Path, images: Any, match: str) -> None:
    with pytest.raises(SourceError, match=match):
        dataset.load_records(root, told(tmp_path / "dataset.json", {"images": images}))


# Captions beside the photos


def test_sidecars__lines_beside_pictures(root: Path) -> None:
    (root / "red.txt").write_text("a red one\n\n the second \n", encoding="utf-8")
    (root / "part" / "blue.png.txt").write_bytes("\ufeffbläulich".encode())
    (root / "notes.txt").write_text("about nothing", encoding="utf-8")
    found = dataset.load_records(root)
    assert spoken(found) == {
        "red.jpg": ["a red one", " the second "],
        "green.jpg": [],
        "part/blue.png": ["bläulich"],
    }
    (root / "green.txt").write_text("new", encoding="utf-8")
    before = {one.text: one.caption_id for record in found.records for one in record.captions}
    after = {one.text: one.caption_id for record in dataset.load_records(root).records for one in record.captions}
    assert before.items() <= after.items(), "ids stay when captions come"


def test_sidecars__only_where_there_are_some(root: Path) -> None:
    (root / "notes.txt").write_text("about nothing", encoding="utf-8")
    assert kinds.of(root, None, None, Reading()) == "folder"
    assert kinds.of(root, None, None, Reading(kind="sidecar")) == "sidecar"
    (root / "part" / "blue.txt").write_text("blue", encoding="utf-8")
    assert kinds.of(root, None, None, Reading()) == "sidecar"
    assert not any(one.captions for one in dataset.load_records(root, reading=Reading(kind="folder")).records)


def test_sidecars__unreadable_ones_are_listed_and_links_not_followed(root: Path) -> None:
    secret = told(root.parent / "secret.txt", "a secret")
    (root / "red.txt").symlink_to(secret)
    (root / "green.txt").write_bytes(b"\xff\xfe\xff")
    (root / "part" / "blue.txt").write_bytes(b"x" * 1_000_001)
    found = dataset.load_records(root, reading=Reading(kind="sidecar"))
    assert not any(one.captions for one in found.records)
    assert sorted(one.reason for one in found.skipped) == [
        "captions of 1 MB, over the limit of 1 MB",
        "the captions are not UTF-8",
    ]


# Tables


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain.csv", 'file_name,caption\nred.jpg,a red one\nred.jpg,"second, quoted"\ngreen.jpg,\n'),
        ("semicolons.csv", "id;image;text\n1;red.jpg;a red one\n2;red.jpg;second, quoted\n3;green.jpg;\n"),
        (
            "bars.csv",
            "image_name| nr| comment\nred.jpg| 0| a red one\nred.jpg|1|second, quoted\ngreen.jpg",
        ),
        ("tabs.tsv", "\ufeffCaption\tPath\na red one\tred.jpg\nsecond, quoted\tred.jpg\n\tgreen.jpg\n"),
        ("Flickr8k.token.txt", "red.jpg#0\ta red one\nred.jpg#1\tsecond, quoted\ngreen.jpg#0\t\n"),
    ],
)
def test_tables__of_every_cut(root: Path, tmp_path: Path, name: str, text: str) -> None:
    found = dataset.load_records(root, told(tmp_path / name, text))
    assert spoken(found) == {"red.jpg": ["a red one", "second, quoted"], "green.jpg": []}


def test_tables__columns_by_name(root: Path, tmp_path: Path) -> None:
    table = told(tmp_path / "t.csv", "caption,Foto,was\nno,red.jpg,yes\n")
    found = dataset.load_records(root, table, reading=Reading(path_column="Foto", caption_column="was"))
    assert spoken(found) == {"red.jpg": ["yes"]}
    with pytest.raises(SourceError, match="no column of paths among caption, Foto, was; name it with --path-column"):
        dataset.load_records(root, table)
    with pytest.raises(SourceError, match="no column 'Bild' among"):
        dataset.load_records(root, table, reading=Reading(path_column="Bild"))


def test_tables__parquet(root: Path, tmp_path: Path) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = tmp_path / "t.parquet"
    pq.write_table(pa.table({"path": ["red.jpg", "green.jpg"], "caption": [["one", "two"], []]}), table)
    assert spoken(dataset.load_records(root, table)) == {"red.jpg": ["one", "two"], "green.jpg": []}
    pq.write_table(pa.table({"path": [{"bytes": b"1"}], "caption": ["x"]}), table)
    with pytest.raises(SourceError, match="expected texts"):
        dataset.load_records(root, table)
    whole = table.read_bytes()
    for cut in range(0, len(whole), 50):
        table.write_bytes(whole[:cut])
        with pytest.raises(SourceError, match="cannot be read as Parquet"):
            dataset.load_records(root, table)


@pytest.mark.parametrize("name", HOSTILE)
def test_tables__hostile_names_are_skipped(root: Path, tmp_path: Path, name: str) -> None:
    lead_out(root)
    table = tmp_path / "t.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["path", "caption"], ["red.jpg", "red"], [name, "x"]])
    found = dataset.load_records(root, table)
    assert spoken(found) == {"red.jpg": ["red"]}
    assert len(found.skipped) == 1


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "no column of paths among none"),
        (b"path\n", "lists none"),
        (b"path,caption\nno.jpg,x\n", "no such file"),
        (b"\xff\xfe", "expected text in UTF-8"),
        (b"caption,path\nonly\n", "line 2 has 1 columns"),
        (b"path,caption\nred.jpg," + b"x" * 200_000, "field larger"),
    ],
)
def test_tables__faults(root: Path, tmp_path: Path, content: bytes, match: str) -> None:
    table = tmp_path / "t.csv"
    table.write_bytes(content)
    with pytest.raises(SourceError, match=match):
        dataset.load_records(root, table)


def test_tables__missing(root: Path, tmp_path: Path) -> None:
    for name in ("no.csv", "no.parquet"):
        with pytest.raises(SourceError, match="no such file"):
            dataset.load_records(root, tmp_path / name)
    assert {".csv", ".tsv", ".parquet"} < tables.SUFFIXES


# What does not go together


@pytest.mark.parametrize(
    ("reading", "captions", "match"),
    [
        (Reading(kind="zip"), False, "no kind of source"),
        (Reading(kind="table"), False, "name it with --captions"),
        (Reading(kind="folder"), True, "takes no --captions"),
        (Reading(split="test"), False, "Karpathy"),
        (Reading(path_column="x"), False, "are for tables"),
    ],
)
def test_kinds__options_that_mean_nothing(
    root: Path, tmp_path: Path, reading: Reading, captions: bool, match: str
) -> None:
    listing = told(tmp_path / "captions.json", {"images": []}) if captions else None
    with pytest.raises(SourceError, match=match):
        dataset.load_records(root, listing, reading=reading)
