from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import dataset
from core.dataset import folders
from core.errors import SourceError
from core.records import Box, Caption, Category, License, Skipped
from tests import colour_encoder

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    for name in ("1.jpg", "2.jpg", "train/000003.webp", "9.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        colour_encoder.picture("red").save(folder / name)
    return folder


def coco(**changes: Any) -> dict[str, Any]:
    """A small captions file: ids with gaps, several captions each, one picture in a sub-folder, one grey in licence."""
    listed = {
        "info": {"description": "test"},
        "licenses": [{"id": 4, "name": "CC BY", "url": "http://creativecommons.org/licenses/by/2.0/"}],
        "images": [
            {"id": 139, "file_name": "9.png", "width": 16, "height": 12, "license": 7},
            {"id": 17, "file_name": "1.jpg", "width": 16, "height": 12, "license": 4, "coco_url": "http://a/1.jpg"},
            {"id": 42, "file_name": "train/000003.webp", "flickr_url": "https://f/3.jpg"},
        ],
        "annotations": [
            {"id": 500, "image_id": 139, "caption": "second to come \n"},
            {"id": 7, "image_id": 17, "caption": " a red square."},
            {"id": 8, "image_id": 17, "caption": "rouge été 雪"},
            *({"id": 600 + n, "image_id": 42, "caption": f"number {n}"} for n in range(7)),
        ],
    }
    return {**listed, **changes}


def instances(**changes: Any) -> dict[str, Any]:
    listed = {
        "images": [{"id": 17, "file_name": "1.jpg"}, {"id": 99, "file_name": "elsewhere.jpg"}],
        "categories": [
            {"id": 90, "name": "toothbrush", "supercategory": "indoor"},
            {"id": 1, "name": "person", "supercategory": "person"},
        ],
        "annotations": [
            {
                "id": 1,
                "image_id": 17,
                "category_id": 90,
                "bbox": [1, 2, 3.5, 4],
                "iscrowd": 0,
                "segmentation": [[1, 2]],
            },
            {"id": 2, "image_id": 17, "category_id": 1, "bbox": [0, 0, 5, 5], "iscrowd": 1},
            {"id": 3, "image_id": 17, "category_id": 1, "bbox": [0, 0, 0, 5], "iscrowd": 0},
            {"id": 4, "image_id": 99, "category_id": 1, "bbox": [0, 0, 5, 5]},
        ],
    }
    return {**listed, **changes}


def written(folder: Path, content: Any, name: str = "captions.json") -> Path:
    path = folder.parent / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_load_records__coco_captions(root: Path) -> None:
    found = dataset.load_records(root, written(root, coco()))
    assert [record.image_id for record in found.records] == [17, 42, 139]
    first, second, third = found.records
    assert first.captions == (Caption(7, " a red square."), Caption(8, "rouge été 雪"))
    assert (first.file_name, first.width, first.height, first.license) == ("1.jpg", 16, 12, 4)
    assert (first.coco_url, first.flickr_url) == ("http://a/1.jpg", "")
    assert (second.file_name, second.width, len(second.captions)) == ("train/000003.webp", 0, 7)
    assert third.captions[0].text == "second to come \n"
    assert third.captions[0].display == "second to come"
    assert third.license is None  # 7 is not in the table
    assert found.licenses == (License(4, "CC BY", "http://creativecommons.org/licenses/by/2.0/"),)
    assert (found.categories, found.skipped) == ((), ())


def test_load_records__instances_add_boxes_and_categories(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = dataset.load_records(root, written(root, coco()), written(root, instances(), "instances.json"))
    assert found.categories == (Category(1, "person", "person"), Category(90, "toothbrush", "indoor"))
    first = found.records[0]
    assert first.categories == ("person", "toothbrush")
    assert first.boxes == (Box("toothbrush", 1, 2, 3.5, 4), Box("person", 0, 0, 5, 5))
    assert found.records[1].boxes == ()
    assert capsys.readouterr().out == ""  # pycocotools would speak here


def test_load_records__instances_alone_list_the_pictures(root: Path) -> None:
    found = dataset.load_records(root, None, written(root, instances()))
    assert [record.image_id for record in found.records] == [17]
    assert found.skipped == (Skipped(99, "elsewhere.jpg", f"there is no such file in {root}"),)


def test_load_records__flickr_like_file_without_licences_and_with_a_byte_order_mark(root: Path) -> None:
    content = {"images": [{"id": 1, "file_name": "1.jpg"}], "annotations": [{"id": 1, "image_id": 1, "caption": "x"}]}
    found = dataset.load_records(root, written(root, b"\xef\xbb\xbf" + json.dumps(content).encode()))
    assert found.records[0].captions == (Caption(1, "x"),)
    assert found.licenses == ()


def test_load_records__lists_what_it_leaves_out(root: Path) -> None:
    content = coco()
    content["images"] += [
        {"id": 1, "file_name": "gone.jpg"},
        {"id": 2, "file_name": "../secret.jpg"},
        {"id": 3, "file_name": "/etc/passwd"},
        {"id": 4, "file_name": "train"},
        {"id": 5, "file_name": "http://example.com/1.jpg"},
    ]
    content["annotations"] += [
        {"id": 1, "image_id": 12345, "caption": "of nothing"},
        {"id": 2, "image_id": 12345, "caption": "of nothing"},
        {"id": 3, "image_id": 17, "caption": " \n"},
    ]
    found = dataset.load_records(root, written(root, content))
    assert len(found.records) == 3
    reasons = {(one.image_id, one.file_name): one.reason for one in found.skipped}
    assert "there is no such file" in reasons[1, "gone.jpg"]
    assert "climbs out" in reasons[2, "../secret.jpg"]
    assert "absolute" in reasons[3, "/etc/passwd"]
    assert "there is no such file" in reasons[4, "train"]
    assert "address" in reasons[5, "http://example.com/1.jpg"]
    assert reasons[12345, ""] == "2 captions about a picture that captions.json does not list"
    assert reasons[17, ""] == "caption 3 is empty"
    assert len(found.skipped) == 7


def test_load_records__file_names_made_on_windows_and_with_dots(root: Path) -> None:
    images = [{"id": 1, "file_name": "train\\000003.webp"}, {"id": 2, "file_name": ".//train/./000003.webp"}]
    found = dataset.load_records(root, written(root, coco(images=images, annotations=[])))
    assert [record.file_name for record in found.records] == ["train/000003.webp"] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there that few have")
def test_load_records__links_inside_are_followed_and_links_outside_are_not(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    (root / "in.jpg").symlink_to(root / "1.jpg")
    (root / "out.jpg").symlink_to(tmp_path / "secret.jpg")
    (root / "broken.jpg").symlink_to(tmp_path / "nothing.jpg")
    images = [{"id": n, "file_name": name} for n, name in enumerate(("in.jpg", "out.jpg", "broken.jpg"))]
    listed = dataset.load_records(root, written(root, coco(images=images, annotations=[])))
    walked = dataset.load_records(root)
    for found in (listed, walked):
        assert "in.jpg" in {record.file_name for record in found.records}
        assert {one.file_name for one in found.skipped} == {"out.jpg", "broken.jpg"}
        assert all("link" in one.reason for one in found.skipped)


def test_load_records__under_gives_the_names_and_ids_of_the_whole(root: Path) -> None:
    content = {"images": [{"id": 5, "file_name": "000003.webp"}], "annotations": []}
    found = dataset.load_records(root, written(root, content), under="train")
    assert found.records[0].file_name == "train/000003.webp"
    whole = {record.image_id: record for record in dataset.load_records(root, labels_from_folders=True).records}
    part = dataset.load_records(root, labels_from_folders=True, under="train").records
    assert part == (whole[part[0].image_id],)
    assert part[0].categories == ("train",)


PLACES: tuple[tuple[Any, str], ...] = (
    (b"", "not JSON"),
    (b"hello", r"not JSON \(Expecting value at line 1, column 1\)"),
    (b'{"images": [\n  {"id": 1,}]}', "line 2, column"),
    (b"\xff\xfe{}", "expected JSON in UTF-8, found byte 0xff at 0"),
    (b"[" * 100_000, "nested too deep"),
    (b'{"a":' * 50_000, "nested too deep"),
    (b'{"images": NaN}', "NaN is not a number"),
    (b'{"images": [-Infinity]}', "-Infinity is not a number"),
    (b'{"images": ' + b"9" * 5000 + b"}", "not usable JSON"),
    ([], "expected a JSON object with images and annotations, found a list of 0"),
    ("text", 'found "text"'),
    (None, "found null"),
    ({}, "images: expected a list, found no such key among none"),
    ({"pictures": []}, "images: expected a list, found no such key among pictures"),
    (coco(images={"id": 1}), "images: expected a list, found an object of 1"),
    (coco(images=[1]), r"images\[0\]: expected an object, found 1"),
    (coco(images=[{"file_name": "1.jpg"}]), r"images\[0\]\.id: expected a whole number of 64 bits, found nothing"),
    (coco(images=[{"id": "17", "file_name": "1.jpg"}]), r'images\[0\]\.id: .* found "17"'),
    (coco(images=[{"id": True, "file_name": "1.jpg"}]), r"images\[0\]\.id: .* found true"),
    (coco(images=[{"id": 2**63, "file_name": "1.jpg"}]), r"images\[0\]\.id: .* found 9223372036854775808"),
    (coco(images=[{"id": 1.5, "file_name": "1.jpg"}]), r"images\[0\]\.id: .* found 1.5"),
    (coco(images=[{"id": 1}]), r"images\[0\]\.file_name: expected a text, found nothing"),
    (coco(images=[{"id": 1, "file_name": ["1.jpg"]}]), r"file_name: expected a text, found a list of 1"),
    (coco(images=[{"id": 1, "file_name": "1.jpg"}] * 2), r"images\[1\]\.id: 1 is taken already by images\[0\]"),
    (coco(images=[{"id": 1, "file_name": "1.jpg", "width": -1}]), r"images\[0\]\.width: expected a number of pixels"),
    (coco(annotations=None), "annotations: expected a list, found null"),
    (coco(annotations=[{"id": 1, "image_id": 17}]), r"annotations\[0\]\.caption: expected a text, found nothing"),
    (coco(annotations=[{"id": 1, "image_id": 17, "caption": 5}]), r"caption: expected a text, found 5"),
    (coco(annotations=[{"image_id": 17, "caption": "x"}]), r"annotations\[0\]\.id: expected a whole number"),
    (coco(annotations=[{"id": 3, "image_id": 17, "caption": "x"}] * 2), r"annotations\[1\]\.id: 3 is taken already by"),
    (coco(licenses="all"), "licenses: expected a list"),
    (coco(images=[{"id": 1, "file_name": "no.jpg"}]), "none of the 1 pictures .* can be used .* no.jpg: there is no"),
    (coco(images=[]), "none of the 0 pictures"),
)


@pytest.mark.parametrize(("content", "message"), PLACES, ids=[message[:40] for _, message in PLACES])
def test_load_records__hostile_captions_are_refused_with_their_place(root: Path, content: Any, message: str) -> None:
    with pytest.raises(SourceError, match=message) as refused:
        dataset.load_records(root, written(root, content))
    assert "captions.json" in str(refused.value)
    assert len(str(refused.value)) < 600


ANNOTATION = {"id": 1, "image_id": 17, "category_id": 1, "bbox": [0, 0, 5, 5]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (instances(categories=None), "categories: expected a list"),
        (instances(categories=[{"id": 1, "name": ""}]), r"categories\[0\]\.name: expected a name of its own"),
        (instances(categories=[{"id": 1, "name": "a"}, {"id": 2, "name": "a"}]), r"categories\[1\]\.name"),
        (instances(categories=[{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]), r"categories\[1\]\.id: 1 is taken"),
        (instances(annotations=[{**ANNOTATION, "category_id": 5}]), "category_id: expected an id of the 2 categories"),
        (instances(annotations=[{**ANNOTATION, "bbox": [1, 2, 3]}]), r"bbox: expected a list of four numbers"),
        (instances(annotations=[{**ANNOTATION, "bbox": [1, 2, 3, "4"]}]), r"bbox: expected a list of four numbers"),
        (instances(annotations=[{**ANNOTATION, "bbox": [1, 2, 3, 10**400]}]), r"bbox: expected four numbers"),
        (b'{"images": [], "categories": [], "annotations": [{"bbox": [1e999, 0, 1, 1]}]}', "image_id"),
    ],
)
def test_load_records__hostile_instances_are_refused_with_their_place(root: Path, content: Any, message: str) -> None:
    with pytest.raises(SourceError, match=message) as refused:
        dataset.load_records(root, written(root, coco()), written(root, content, "instances.json"))
    assert "instances.json" in str(refused.value)


def test_load_records__infinite_boxes_are_refused(root: Path) -> None:
    content = json.dumps(instances(annotations=[ANNOTATION])).replace("[0, 0, 5, 5]", "[1e999, 0, 1, 1]").encode()
    with pytest.raises(SourceError, match="bbox: expected four finite numbers"):
        dataset.load_records(root, written(root, coco()), written(root, content, "instances.json"))


def test_load_records__texts_that_utf8_cannot_hold_are_mended(root: Path) -> None:
    content = b'{"images": [{"id": 1, "file_name": "1.jpg"}, {"id": 2, "file_name": "\\ud800.jpg"}], "annotations": ['
    content += b'{"id": 1, "image_id": 1, "caption": "half \\ud83d pair \\ud83d\\ude00"}]}'
    found = dataset.load_records(root, written(root, content))
    assert found.records[0].captions[0].text == "half \ufffd pair 😀"
    assert [one.image_id for one in found.skipped] == [2]


def test_load_records__links_in_addresses_are_web_addresses_or_nothing(root: Path) -> None:
    images = [{"id": 1, "file_name": "1.jpg", "coco_url": "javascript:alert(1)", "flickr_url": 5}]
    record = dataset.load_records(root, written(root, coco(images=images, annotations=[]))).records[0]
    assert (record.coco_url, record.flickr_url) == ("", "")


def test_load_records__bounds_the_size_of_a_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.dataset.annotation_file.MAX_BYTES", 100)
    with pytest.raises(SourceError, match="over the limit"):
        dataset.load_records(root, written(root, coco()))


def test_load_records__outlines_never_wait_in_memory(root: Path) -> None:
    """Past what the boxes need, an instances file costs nothing: outlines are dropped while the file is parsed."""
    from core.dataset import annotation_file

    content = instances(annotations=[{**ANNOTATION, "segmentation": [[1.5] * 1000]}])
    entries = list(annotation_file.read(written(root, content)).entries("annotations"))
    assert "segmentation" not in entries[0]
    assert "bbox" in entries[0]


def test_load_records__folder(root: Path) -> None:
    for name in (".hidden.jpg", ".cache/x.jpg", "notes.txt", "deep/er/Z.JPEG"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    found = dataset.load_records(root)
    assert {record.file_name for record in found.records} == {
        "1.jpg", "2.jpg", "9.png", "deep/er/Z.JPEG", "train/000003.webp",
    }  # fmt: skip
    assert [record.image_id for record in found.records] == sorted(map(folders.image_id_of, (
        "1.jpg", "2.jpg", "9.png", "deep/er/Z.JPEG", "train/000003.webp",
    )))  # fmt: skip
    assert all(record.captions == record.categories == () for record in found.records)
    before = {record.file_name: record.image_id for record in found.records}
    (root / "0.jpg").write_bytes(b"x")
    after = {record.file_name: record.image_id for record in dataset.load_records(root).records}
    assert {name: after[name] for name in before} == before


def test_load_records__class_folders(root: Path) -> None:
    (root / "cat" / "small").mkdir(parents=True)
    for name in ("cat/a.jpg", "cat/small/b.jpg"):
        (root / name).write_bytes(b"x")
    found = dataset.load_records(root, labels_from_folders=True)
    assert found.categories == (Category(1, "cat"), Category(2, "train"))
    labels = {record.file_name: record.categories for record in found.records}
    assert labels["cat/small/b.jpg"] == labels["cat/a.jpg"] == ("cat",)
    assert labels["1.jpg"] == ()


def test_load_records__ids_that_meet_are_parted(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "image_id_of", len)
    ids = [record.image_id for record in dataset.load_records(root).records]
    assert ids == sorted(set(ids)) == [5, 6, 7, 17]


def test_load_records__folder_faults(root: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder, message in (
        (tmp_path / "nowhere", "is not there"),
        (root / "1.jpg", "is a file, not a folder"),
        (tmp_path / "empty", r"no pictures in .*empty.*\.jpg"),
    ):
        with pytest.raises(SourceError, match=message):
            dataset.load_records(folder)
    with pytest.raises(SourceError, match="labels come either"):
        dataset.load_records(root, written(root, coco()), labels_from_folders=True)
    with pytest.raises(SourceError, match="there is no such file"):
        dataset.load_records(root, tmp_path / "no.json")
    with pytest.raises(SourceError, match="found a folder"):
        dataset.load_records(root, tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_load_records__file_names_that_are_no_text_are_skipped(root: Path) -> None:
    (Path(os.fsdecode(os.fsencode(root) + b"/\xff.jpg"))).write_bytes(b"x")
    (root / "new\nline.jpg").write_bytes(b"x")
    found = dataset.load_records(root)
    assert len(found.records) == 4
    assert {one.reason.split(":")[0] for one in found.skipped} == {
        "the file name is not valid UTF-8",
        "a control character in the file name",
    }
    assert all(one.file_name.isprintable() for one in found.skipped)


KEYS = st.sampled_from(
    ["id", "image_id", "file_name", "caption", "width", "license", "bbox", "category_id", "name", "coco_url", "url"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.just("1.jpg"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=5,
)
ENTRIES = st.lists(st.dictionaries(KEYS, JSON, max_size=6) | JSON, max_size=4)
FILES = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("images", "annotations", "licenses", "categories"), ENTRIES | JSON)
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(captions=FILES | JSON, objects=FILES | st.none())
def test_load_records__raises_nothing_but_source_errors(root: Path, captions: Any, objects: Any) -> None:
    try:
        found = dataset.load_records(
            root, written(root, captions), written(root, objects, "instances.json") if objects is not None else None
        )
    except SourceError as refused:
        assert str(refused)  # noqa: PT017
    else:
        assert found.records


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_load_records__damaged_bytes_raise_nothing_but_source_errors(root: Path, data: st.DataObject) -> None:
    file = bytearray(json.dumps(coco()).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    try:
        dataset.load_records(root, written(root, bytes(file[: data.draw(st.integers(0, len(file)))])))
    except SourceError:
        return


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared photos are not here")
def test_load_records__on_the_shared_photos() -> None:
    coco_photos = dataset.load_records(
        SHARED / "coco" / "val2017", SHARED / "coco" / "annotations" / "captions_val2017.json"
    )
    assert (len(coco_photos.records), sum(len(record.captions) for record in coco_photos.records)) == (183, 916)
    assert (len(coco_photos.licenses), coco_photos.skipped) == (8, ())
    classes = dataset.load_records(SHARED / "caltech101", labels_from_folders=True)
    assert len(classes.categories) == 70
