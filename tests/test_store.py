from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import pytest

from core import store
from core.embedding import Embeddings
from core.errors import (
    ConfigurationError,
    QueryError,
    StoreBusyError,
    StoreCorruptError,
    StoreMisfitError,
    StoreNotFoundError,
    StoreWriteError,
    UnsafePathError,
)
from core.records import Box, Caption, Category, ImageRecord, License, RecordSet, Skipped
from core.store import Header, Source
from tests import colour_collection
from tests.colour_encoder import DIM, ColourEncoder
from tests.memory_store import unit

RECORDS = (
    ImageRecord(
        3,
        "a/été 雪.jpg",
        640,
        480,
        (Caption(9, " stray space \n"), Caption(4, "<b>bold</b>"), Caption(5, "=1+1")),
        ("cat", "dog"),
        (Box("cat", 1, 2.25, 3, 4), Box("dog", 0, 0, 640, 479.5)),
        "http://a/1",
        "http://b/2",
        4,
    ),
    ImageRecord(17, "plain.png"),
    ImageRecord(2**62, "b.png", captions=(Caption(1, "x" * 5000),), license=0),
)
EVERYTHING = RecordSet(
    RECORDS,
    (Category(1, "cat", "animal"), Category(18, "dog")),
    (License(0, "none"), License(4, "CC BY", "http://cc")),
    (Skipped(None, "x.jpg", "broken"), Skipped(5, "", "empty")),
)


def header(root: Path, name: str = "small", weights: str = "tests") -> Header:
    return Header(name, "Small ones", Source(str(root), "c.json", None, True), ColourEncoder(weights).spec, "m", "tag")


def embeddings(ids: list[int], dim: int = DIM, seed: int = 0) -> Embeddings:
    return Embeddings(np.array(ids, np.int64), unit(np.random.default_rng(seed), len(ids), dim))


def written(db: Path, **changes: object) -> Path:
    arguments = {
        "header": header(db.parent / "pictures"),
        "records": EVERYTHING,
        "images": embeddings([3, 17, 2**62]),
        "captions": embeddings([9, 4, 5, 1], seed=1),
        **changes,
    }
    return store.write_store(db, *arguments.values())  # type: ignore[arg-type]


def test_open_store__gives_back_what_was_written(tmp_path: Path) -> None:
    opened = store.open_store(written(tmp_path / "db"))
    manifest = opened.manifest
    assert opened.records == RECORDS
    assert (opened.categories, opened.licenses) == (EVERYTHING.categories, EVERYTHING.licenses)
    assert [caption.caption_id for caption in opened.captions] == [9, 4, 5, 1]
    assert opened.caption_image_rows.tolist() == [0, 0, 0, 2]
    np.testing.assert_allclose(opened.image_index.vectors(), embeddings([3, 17, 2**62]).vectors, atol=5e-4)
    np.testing.assert_allclose(opened.caption_index.vectors(), embeddings([9, 4, 5, 1], seed=1).vectors, atol=5e-4)
    assert (manifest.name, manifest.title, manifest.model, manifest.pretrained) == ("small", "Small ones", "m", "tag")
    assert (manifest.images, manifest.captions, manifest.caption_vectors, manifest.dim) == (3, 4, 4, DIM)
    assert (manifest.skipped, manifest.skips) == (2, EVERYTHING.skipped)
    assert (manifest.metric, manifest.index_kind, manifest.format_version) == ("cosine", "exact", 1)
    assert manifest.encoder == ColourEncoder().spec
    assert manifest.source.labels_from_folders
    assert manifest.created_at == manifest.changed_at
    assert [opened.row_of(record.image_id) for record in RECORDS] == [0, 1, 2]
    with pytest.raises(QueryError, match=r"image_id 99 among the 3 .* between 3 and 4611686018427387904"):
        opened.row_of(99)


def test_write_store__the_files_are_what_the_design_says(tmp_path: Path) -> None:
    folder = written(tmp_path / "db")
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        store.MANIFEST,
        *store.FILES,
    }
    assert json.loads((folder / "text/metadata.json").read_bytes())[0] == {
        "caption_id": 9,
        "image_id": 3,
        "caption": " stray space \n",
    }
    entries = json.loads((folder / "images/metadata.json").read_bytes())
    assert entries[1] == {"image_id": 17, "file_name": "plain.png"}
    assert entries[0]["boxes"] == [["cat", 1, 2.25, 3, 4], ["dog", 0, 0, 640, 479.5]]
    assert list(tmp_path.joinpath("db").glob(".small*")) == []


