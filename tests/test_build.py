from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core import build, store
from core.errors import (
    Cancelled,
    ConfigurationError,
    NoTextSideError,
    QueryError,
    SourceError,
    StoreBusyError,
    StoreMisfitError,
    StoreNotFoundError,
    StoreWriteError,
)
from core.progress import Progress
from tests import colour_encoder, slow_build, small_disk
from tests.colour_encoder import COLOURS, ColourEncoder

ROOT = Path(__file__).resolve().parents[1]
COUNT = 60
NAMES = list(COLOURS)
WORDS = 5  # half of the colours, which a fit asks for by name


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.embedding.pictures.SHARD", slow_build.SHARD)
    monkeypatch.setattr("core.embedding.captions.SHARD", slow_build.SHARD)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Sixty coloured pictures, each in the folder of its colour."""
    folder = tmp_path / "pictures"
    for number in range(COUNT):
        colour = NAMES[number % len(NAMES)]
        (folder / colour).mkdir(parents=True, exist_ok=True)
        colour_encoder.picture(colour, (10 + number, 10)).save(folder / colour / f"{number:03}.png")
    return folder


def coco(numbers: range | list[int], captions: int = 2) -> dict[str, Any]:
    return {
        "licenses": [{"id": 1, "name": "CC0"}],
        "images": [
            {"id": 7 + 3 * n, "file_name": f"{NAMES[n % len(NAMES)]}/{n:03}.png", "license": 1} for n in numbers
        ],
        "annotations": [
            {"id": 100 * n + nth, "image_id": 7 + 3 * n, "caption": f"{NAMES[n % len(NAMES)]} {'so ' * nth}"}
            for n in numbers
            for nth in range(captions)
        ],
    }


def written(root: Path, content: dict[str, Any], name: str = "captions.json") -> Path:
    path = root.parent / name
    path.write_text(json.dumps(content))
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in store.FILES}


def manifest_without_times(folder: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((folder / store.MANIFEST).read_bytes())
    return {key: value for key, value in values.items() if key not in ("created_at", "changed_at", "manifest_sha256")}


def names_in(db: Path) -> list[str]:
    return sorted(path.name for path in db.iterdir())


def test_build_collection__red_finds_the_red_pictures(root: Path, tmp_path: Path) -> None:
    db = tmp_path / "db"
    seen: list[Progress] = []
    report = build.build_collection(
        "shop",
        root,
        written(root, coco(range(COUNT))),
        db=db,
        encoder=ColourEncoder(),
        title="A shop",
        report=seen.append,
    )
    assert (report.name, report.folder, report.images, report.captions) == ("shop", db / "shop", COUNT, 2 * COUNT)
    assert (report.skipped, report.resumed_from, report.added) == ((), 0, COUNT)
    assert report.pictures_per_second > 0
    assert list(dict.fromkeys(moment.stage for moment in seen)) == [
        "Reading the source", "Encoding pictures", "Encoding captions", "Fitting what scores mean",
        "Writing the store",
    ]  # fmt: skip
    opened = store.open_store(db / "shop")
    assert opened.manifest.title == "A shop"
    assert opened.images_root == root
    for colour in COLOURS:
        near = opened.image_index.search(ColourEncoder().encode_texts([colour]), 6)
        assert {opened.records[row].file_name.split("/")[0] for row in near.rows[0]} == {colour}
    assert names_in(db) == [".locks", "shop"]
    assert store.verify_store(db / "shop").ok


def test_build_collection__class_folders_and_bad_files(root: Path, tmp_path: Path) -> None:
    (root / "red" / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing more")
    (root / "red" / "text.jpg").write_text("no picture")
    report = build.build_collection("c", root, labels_from_folders=True, db=tmp_path / "db", encoder=ColourEncoder())
    assert (report.images, report.captions) == (COUNT, 0)
    assert sorted(one.file_name for one in report.skipped) == ["red/broken.jpg", "red/text.jpg"]
    opened = store.open_store(report.folder)
    assert [category.name for category in opened.categories] == sorted(NAMES)
    assert opened.manifest.skipped == 2
    assert {one.file_name for one in opened.manifest.skips} == {"red/broken.jpg", "red/text.jpg"}
    assert opened.captions == ()


def test_build_collection__captions_of_unreadable_pictures_are_left_out(root: Path, tmp_path: Path) -> None:
    (root / "red" / "000.png").write_bytes(b"")
    captions = written(root, coco(range(COUNT)))
    report = build.build_collection("c", root, captions, db=tmp_path / "db", encoder=ColourEncoder())
    assert (report.images, report.captions) == (COUNT - 1, 2 * COUNT - 2)


def test_build_collection__with_an_encoder_that_cannot_read(root: Path, tmp_path: Path) -> None:
    class Speechless(ColourEncoder):
        def encode_texts(self, texts: object) -> Any:
            raise NoTextSideError("pictures only")

    report = build.build_collection(
        "c", root, written(root, coco(range(COUNT))), db=tmp_path / "db", encoder=Speechless()
    )
    opened = store.open_store(report.folder)
    assert (opened.manifest.captions, opened.caption_index.count) == (2 * COUNT, 0)
    assert opened.records[0].captions[0].text == "red "
    after = build.remove_from_collection("c", [7], db=tmp_path / "db")
    assert (after.images, after.captions) == (COUNT - 1, 2 * COUNT - 2)


def test_build_collection__loads_the_encoder_it_is_told(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[object, ...]] = []

    def load(model: str, pretrained: str | None = None, *, device: str = "auto", **_: object) -> ColourEncoder:
        asked.append((model, pretrained, device))
        return ColourEncoder()

    monkeypatch.setattr("core.encoder.load_encoder", load)
    build.build_collection("c", root, db=tmp_path / "db", model="ViT", pretrained="tag", device="cpu")
    manifest = store.open_store(tmp_path / "db" / "c").manifest
    assert (manifest.model, manifest.pretrained) == ("ViT", "tag")
    colour_encoder.picture("red").save(root / "extra.png")
    build.add_to_collection("c", db=tmp_path / "db", device="mps")
    assert asked == [("ViT", "tag", "cpu"), ("ViT", "tag", "mps")]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models" / "mine").mkdir(parents=True)
    build.build_collection("c", root, db=tmp_path / "db", model="models/mine", pretrained="hf/none")
    manifest = store.open_store(tmp_path / "db" / "c").manifest
    assert (manifest.model, manifest.pretrained) == (str(tmp_path / "models" / "mine"), "hf/none")


def test_build_collection__again_keeps_the_title_and_replaces_the_rest(root: Path, tmp_path: Path) -> None:
    build.build_collection("c", root, db=tmp_path / "db", encoder=ColourEncoder(), title="Kept")
    build.build_collection("c", root / "red", db=tmp_path / "db", encoder=ColourEncoder("other"))
    opened = store.open_store(tmp_path / "db" / "c")
    assert (opened.manifest.title, opened.manifest.images) == ("Kept", 6)


def test_build_collection__stopped_goes_on_where_it_was_and_gives_the_same_bytes(root: Path, tmp_path: Path) -> None:
    captions = written(root, coco(range(COUNT)))
    whole = build.build_collection("c", root, captions, db=tmp_path / "one", encoder=ColourEncoder()).folder
    db = tmp_path / "two"
    reused = []
    for stop_at in (
        ("Encoding pictures", 20),
        ("Encoding pictures", 50),
        ("Encoding captions", 40),
        ("Writing the store", 2),
    ):

        def report(moment: Progress, stop_at: tuple[str, int] = stop_at) -> None:
            if (moment.stage, moment.done) >= stop_at and moment.stage == stop_at[0]:
                raise Cancelled("stopped")

        with pytest.raises(Cancelled):
            build.build_collection("c", root, captions, db=db, encoder=ColourEncoder(), report=report)
        assert names_in(db) == [".locks", ".work"]
        with pytest.raises(StoreNotFoundError):
            store.open_store(db / "c")
        reused.append(len(list((db / ".work" / "c").glob("*.npz"))))
    assert reused == sorted(reused)
    encoder = ColourEncoder()
    done = build.build_collection("c", root, captions, db=db, encoder=encoder)
    assert (done.resumed_from, encoder.pictures_seen, encoder.texts_seen) == (COUNT, 0, WORDS)  # only the words
    assert contents(done.folder) == contents(whole)
    assert names_in(db) == [".locks", "c"]


def test_build_collection__killed_at_random_moments_and_resumed_gives_the_same_bytes(
    root: Path, tmp_path: Path
) -> None:
    captions = written(root, coco(range(COUNT)))
    whole = build.build_collection("c", root, captions, db=tmp_path / "one" / "db", encoder=ColourEncoder()).folder
    db, chance = tmp_path / "two" / "db", random.Random(11)
    before = build.build_collection("c", root / "red", db=db, encoder=ColourEncoder()).folder
    old = contents(before)
    killed = 0
    for _ in range(5):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.slow_build", str(db), "c", str(root), str(captions)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        time.sleep(chance.uniform(0.05, 0.45))
        process.kill()
        killed += process.wait() != 0
        process.stdout.close()
        assert store.verify_store(db / "c").ok  # readable throughout, old or new
        assert contents(db / "c") in (old, contents(whole))
    assert killed
    done = build.build_collection("c", root, captions, db=db, encoder=ColourEncoder(), title="c")
    assert contents(done.folder) == contents(whole)
    assert manifest_without_times(done.folder) == manifest_without_times(whole) | {
        "source": manifest_without_times(done.folder)["source"]
    }
    assert names_in(db) == [".locks", "c"]


def test_build_collection__refuses_a_second_builder(root: Path, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    db = tmp_path / "db"
    second: list[BaseException | None] = []
    with ThreadPoolExecutor(1) as other:

        def report(moment: Progress) -> None:
            if moment.stage == "Encoding pictures" and not second:
                second.append(
                    other.submit(build.build_collection, "c", root, db=db, encoder=ColourEncoder()).exception()
                )

        build.build_collection("c", root, db=db, encoder=ColourEncoder(), report=report)
    assert isinstance(second[0], StoreBusyError)
    assert store.verify_store(db / "c").ok


def test_build_collection__refuses_what_it_cannot_use(root: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the name"):
        build.build_collection("../c", root, db=tmp_path / "db", encoder=ColourEncoder())
    with pytest.raises(SourceError, match="is not there"):
        build.build_collection("c", tmp_path / "none", db=tmp_path / "db", encoder=ColourEncoder())
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreWriteError, match="cannot be written"):
        build.build_collection("c", root, db=tmp_path / "file" / "db", encoder=ColourEncoder())


def test_add_to_collection__encodes_only_the_new_and_equals_a_whole_build(root: Path, tmp_path: Path) -> None:
    whole = build.build_collection("c", root, labels_from_folders=True, db=tmp_path / "one", encoder=ColourEncoder())
    aside = tmp_path / "aside"
    shutil.copytree(root, aside)
    for number in range(0, COUNT, 3):
        (root / NAMES[number % len(NAMES)] / f"{number:03}.png").unlink()
    shutil.rmtree(root / "white")
    before = build.build_collection("c", root, labels_from_folders=True, db=tmp_path / "two", encoder=ColourEncoder())
    shutil.copytree(aside, root, dirs_exist_ok=True)
    encoder = ColourEncoder()
    report = build.add_to_collection("c", db=tmp_path / "two", encoder=encoder)
    assert (report.added, report.already_there) == (COUNT - before.images, before.images)
    assert (report.images, encoder.pictures_seen) == (COUNT, COUNT - before.images)
    assert contents(report.folder)["images/vectors.index"] == contents(whole.folder)["images/vectors.index"]
    assert contents(report.folder) == contents(whole.folder)
    manifest = store.open_store(report.folder).manifest
    assert {category.name for category in manifest.categories} == set(NAMES)
    assert manifest.created_at < manifest.changed_at


def test_add_to_collection__coco_captions(root: Path, tmp_path: Path) -> None:
    db = tmp_path / "db"
    build.build_collection("c", root, written(root, coco(range(40))), db=db, encoder=ColourEncoder())
    encoder = ColourEncoder()
    report = build.add_to_collection(
        "c", root, written(root, coco(range(30, COUNT)), "more.json"), db=db, encoder=encoder
    )
    assert (report.added, report.already_there, report.images, report.captions) == (20, 10, COUNT, 2 * COUNT)
    assert (encoder.pictures_seen, encoder.texts_seen) == (20, 40 + WORDS)  # the words
    whole = build.build_collection(
        "c", root, written(root, coco(range(COUNT))), db=tmp_path / "whole", encoder=ColourEncoder()
    )
    assert contents(report.folder) == contents(whole.folder)


def test_add_to_collection__a_folder_does_not_double_what_a_coco_file_brought(root: Path, tmp_path: Path) -> None:
    """Their ids differ: those of a folder come from the file names."""
    db = tmp_path / "db"
    build.build_collection("c", root, written(root, coco(range(40))), db=db, encoder=ColourEncoder())
    report = build.add_to_collection("c", db=db, encoder=ColourEncoder())
    assert (report.added, report.already_there, report.images) == (20, 40, COUNT)
    files = [record.file_name for record in store.open_store(report.folder).records]
    assert len(set(files)) == len(files)


def test_add_to_collection__a_folder_inside(root: Path, tmp_path: Path) -> None:
    db = tmp_path / "db"
    build.build_collection("c", root, labels_from_folders=True, db=db, encoder=ColourEncoder())
    (root / "new").mkdir()
    colour_encoder.picture("red").save(root / "new" / "1.png")
    colour_encoder.picture("red").save(root / "red" / "not asked for.png")
    report = build.add_to_collection("c", root / "new", db=db, encoder=ColourEncoder())
    assert (report.added, report.images) == (1, COUNT + 1)
    opened = store.open_store(report.folder)
    assert next(record for record in opened.records if record.file_name == "new/1.png").categories == ("new",)
    with pytest.raises(SourceError, match=r"must; put the new ones into a folder there"):
        build.add_to_collection("c", tmp_path, db=db, encoder=ColourEncoder())


def test_add_to_collection__nothing_new_writes_nothing(root: Path, tmp_path: Path) -> None:
    db = tmp_path / "db"
    folder = build.build_collection("c", root, db=db, encoder=ColourEncoder()).folder
    before = (folder / store.MANIFEST).read_bytes()
    report = build.add_to_collection("c", db=db)  # needs no model either
    assert (report.added, report.already_there, report.images) == (0, COUNT, COUNT)
    assert (folder / store.MANIFEST).read_bytes() == before


def test_add_to_collection__lists_and_retries_what_it_skipped(root: Path, tmp_path: Path) -> None:
    db = tmp_path / "db"
    bad = root / "red" / "bad.png"
    bad.write_bytes(b"")
    build.build_collection("c", root, db=db, encoder=ColourEncoder())
    with pytest.raises(SourceError, match="none of the 1 pictures"):
        build.add_to_collection("c", db=db, encoder=ColourEncoder())
    colour_encoder.picture("red").save(root / "red" / "extra.png")
    report = build.add_to_collection("c", db=db, encoder=ColourEncoder())
    assert (report.added, [one.file_name for one in report.skipped]) == (1, ["red/bad.png"])
    assert store.open_store(report.folder).manifest.skipped == 1
    colour_encoder.picture("red").save(bad)
    report = build.add_to_collection("c", db=db, encoder=ColourEncoder())
    assert (report.added, report.skipped, report.images) == (1, (), COUNT + 2)
    assert store.open_store(report.folder).manifest.skipped == 0


def test_add_to_collection__refuses_another_encoder_and_ids_of_other_things(root: Path, tmp_path: Path) -> None:
    db = tmp_path / "db"
    folder = build.build_collection("c", root, written(root, coco(range(40))), db=db, encoder=ColourEncoder()).folder
    before = contents(folder)
    new = written(root, coco(range(COUNT)), "new.json")
    with pytest.raises(StoreMisfitError, match="was built with colour mean-colour"):
        build.add_to_collection("c", root, new, db=db, encoder=ColourEncoder("other"))
    moved = coco([50])
    moved["images"][0]["id"] = 7
    moved["annotations"] = []
    with pytest.raises(SourceError, match=r"image_id 7 is red/000\.png in collection 'c', and red/050\.png"):
        build.add_to_collection("c", root, written(root, moved, "moved.json"), db=db, encoder=ColourEncoder())
    spoken = coco([50])
    spoken["annotations"][0]["id"] = 100
    with pytest.raises(SourceError, match=r"caption_id 100 of red/050\.png is taken"):
        build.add_to_collection("c", root, written(root, spoken, "spoken.json"), db=db, encoder=ColourEncoder())
    licensed = coco([50]) | {"licenses": [{"id": 1, "name": "All rights reserved"}]}
    with pytest.raises(SourceError, match="licence 1 is 'CC0' in the collection and 'All rights reserved'"):
        build.add_to_collection("c", root, written(root, licensed, "licensed.json"), db=db, encoder=ColourEncoder())
    with pytest.raises(StoreNotFoundError):
        build.add_to_collection("nothing", root, db=db, encoder=ColourEncoder())
    assert contents(folder) == before


def test_remove_from_collection__by_id_and_name(root: Path, tmp_path: Path) -> None:
    db = tmp_path / "db"
    build.build_collection("c", root, written(root, coco(range(COUNT))), db=db, encoder=ColourEncoder())
    report = build.remove_from_collection("c", [7, "green/001.png", "green/001.png"], db=db)
    assert (report.removed, report.images, report.captions) == (2, COUNT - 2, 2 * COUNT - 4)
    whole = build.build_collection(
        "c", root, written(root, coco(range(2, COUNT)), "less.json"), db=tmp_path / "whole", encoder=ColourEncoder()
    )
    assert contents(report.folder) == contents(whole.folder)
    assert (root / "green" / "001.png").exists()
    with pytest.raises(QueryError, match=r"has no picture 7, red/x\.png"):
        build.remove_from_collection("c", [7, "red/x.png", 10], db=db)
    with pytest.raises(QueryError, match="would leave nothing"):
        build.remove_from_collection("c", [record.image_id for record in store.open_store(db / "c").records], db=db)
    assert build.remove_from_collection("c", [], db=db).images == COUNT - 2


def test_remove_from_collection__then_add_gives_the_bytes_before(root: Path, tmp_path: Path) -> None:
    db = tmp_path / "db"
    captions = written(root, coco(range(COUNT)))
    before = contents(build.build_collection("c", root, captions, db=db, encoder=ColourEncoder()).folder)
    build.remove_from_collection("c", ["red/000.png", "white/006.png"], db=db)
    after = build.add_to_collection("c", root, captions, db=db, encoder=ColourEncoder())
    assert contents(after.folder) == before


def test_build_collection__decodes_in_processes_that_may_crash(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("crash-1.png", "crash-2.png"):
        colour_encoder.picture("red").save(root / name)
    from core import decoding

    plain = decoding.decode_all
    monkeypatch.setattr(
        decoding,
        "decode_all",
        lambda paths, side, workers: plain(paths, side, workers, opener="tests.poison_decoder:open_picture"),
    )
    report = build.build_collection("c", root, db=tmp_path / "db", encoder=ColourEncoder())
    assert report.images == COUNT
    assert sorted(one.file_name for one in report.skipped) == ["crash-1.png", "crash-2.png"]
    assert all("crashed" in one.reason for one in report.skipped)


def test_build_collection__large_pictures_reach_the_encoder_small(root: Path, tmp_path: Path) -> None:
    """What waits in memory is bounded by the encoder's input, not by the pictures."""
    sizes: list[tuple[int, int]] = []

    class Measuring(ColourEncoder):
        def encode_images(self, images: Any) -> Any:
            sizes.extend(image.size for image in images)
            return super().encode_images(images)

    folder = tmp_path / "large"
    folder.mkdir()
    for number in range(3):
        Image.new("RGB", (4000, 3000), "red").save(folder / f"{number}.jpg")
    build.build_collection("c", folder, db=tmp_path / "db", encoder=Measuring())
    assert sizes == [(4, 3)] * 3  # image_size of the colour encoder is one pixel


@pytest.mark.parametrize("pages", [0, 1, 3, 5, 8])
def test_build_collection__on_a_full_disk_names_it_and_goes_on_when_there_is_room(
    root: Path, tmp_path: Path, pages: int
) -> None:
    with small_disk.mounted(tmp_path / "disk") as disk:
        db = disk / "db"
        old = build.build_collection("c", root / "red", db=db, encoder=ColourEncoder()).folder
        before = contents(old)
        filler = disk / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(disk).free - pages * 4096))
        with pytest.raises(StoreWriteError, match=r"No space left on device.*--db") as refused:
            build.build_collection("c", root, db=db, encoder=ColourEncoder())
        assert str(db) in str(refused.value)
        assert contents(old) == before
        assert names_in(db) in ([".locks", "c"], [".locks", ".work", "c"])
        assert not list(db.rglob("*.part"))
        kept = len(list(db.glob(".work/c/pictures-*.npz"))) * slow_build.SHARD
        filler.unlink()
        report = build.build_collection("c", root, db=db, encoder=ColourEncoder())
        assert report.resumed_from == min(kept, COUNT)
        assert names_in(db) == [".locks", "c"]
