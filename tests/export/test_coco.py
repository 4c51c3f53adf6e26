from __future__ import annotations

import contextlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pycocotools.coco import COCO

from core import dataset, export
from core.records import Box, Caption, Category, ImageRecord, License
from tests import colour_encoder

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
RECORDS = (
    ImageRecord(
        3,
        "a/3.png",
        16,
        12,
        (Caption(31, " A dog\n"), Caption(32, '=1+1 "quoted" é')),
        ("dog", "person"),
        (Box("dog", 1.5, 2, 3, 4), Box("dog", 0, 0, 2, 2), Box("person", 5, 5, 1, 7)),
        "https://coco.example/3.jpg",
        "https://flickr.example/3.jpg",
        4,
    ),
    ImageRecord(7, "7.png", 16, 12, (), ("sofa",), (), license=None),
    ImageRecord(9, "9.png", 16, 12, (Caption(91, "nothing here"),)),
)
LISTED = export.Listed(
    "home", RECORDS,
    (Category(18, "dog", "animal"), Category(1, "person", "person"), Category(63, "sofa"), Category(90, "unused")),
    (License(4, "CC BY", "https://cc.example/by"), License(5, "CC0")),
    found_by={3: "2*dog"},
)  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    (tmp_path / "pictures" / "a").mkdir(parents=True)
    for record in RECORDS:
        colour_encoder.picture("red").save(tmp_path / "pictures" / record.file_name)
    made = {"captions": export.captions_json(LISTED, NOW), "instances": export.instances_json(LISTED, NOW)}
    for name, text in made.items():
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    return {name: tmp_path / f"{name}.json" for name in made} | {"pictures": tmp_path / "pictures"}


def official(path: Path) -> Any:
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


def test_coco__reads_back_as_the_same_records(files: dict[str, Path]) -> None:
    read = dataset.load_records(files["pictures"], files["captions"], files["instances"])
    assert read.records == RECORDS
    assert set(read.categories) == set(LISTED.categories)
    assert read.licenses == LISTED.licenses
    assert not read.skipped


def test_captions_json__is_valid_for_pycocotools(files: dict[str, Path]) -> None:
    coco = official(files["captions"])
    assert coco.getImgIds() == [3, 7, 9]
    spoken = coco.loadAnns(coco.getAnnIds(imgIds=[3]))
    assert [one["caption"] for one in spoken] == [" A dog\n", '=1+1 "quoted" é']


def test_instances_json__is_valid_for_pycocotools(files: dict[str, Path]) -> None:
    coco = official(files["instances"])
    dog = coco.getCatIds(catNms=["dog"])
    assert dog == [18]
    assert coco.getCatIds(supNms=["animal"]) == [18]
    assert coco.getImgIds(catIds=dog) == [3]
    assert len(coco.getAnnIds(imgIds=[3], catIds=dog)) == 2
    assert [one["bbox"] for one in coco.loadAnns(coco.getAnnIds(areaRng=[5, 1e9], iscrowd=False))] == [
        [1.5, 2, 3, 4],
        [5, 5, 1, 7],
    ]
    assert "bbox" not in coco.imgToAnns[7][0]


def test_coco__licence_and_attribution_on_every_picture(files: dict[str, Path]) -> None:
    for name in ("captions", "instances"):
        top = json.loads(files[name].read_text(encoding="utf-8"))
        assert {one["id"] for one in top["licenses"]} == {4, 5}
        first, second, _ = top["images"]
        assert first["license"] == 4
        assert (
            first["attribution"] == "a/3.png, from https://flickr.example/3.jpg, licence CC BY (https://cc.example/by)"
        )
        assert first["found_by"] == "2*dog"
        assert "license" not in second
        assert second["attribution"] == "7.png, licence unknown"


def test_instances_json__a_category_that_the_table_does_not_list_gets_a_number() -> None:
    top = json.loads(export.instances_json(export.Listed("home", RECORDS, (Category(18, "dog"),)), NOW))
    assert [(one["id"], one["name"]) for one in top["categories"]] == [(18, "dog"), (19, "person"), (20, "sofa")]
    assert [one["id"] for one in top["annotations"]] == [1, 2, 3, 4]


def test_coco__of_nothing() -> None:
    empty = export.Listed("home", ())
    assert json.loads(export.captions_json(empty, NOW))["annotations"] == []
    assert json.loads(export.instances_json(empty, NOW))["categories"] == []