def test_write_store__equal_contents_are_equal_bytes_times_aside(tmp_path: Path) -> None:
    one, two = written(tmp_path / "one" / "db"), written(tmp_path / "two" / "db")
    for path in store.FILES:
        assert (one / path).read_bytes() == (two / path).read_bytes()


def test_write_store__without_pictures_or_captions(tmp_path: Path) -> None:
    nothing = Embeddings(np.empty(0, np.int64), np.empty((0, DIM), np.float32))
    empty = store.open_store(written(tmp_path / "db", records=RecordSet(()), images=nothing, captions=nothing))
    assert (empty.records, empty.captions, empty.image_index.count) == ((), (), 0)
    silent = store.open_store(written(tmp_path / "db", captions=nothing))  # an encoder that cannot read
    assert (silent.captions, silent.caption_index.count, len(silent.caption_image_rows)) == ((), 0, 0)
    assert silent.records == RECORDS
    assert (silent.manifest.captions, silent.manifest.caption_vectors) == (4, 0)
    assert store.verify_store(silent.folder).ok


@pytest.mark.parametrize(
    "changes",
    [
        {"images": embeddings([17, 3, 2**62])},
        {"images": embeddings([3, 17])},
        {"captions": embeddings([9, 4, 5])},
        {"captions": embeddings([4, 9, 5, 1])},
        {"captions": embeddings([9, 4, 5, 1], dim=DIM + 1)},
    ],
)
def test_write_store__refuses_rows_that_stand_for_something_else(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(StoreWriteError):
        written(tmp_path / "db", **changes)
    assert not (tmp_path / "db").exists()


BAD_NAMES = ("", ".", "..", "a/b", "a\\b", ".hidden", "models", "Models", "con", "LPT1.x", "x" * 65, "a b", "a\0", "é",
             "-a", "a.", "../x")  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES)
def test_check_name__refuses(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the name"):
        written(tmp_path / "db", header=header(tmp_path, name))


@pytest.mark.parametrize("name", ["a", "coco-2017", "my.pictures_2", "A1", "0", "x" * 64, "modelsx"])
def test_check_name__accepts(name: str) -> None:
    store.check_name(name)


def test_open_store__of_a_name_there_is_not_lists_those_there_are(tmp_path: Path) -> None:
    written(tmp_path / "db")
    (tmp_path / "db" / "models").mkdir()
    with pytest.raises(StoreNotFoundError, match=r"no collection 'big' .* there are: small; build it: python -m core"):
        store.open_store(tmp_path / "db" / "big")
    with pytest.raises(StoreNotFoundError, match="there are: none"):
        store.open_store(tmp_path / "nowhere" / "big")


def test_open_store__of_a_folder_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "db" / "old" / "images").mkdir(parents=True)
    with pytest.raises(StoreCorruptError, match=r"old: no readable manifest\.json"):
        store.open_store(tmp_path / "db" / "old")


def test_check_fits__names_both_and_the_command(tmp_path: Path) -> None:
    opened = store.open_store(written(tmp_path / "db"))
    store.check_fits(opened, ColourEncoder().spec)
    others = [ColourEncoder("others").spec] + [
        dataclasses.replace(opened.manifest.encoder, **change)
        for change in ({"dim": 5}, {"image_size": 2}, {"model": "x"}, {"family": "x"}, {"fingerprint": "0" * 64})
    ]
    for spec in others:
        with pytest.raises(StoreMisfitError) as refused:
            store.check_fits(opened, spec)
        text = str(refused.value)
        assert spec.fingerprint[:12] in text
        assert opened.manifest.encoder.fingerprint[:12] in text
        assert "python -m core build small --images" in text
        assert text.endswith(f"--db {tmp_path / 'db'} --labels-from-folders --model m --pretrained tag")


