"""What happens to a collection after it was built: another name, away with it, what it takes on disk; uploads."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import store
from core.embedding import Embeddings
from core.errors import ConfigurationError, StoreBusyError, StoreNotFoundError, StoreWriteError
from core.records import RecordSet
from core.store import Plan, renaming
from tests import colour_collection


@pytest.fixture
def db(tmp_path: Path) -> Path:
    folder = tmp_path / "clip_db"
    folder.mkdir()
    return folder


def names(db: Path) -> list[str]:
    return [one.name for one in store.list_stores(db)]


def uploaded(db: Path, name: str) -> Path:
    """A collection whose pictures lie in an upload."""
    upload = store.new_upload(db, name)
    colour_collection.write(db, name)
    (db.parent / f"{name} pictures").rename(upload / "pictures")
    written = store.open_store(db / name)
    header = store.Header(
        name,
        name,
        store.Source(store.stored_path(upload / "pictures", db / name)),
        written.manifest.encoder,
        "mean-colour",
    )
    images = Embeddings(np.array([one.image_id for one in written.records]), written.image_index.vectors())
    captions = Embeddings(np.array([one.caption_id for one in written.captions]), written.caption_index.vectors())
    store.write_store(db, header, RecordSet(written.records, written.categories, written.licenses), images, captions)
    return upload


def test_rename__same_bytes_under_another_name(db: Path) -> None:
    before = store.open_store(colour_collection.write(db, "colours"))
    folder = store.rename_store(db, "colours", "paints", "All paints")
    after = store.open_store(folder)
    assert names(db) == ["paints"]
    assert (after.manifest.name, after.manifest.title) == ("paints", "All paints")
    assert after.manifest.files == before.manifest.files
    assert after.records == before.records
    assert after.picture_path(after.records[0]).is_file()
    assert store.verify_store(folder).ok
    assert sorted(path.name for path in db.iterdir()) == [".locks", "paints"]


def test_rename__title_alone_and_title_that_was_the_name(db: Path) -> None:
    colour_collection.write(db, "colours")
    store.rename_store(db, "colours", "colours", "  Paints ")
    assert store.read_manifest(db / "colours").title == "Paints"
    store.rename_store(db, "colours", "colours", "colours")
    store.rename_store(db, "colours", "hues")
    assert store.read_manifest(db / "hues").title == "hues"
    assert store.rename_store(db, "hues", "hues") == db / "hues"
    assert store.verify_store(db / "hues").ok


def test_rename__refuses_what_would_lose_something(db: Path) -> None:
    colour_collection.write(db, "colours")
    colour_collection.write(db, "others")
    with pytest.raises(StoreWriteError, match="there is a collection 'others' already"):
        store.rename_store(db, "colours", "others")
    (db / "mine").mkdir()
    with pytest.raises(StoreWriteError, match="there is a collection 'mine' already"):
        store.rename_store(db, "colours", "mine")
    for name in ("../up", "models", "", ".hidden", "a/b"):
        with pytest.raises(ConfigurationError):
            store.rename_store(db, "colours", name)
        with pytest.raises(ConfigurationError):
            store.rename_store(db, name, "fine")
    with pytest.raises(StoreNotFoundError):
        store.rename_store(db, "absent", "fine")
    assert names(db) == ["colours", "mine", "others"]


def test_rename__copies_where_files_cannot_have_two_names(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    colour_collection.write(db, "colours")

    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    store.rename_store(db, "colours", "paints")
    assert store.verify_store(db / "paints").ok


def test_rename__killed_between_its_steps_can_be_given_again(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    colour_collection.write(db, "colours")
    with monkeypatch.context() as killed:
        killed.setattr(renaming.switching, "switch_in", _then_die(renaming.switching.switch_in))
        with pytest.raises(KeyboardInterrupt):
            store.rename_store(db, "colours", "paints")
    assert names(db) == ["colours", "paints"]
    assert store.verify_store(db / "colours").ok
    assert store.verify_store(db / "paints").ok
    store.rename_store(db, "colours", "paints")
    assert names(db) == ["paints"]
    assert store.verify_store(db / "paints").ok


def _then_die(real: Callable[..., None]) -> Callable[..., None]:
    def switch(*arguments: object) -> None:
        real(*arguments)
        raise KeyboardInterrupt

    return switch


def test_rename__full_disk_leaves_it_as_it_was(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    colour_collection.write(db, "colours")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(renaming.writing, "write_file", full)
    with pytest.raises(StoreWriteError, match="No space left"):
        store.rename_store(db, "colours", "paints")
    assert names(db) == ["colours"]
    assert not (db / ".paints.new").exists()
    assert store.verify_store(db / "colours").ok


def test_rename__and_delete_wait_for_nobody(db: Path) -> None:
    colour_collection.write(db, "colours")
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with store.held(db, "colours"):
            held.set()
            go_on.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    try:
        with pytest.raises(StoreBusyError):
            store.rename_store(db, "colours", "paints")
        with pytest.raises(StoreBusyError):
            store.delete_store(db, "colours")
    finally:
        go_on.set()
        holder.join()
    assert names(db) == ["colours"]


def test_delete__takes_the_store_and_leaves_the_pictures(db: Path) -> None:
    colour_collection.write(db, "colours")
    colour_collection.write(db, "others")
    (db / ".work" / "colours").mkdir(parents=True)
    (db / ".work" / "colours" / "part").write_bytes(b"x" * 1000)
    size = store.read_manifest(db / "colours").files["images/vectors.index"].size
    assert store.delete_store(db, "colours") > size + 1000
    assert names(db) == ["others"]
    assert not (db / ".work").exists()
    assert not (db / ".deleted").exists()
    assert len(list((db.parent / "colours pictures").rglob("*.png"))) == 5
    with pytest.raises(StoreNotFoundError, match="nothing to delete"):
        store.delete_store(db, "colours")


def test_delete__damaged_ones_go_too_but_nobody_elses_files(db: Path) -> None:
    folder = colour_collection.write(db, "colours")
    (folder / "manifest.json").write_text("{")
    store.delete_store(db, "colours")
    mine = db / "mine"
    mine.mkdir()
    (mine / "diary.txt").write_text("dear diary")
    with pytest.raises(StoreWriteError, match=r"diary\.txt"):
        store.delete_store(db, "mine")
    assert (mine / "diary.txt").exists()
    for name in ("..", ".", "../clip_db", "models", ".work"):
        with pytest.raises(ConfigurationError):
            store.delete_store(db, name)


def test_delete__a_link_goes_and_what_it_leads_to_stays(db: Path, tmp_path: Path) -> None:
    elsewhere = colour_collection.write(tmp_path / "elsewhere", "colours")
    (db / "colours").symlink_to(elsewhere)
    store.delete_store(db, "colours")
    assert names(db) == []
    assert store.verify_store(elsewhere).ok


def test_uploads__go_with_the_last_that_uses_them(db: Path) -> None:
    upload = uploaded(db, "party")
    assert store.upload_of(db, upload / "pictures" / "red") == upload.resolve()
    assert store.upload_of(db, db) is None
    assert store.release_upload(db, upload) == 0  # in use
    store.rename_store(db, "party", "feast")
    assert store.disk_usage(store.open_store(db / "feast")).uploaded
    store.delete_store(db, "feast")
    assert not upload.exists()


def test_uploads__stay_for_an_interrupted_build_and_go_when_it_is_given_up(db: Path) -> None:
    upload = store.new_upload(db, "party")
    (upload / "one.png").write_bytes(b"x")
    store.note_plan(db, Plan("party", upload, total=1))
    assert store.release_upload(db, upload) == 0
    assert store.forget_unfinished(db, "party") > 0
    assert not upload.exists()
    assert store.unfinished(db) == ()


def test_uploads__abandoned_ones_go_at_the_next_upload(db: Path) -> None:
    left, fresh = store.new_upload(db, "left"), store.new_upload(db, "fresh")
    (left / "one.png").write_bytes(b"x")
    os.utime(left, (0, time.time() - 2 * 24 * 3600))
    store.new_upload(db, "another")
    assert not left.exists()
    assert fresh.exists()
    with pytest.raises(ConfigurationError):
        store.new_upload(db, "../up")


def test_uploads__all_stay_while_a_collection_cannot_say_what_it_uses(db: Path) -> None:
    upload = uploaded(db, "party")
    (db / "party" / "manifest.json").write_text("{")
    assert store.release_upload(db, upload) == 0
    assert upload.exists()


def test_disk_usage__counts_what_is_there(db: Path) -> None:
    opened = store.open_store(colour_collection.write(db, "colours"))
    found = store.disk_usage(opened)
    pictures = list((db.parent / "colours pictures").rglob("*.png"))
    assert found.pictures == sum(path.stat().st_size for path in pictures)
    assert found.store == sum(path.stat().st_size for path in (db / "colours").rglob("*") if path.is_file())
    assert (found.missing, found.unfinished, found.uploaded) == (0, 0, False)
    pictures[0].unlink()
    assert store.disk_usage(opened).missing == 1


def test_plans__come_back_as_they_were_and_damaged_ones_are_passed_over(db: Path) -> None:
    plan = Plan("paints", db / "é 雪", db / "c.json", None, True, pretrained="tag", title="T", adding=True, total=7)
    store.note_plan(db, plan)
    assert [one.plan for one in store.unfinished(db)] == [plan]
    assert store.unfinished(db)[0].done == 0
    note = db / ".work" / "paints" / "plan.json"
    good = note.read_text(encoding="utf-8")
    for bad in ("", "[]", "{}", good.replace("7", '"7"'), good.replace("true", "1"), good.replace('"paints"', "3")):
        note.write_text(bad, encoding="utf-8")
        assert store.unfinished(db) == ()
    store.note_plan(db, replace(plan, name="others"))
    note.write_text((db / ".work" / "others" / "plan.json").read_text(encoding="utf-8"), encoding="utf-8")
    assert [one.plan.name for one in store.unfinished(db)] == ["others"]  # not under another's name


def test_rename__what_was_being_added_to_the_old_name_is_given_up(db: Path) -> None:
    colour_collection.write(db, "colours")
    store.note_plan(db, Plan("colours", db, adding=True, total=3))
    store.rename_store(db, "colours", "paints")
    assert store.unfinished(db) == ()
