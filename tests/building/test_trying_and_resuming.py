from __future__ import annotations

import json
from pathlib import Path

import pytest

from core import build, encoder, store
from core.embedding import captions as caption_embedding
from core.embedding import pictures as picture_embedding
from core.errors import Cancelled, SourceError, StoreNotFoundError, UnknownModelError
from core.progress import Progress
from tests import colour_encoder
from tests.colour_encoder import ColourEncoder

COLOURS = tuple(colour_encoder.COLOURS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pictures"
    for number in range(40):
        path = made / COLOURS[number % 4] / f"{number:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        colour_encoder.picture(COLOURS[number % 4]).save(path)
    (made / "broken.jpg").write_bytes(b"no picture")
    return made


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "clip_db"
    made.mkdir()
    monkeypatch.setattr(picture_embedding, "SHARD", 8)
    monkeypatch.setattr(caption_embedding, "SHARD", 8)
    monkeypatch.setattr(picture_embedding, "_BATCH_CPU", 4)
    monkeypatch.setattr(encoder, "load_encoder", lambda *_, **__: ColourEncoder())
    return made


def stop_at(number: int):  # type: ignore[no-untyped-def]
    def report(at: Progress) -> None:
        if at.stage == "Encoding pictures" and at.done >= number:
            raise Cancelled("stopped")

    return report


def test_build__says_what_it_leaves_out_while_it_runs(db: Path, folder: Path) -> None:
    seen: list[Progress] = []
    (folder / "dangling.png").symlink_to(folder / "absent.png")
    build.build_collection("paints", folder, db=db, report=seen.append)
    told = {name: reason for at in seen for name, reason in at.left_out}
    assert set(told) == {"broken.jpg", "dangling.png"}
    assert "not a picture" in told["broken.jpg"]
    assert [at.skipped for at in seen if at.stage == "Encoding pictures"][-1] == 1


def test_resume__goes_on_with_the_same_arguments(db: Path, folder: Path) -> None:
    with pytest.raises(Cancelled):
        build.build_collection("paints", folder, labels_from_folders=True, title="Paints", db=db, report=stop_at(21))
    found = store.unfinished(db)
    assert [(one.plan.name, one.done, one.plan.total) for one in found] == [("paints", 16, 41)]
    assert found[0].plan.images == folder
    done = build.resume_build("paints", db=db)
    assert (done.images, done.resumed_from, len(done.skipped)) == (40, 16, 1)
    opened = store.open_store(db / "paints")
    assert opened.manifest.title == "Paints"
    assert [one.name for one in opened.categories] == sorted(COLOURS[:4])
    assert store.unfinished(db) == ()
    whole = build.build_collection("whole", folder, labels_from_folders=True, db=db)
    assert whole.images == 40
    first, second = (store.read_manifest(db / name).files for name in ("paints", "whole"))
    assert first["images/vectors.index"] == second["images/vectors.index"]
    with pytest.raises(StoreNotFoundError, match="no build of 'paints' was interrupted"):
        build.resume_build("paints", db=db)


def test_resume__an_interrupted_addition(db: Path, folder: Path) -> None:
    build.build_collection("paints", folder, db=db)
    for number in range(20):
        colour_encoder.picture("purple").save(folder / f"new{number:02}.png")
    with pytest.raises(Cancelled):
        build.add_to_collection("paints", db=db, report=stop_at(12))
    assert [(one.plan.adding, one.done) for one in store.unfinished(db)] == [(True, 8)]
    done = build.resume_build("paints", db=db)
    assert (done.images, done.added, done.already_there) == (60, 20, 40)
    assert store.unfinished(db) == ()


def test_build__nothing_readable_leaves_nothing_to_go_on_with(db: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(SourceError):
        build.build_collection("paints", bad, db=db)
    assert store.unfinished(db) == ()


def test_try_build__counts_and_times_without_a_trace(db: Path, folder: Path, tmp_path: Path) -> None:
    images = [{"id": number, "file_name": f"{COLOURS[number % 4]}/{number:02}.png"} for number in range(40)]
    spoken = [{"id": number, "image_id": number % 40, "caption": "so red"} for number in range(80)]
    listing = tmp_path / "captions.json"
    listing.write_text(json.dumps({"images": images, "annotations": spoken}))
    seen: list[Progress] = []
    found = build.try_build(folder, listing, report=seen.append)
    assert (found.pictures, found.captions, found.tried, found.device) == (40, 80, 40, "cpu")
    assert found.seconds_per_picture > 0
    assert found.seconds_per_caption > 0
    parts = 40 * found.seconds_per_picture + 80 * found.seconds_per_caption
    assert found.seconds == pytest.approx(parts)
    assert found.loading > 0
    assert [at.stage for at in seen if at.stage.startswith("Trying")]
    assert list(db.iterdir()) == []


def test_try_build__a_bad_first_picture_is_no_fault(db: Path, folder: Path) -> None:
    assert build.try_build(folder).pictures == 41
    with pytest.raises(SourceError):
        build.try_build(folder / "absent")


def test_try_build__can_be_stopped(db: Path, folder: Path) -> None:
    def stop(at: Progress) -> None:
        if at.stage.startswith("Trying") and at.done:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        build.try_build(folder, report=stop)


def test_weights_cost__of_what_is_here_and_of_what_is_not(tmp_path: Path) -> None:
    bundled = encoder.weights_cost("bundled")
    assert (bundled.here, bundled.reads_text) == (True, True)
    assert bundled.size
    named = encoder.weights_cost("ViT-B-32", "laion2b_s34b_b79k")
    if not named.here:  # 151,277,313 parameters; the published file has 605 MB
        assert named.size == pytest.approx(605.2e6, rel=0.01)
    resnet = encoder.weights_cost("timm:resnet50")
    assert resnet.reads_text is False
    assert resnet.size == pytest.approx(102e6, rel=0.05)
    assert not encoder.weights_cost("hf-hub:nobody/knows-this").here
    for words in (("ViT-B-32", "no-such-tag"), ("ViT-B-32", None), ("timm:nothing", None), ("timm:resnet50", "x")):
        with pytest.raises(UnknownModelError):
            encoder.weights_cost(*words)