def test_images_root__moves_with_the_project(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "sample_images").mkdir(parents=True)
    db = project / "clip_db"
    relative = store.stored_path(project / "sample_images", db / "small")
    assert relative == "../../sample_images"
    folder = written(db, header=dataclasses.replace(header(tmp_path), source=Source(relative)))
    assert store.open_store(folder).images_root == project / "sample_images"
    project.rename(tmp_path / "moved")
    opened = store.open_store(tmp_path / "moved" / "clip_db" / "small")
    assert opened.images_root == tmp_path / "moved" / "sample_images"
    outside = store.stored_path(tmp_path / "elsewhere", db / "small")
    assert outside == str(tmp_path / "elsewhere")
    assert store.resolved_path(outside, db / "small") == tmp_path / "elsewhere"


def test_stored_path__a_relative_db_is_like_an_absolute_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert store.stored_path(Path("photos"), Path("clip_db") / "x") == "../../photos"
    assert store.resolved_path("../../photos", Path("clip_db") / "x") == tmp_path / "photos"
    assert store.stored_path(Path("/photos"), Path("/clip_db/x")) == "/photos"  # the whole disk is no project


def test_picture_path__never_leaves_the_picture_folder(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    opened = store.open_store(written(tmp_path / "db"))
    assert opened.picture_path(RECORDS[1]) == (tmp_path / "pictures" / "plain.png").resolve()
    for name in ("../secret", "/etc/passwd", "a\0b"):
        with pytest.raises(UnsafePathError):
            opened.picture_path(ImageRecord(1, name))


def test_list_stores__lists_good_and_broken_ones(tmp_path: Path) -> None:
    db = tmp_path / "db"
    assert store.list_stores(db) == ()
    colour_collection.write(db)
    written(db)
    (db / "models").mkdir()
    (db / ".small.new").mkdir()
    (db / "old").mkdir()
    (written(db, header=header(tmp_path, "torn")) / "text/vectors.index").write_bytes(b"short")
    listed = {entry.name: entry for entry in store.list_stores(db)}
    assert list(listed) == ["colours", "old", "small", "torn"]
    assert (listed["small"].images, listed["small"].captions, listed["small"].problem) == (3, 4, None)
    assert (listed["colours"].title, listed["colours"].model) == ("The colours", "mean-colour")
    assert listed["small"].size_bytes == sum((db / "small" / path).stat().st_size for path in store.FILES)
    assert "no readable manifest" in str(listed["old"].problem)
    assert "text/vectors.index: expected" in str(listed["torn"].problem)


def test_verify_store__finds_nothing_wrong_with_a_good_one(tmp_path: Path) -> None:
    folder = colour_collection.write(tmp_path / "db")
    report = store.verify_store(folder)
    assert report.ok
    assert (report.images, report.captions, report.files_checked, report.missing_pictures) == (5, 8, 4, ())
    (tmp_path / "colours pictures" / "red" / "1.png").unlink()
    report = store.verify_store(folder)
    assert report.ok  # the store answers without its pictures
    assert report.missing_pictures == ("red/1.png",)
    with pytest.raises(StoreNotFoundError):
        store.verify_store(tmp_path / "db" / "nothing")


def test_verify_store__finds_strangers_and_another_name(tmp_path: Path) -> None:
    folder = written(tmp_path / "db")
    (folder / "images" / "extra.bin").write_bytes(b"x")
    moved = folder.rename(folder.parent / "renamed")
    assert store.verify_store(moved).problems == (
        "images/extra.bin: no file of a store",
        "the folder is called renamed, its manifest says small",
    )


def test_verify_store__finds_vectors_that_are_not_unit(tmp_path: Path) -> None:
    long = Embeddings(np.array([3, 17, 2**62]), np.full((3, DIM), 2, np.float32))
    report = store.verify_store(written(tmp_path / "db", images=long))
    assert report.problems == ("3 picture vectors are not of unit length, the first in row 0",)


def test_held__is_free_again_afterwards_and_nests(tmp_path: Path) -> None:
    with store.held(tmp_path, "x"), store.held(tmp_path, "x"), store.held(tmp_path, "y"):
        pass
    with store.held(tmp_path, "x"):
        pass


def test_held__says_who_holds_it(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def take() -> None:
        with store.held(tmp_path, "x"):
            pass

    with ThreadPoolExecutor(1) as other, store.held(tmp_path, "x"):
        with pytest.raises(StoreBusyError, match=rf"'x' is being written by process {os.getpid()} since 20\d\d-"):
            other.submit(take).result()
        (tmp_path / ".locks" / "x.json").write_text("nonsense")
        with pytest.raises(StoreBusyError, match="by another process"):
            other.submit(take).result()
