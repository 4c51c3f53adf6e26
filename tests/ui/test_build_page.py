"""The page Build, and the same form where there is no collection yet."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import build, download, errors, store
from core.download import WebFile, catalog
from core.embedding import pictures as picture_embedding
from core.progress import Progress
from core.store import Plan
from core.ui import build_job, loaders
from tests import colour_collection, colour_encoder
from tests.download.faulty_site import Site, serving
from tests.ui import drawn
from tests.ui.conftest import Open

COLOURS = ("red", "green", "blue")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Nine pictures in three class folders, and one that is none."""
    folder = tmp_path / "holidays"
    for number in range(9):
        path = folder / COLOURS[number % 3] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        colour_encoder.picture(COLOURS[number % 3]).save(path)
    (folder / "red" / "broken.jpg").write_bytes(b"no picture")
    return folder


@pytest.fixture(autouse=True)
def jobs_end(db: Path) -> Iterator[None]:
    """No job of one test goes on in the next."""
    yield
    for job in (build_job.job(), build_job.trial(), build_job.check(), build_job.fetch()):
        job.cancel()
        job.wait(30)


def field(app: AppTest, label: str):  # type: ignore[no-untyped-def]
    return next(one for one in app.text_input if one.label == label)


def named(app: AppTest, folder: object) -> AppTest:
    field(app, "Folder of pictures").set_value(str(folder))
    return app.run()


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def finish(app: AppTest) -> AppTest:
    """The page once the build is done."""
    build_job.job().wait(60)
    assert not build_job.job().moment().running
    loaders.stores.clear()  # the watching page does this when the job ends
    return app.run()


def said(app: AppTest) -> str:
    assert not app.exception
    kinds = (app.success, app.info)
    return (drawn.texts(app) + "\n".join(one.value for kind in kinds for one in kind)).replace("\\", "")


def test_new__a_folder_becomes_a_collection(db: Path, pictures: Path, visit: Open) -> None:
    app = named(visit(drawn.BUILD), pictures)
    assert "10 pictures" in said(app)
    assert field(app, "Name").value == "holidays"
    assert "On this machine already" in said(app)
    app = finish(press(app, "build-start"))
    assert not app.error
    assert "holidays is ready**: 9 pictures" in said(app)
    assert "1 file left out" in app.expander[0].label
    rows = store.open_store(db / "holidays").records
    assert len(rows) == 9
    assert rows[0].categories == ()
    app = press(app, "build-dismiss")
    assert "is ready" not in said(app)


def test_new__class_folders_become_categories(db: Path, pictures: Path, visit: Open) -> None:
    app = named(visit(drawn.BUILD, source="Class folders"), pictures)
    field(app, "Title").set_value("Our *holidays*")
    finish(press(app.run(), "build-start"))
    opened = store.open_store(db / "holidays")
    assert [one.name for one in opened.categories] == sorted(COLOURS)
    assert opened.manifest.title == "Our *holidays*"


def test_new__class_folders_need_folders(pictures: Path, visit: Open) -> None:
    app = named(visit(drawn.BUILD, source="Class folders"), pictures / "blue")
    assert "no class folders" in app.error[0].value


def write_lists(pictures: Path) -> None:
    images = [{"id": n, "file_name": f"{COLOURS[n % 3]}/{n}.png", "width": 16, "height": 12} for n in range(9)]
    spoken = [{"id": n, "image_id": n, "caption": f"so {COLOURS[n % 3]}"} for n in range(9)]
    boxes = [{"id": n, "image_id": n, "category_id": 1, "bbox": [0, 0, 4, 4]} for n in range(9)]
    (pictures / "captions.json").write_text(json.dumps({"images": images, "annotations": spoken}))
    whole = {"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "colour"}]}
    (pictures / "instances.json").write_text(json.dumps(whole))


def test_new__coco_files_are_found_and_offered(db: Path, pictures: Path, visit: Open) -> None:
    write_lists(pictures)
    app = named(visit(drawn.BUILD), pictures)
    assert "2 COCO files" in said(app)
    assert "COCO JSON" in said(app)
    app = named(visit(drawn.BUILD, source="COCO JSON"), pictures)
    assert [one.value for one in app.selectbox if one.label.endswith("file")] == ["captions.json", "instances.json"]
    finish(press(app, "build-start"))
    opened = store.open_store(db / "holidays")
    assert (len(opened.records), len(opened.captions)) == (9, 9)
    assert [one.name for one in opened.categories] == ["colour"]


def zipped(pictures: Path) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path in sorted(pictures.rglob("*.*")):
            archive.write(path, f"holidays/{path.relative_to(pictures).as_posix()}")
    return made.getvalue()


def upload(app: AppTest, key: str, content: bytes) -> AppTest:
    uploader = next(one for one in app.file_uploader if one.key == key)
    uploader.upload("my holidays.zip", content, "application/zip")
    return app.run()


def test_new__a_zip_is_unpacked_and_goes_with_its_collection(db: Path, pictures: Path, visit: Open) -> None:
    app = upload(visit(drawn.BUILD, source="Zip"), "build_zip", zipped(pictures))
    assert "10 pictures" in said(app)
    app = press(app, "build-try")
    build_job.trial().wait(60)
    assert "tried on 10 of 10" in said(app.run())
    app = finish(press(app, "build-start"))
    assert "my-holidays is ready**: 9 pictures" in said(app)
    opened = store.open_store(db / "my-holidays")
    assert [one.name for one in opened.categories] == sorted(COLOURS)
    assert store.upload_of(db, opened.images_root) is not None
    picture, more = io.BytesIO(), io.BytesIO()
    colour_encoder.picture("purple").save(picture, "PNG")
    with zipfile.ZipFile(more, "w") as archive:
        archive.writestr("purple/1.png", picture.getvalue())
    app = visit(drawn.BUILD, task="Collections")
    app = finish(press(upload(app, "add_zip-my-holidays", more.getvalue()), "add-start"))
    assert "1 picture added, 9 were there already" in said(app)
    app = visit(drawn.BUILD, task="Collections", action="Delete")
    assert "pictures were uploaded and are deleted with it" in said(app)
    field(app, "Type my\\-holidays to delete it").set_value("my-holidays")
    app = press(app.run(), "delete-start")
    assert not app.error
    assert store.list_stores(db) == ()
    assert list((db / ".uploads").iterdir()) == []


def test_new__hostile_zips_are_refused_and_leave_nothing(db: Path, pictures: Path, visit: Open, tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.png", b"x")
        archive.writestr("../../evil.png", b"x")
    app = upload(visit(drawn.BUILD, source="Zip"), "build_zip", made.getvalue())
    app = finish(press(app, "build-start"))
    assert "climbs out of its folder" in said(app)
    assert not list(tmp_path.rglob("evil.png"))
    assert list((db / ".uploads").iterdir()) == []
    app = upload(visit(drawn.BUILD, source="Zip"), "build_zip", b"PK no zip")
    assert "the zip cannot be read" in said(app)


@pytest.mark.parametrize("typed", ["/", "/etc", "{root}/../..", "~", "{link}", "\0"])
def test_new__folders_outside_of_the_roots_are_refused(tmp_path: Path, visit: Open, typed: str) -> None:
    (tmp_path / "link").symlink_to("/etc")
    app = named(visit(drawn.BUILD), typed.replace("{root}", str(tmp_path)).replace("{link}", str(tmp_path / "link")))
    assert not app.exception
    assert "This path is not allowed here" in app.error[0].value
    assert "COCO" in app.error[0].value or "usable path" in app.error[0].value


def test_new__says_what_is_missing(colours: Path, pictures: Path, visit: Open) -> None:
    app = press(visit(drawn.BUILD), "build-start")
    assert "Choose the pictures first" in app.error[0].value
    app = named(app, pictures.parent / "absent")
    assert "is not there" in app.error[0].value
    app = named(app, pictures)
    for name, why in (("../up", "cannot be the name"), ("models", "cannot be the name"), ("colours", "already")):
        field(app, "Name").set_value(name)
        app = press(app.run(), "build-start")
        assert why in app.error[0].value
    assert not build_job.job().moment().running


def test_new__another_model_and_what_it_costs(pictures: Path, visit: Open, tmp_path: Path) -> None:
    app = visit(drawn.BUILD)
    box = next(one for one in app.selectbox if one.key == "build_model")
    box.set_value("ViT-L-14")
    app = app.run()
    assert "1.7 GB to download" in said(app) or "On this machine" in said(app)
    app.selectbox(key="build_model").set_value("Another…")
    app = app.run()
    field(app, "Model's name").set_value("ViT-B-99")
    assert "ViT-B-99" in app.run().error[0].value.replace("\\", "")
    field(app, "Model's name").set_value("/etc")
    assert "COCO_LENS_ROOTS" in app.run().error[0].value.replace("\\", "")


def test_new__how_long_it_would_take(pictures: Path, visit: Open) -> None:
    app = press(named(visit(drawn.BUILD), pictures), "build-try")
    build_job.trial().wait(60)
    app = app.run()
    assert "pictures a second, tried on 10 of 10" in said(app)
    assert "pictures a second" not in said(named(app, pictures / "red"))  # that is of another folder


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A build that stands still after its first three pictures, until the event is set."""
    go_on = threading.Event()
    real = picture_embedding._encode

    def encode(*arguments):  # type: ignore[no-untyped-def]
        done = real(*arguments)
        if build_job.job().moment().progress.done >= 3:
            go_on.wait(60)
        return done

    monkeypatch.setattr(picture_embedding, "SHARD", 3)
    monkeypatch.setattr(picture_embedding, "_BATCH_CPU", 3)
    monkeypatch.setattr(picture_embedding, "_encode", encode)
    yield go_on
    go_on.set()


def until(done: int) -> None:
    for _ in range(3000):
        if build_job.job().moment().progress.done >= done and "Encoding" in build_job.job().moment().progress.stage:
            return
        threading.Event().wait(0.02)
    raise AssertionError(build_job.job().moment())


def test_watch__second_visitor_sees_it_cancels_it_and_goes_on(
    db: Path, pictures: Path, visit: Open, slow: threading.Event
) -> None:
    app = press(named(visit(drawn.BUILD), pictures), "build-start")
    until(3)
    second = visit(drawn.BUILD, task="Download COCO")
    assert "Building holidays" in said(second)
    second = press(second, "build-stop")
    assert "Stopping" in said(second)
    slow.set()
    app = finish(app)
    assert "It was stopped" in said(app)
    assert "Building holidays was interrupted" in said(app)
    kept = store.unfinished(db)[0]
    assert f"{kept.done:,} of 10 pictures done" in said(app)
    assert kept.done in (3, 6)
    app = finish(press(app, "resume-holidays"))
    assert "holidays is ready**: 9 pictures" in said(app)
    assert f"{kept.done} of them were done before it was interrupted" in said(app)
    assert store.unfinished(db) == ()


def test_watch__a_stopped_zip_keeps_its_pictures_until_it_is_done_or_given_up(
    db: Path, pictures: Path, visit: Open, slow: threading.Event
) -> None:
    app = press(upload(visit(drawn.BUILD, source="Zip"), "build_zip", zipped(pictures)), "build-start")
    until(3)
    press(app, "build-stop")
    slow.set()
    app = finish(app)
    assert len(list((db / ".uploads").rglob("*.png"))) == 9
    app = finish(press(app, "resume-my-holidays"))
    assert "my-holidays is ready**: 9 pictures" in said(app)
    slow.clear()
    app = visit(drawn.BUILD, source="Zip")
    app = upload(app, "build_zip", zipped(pictures / "red"))
    field(app, "Name").set_value("second")
    app = press(app.run(), "build-start")
    until(3)
    build_job.job().cancel()
    slow.set()
    app = press(finish(app), "discard-second")
    assert store.unfinished(db) == ()
    assert len(list((db / ".uploads").iterdir())) == 1


def test_watch__one_build_at_a_time(db: Path, pictures: Path, visit: Open, slow: threading.Event) -> None:
    press(named(visit(drawn.BUILD), pictures), "build-start")
    until(3)
    other = named(visit(drawn.BUILD), pictures / "red")
    assert other.button(key="build-start").disabled
    slow.set()


def test_watch__discard_forgets_what_was_kept(db: Path, pictures: Path, visit: Open) -> None:
    store.note_plan(db, Plan("mine", pictures, total=10))
    app = visit(drawn.BUILD)
    assert "Building mine was interrupted" in said(app)
    app = press(app, "discard-mine")
    assert "interrupted" not in said(app)
    assert store.unfinished(db) == ()


def test_watch__a_failure_says_why_and_hides_the_rest(
    db: Path, pictures: Path, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("private detail")

    monkeypatch.setattr(build, "build_collection", fail)
    app = finish(press(named(visit(drawn.BUILD), pictures), "build-start"))
    assert "Something went wrong" in said(app)
    assert "private detail" not in said(app)


def test_collections__table_and_disk(colours: Path, db: Path, visit: Open) -> None:
    colour_collection.write(db, "others", colour_collection.ENTRIES[:2])
    (db / "broken").mkdir()
    app = visit(drawn.BUILD, task="Collections")
    assert not app.exception
    table = app.table[0].value
    assert list(table["Name"]) == ["broken", "colours", "others"]
    assert list(table["Pictures"]) == ["0", "5", "2"]
    assert "On disk: index" in said(app)
    app.selectbox(key="build_collection").set_value("broken")
    app = app.run()
    assert app.error
    assert "can only be checked or deleted" in said(app)


def test_collections__remove_by_name_and_id(colours: Path, db: Path, visit: Open) -> None:
    app = visit(drawn.BUILD, task="Collections", action="Remove pictures")
    assert app.button(key="remove-start").disabled
    app.text_area(key="remove_named").set_value("1, nothing.jpg")
    app = app.run()
    assert "no picture nothing" in app.error[0].value
    app.text_area(key="remove_named").set_value("1\ngreen/2.png, 1")
    app = app.run()
    assert app.button(key="remove-start").label == "Remove 2 pictures"
    app = finish(press(app, "remove-start"))
    assert "2 pictures removed" in said(app)
    assert [one.image_id for one in store.open_store(colours).records] == [3, 4, 5]
    app.text_area(key="remove_named").set_value("3, 4, 5")
    app = finish(press(app.run(), "remove-start"))
    assert "would leave nothing" in said(app)
    assert (db.parent / "colours pictures" / "red" / "1.png").is_file()


def test_collections__add_what_is_new_in_the_folder(db: Path, pictures: Path, visit: Open) -> None:
    build.build_collection("holidays", pictures, db=db)
    colour_encoder.picture("purple").save(pictures / "new.png")
    app = finish(press(visit(drawn.BUILD, task="Collections"), "add-start"))
    assert "1 picture added, 9 were there already" in said(app)


def test_collections__add_refuses_folders_outside(
    colours: Path, db: Path, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCO_LENS_ROOTS", str(db))
    app = visit(drawn.BUILD, task="Collections")
    assert not app.error
    assert any("COCO_LENS_ROOTS" in one.value.replace("\\", "") for one in app.caption)
    assert app.code[0].value == "python -m core add colours"


def test_collections__rename_takes_the_open_one_along(colours: Path, db: Path, visit: Open) -> None:
    app = visit(drawn.BUILD, task="Collections", action="Rename")
    assert app.button(key="rename-start").disabled
    field(app, "Name").set_value("bad name")
    app = press(app.run(), "rename-start")
    assert "cannot be the name" in app.error[0].value
    field(app, "Name").set_value("paints")
    field(app, "Title").set_value("Paints <b>")
    app = press(app.run(), "rename-start")
    assert not app.error
    assert [one.name for one in store.list_stores(db)] == ["paints"]
    assert app.selectbox(key="build_collection").value == "paints"
    assert app.selectbox(key="collection_box").value == "paints"


def test_collections__check_finds_what_is_wrong(colours: Path, visit: Open) -> None:
    app = press(visit(drawn.BUILD, task="Collections", action="Check"), "check-start")
    build_job.check().wait(60)
    app = app.run()
    assert "colours is whole" in said(app)
    (colours / "strange.txt").write_text("x")
    app = press(app, "check-start")
    build_job.check().wait(60)
    assert "strange.txt" in said(app.run())


def test_collections__delete_needs_the_name(colours: Path, db: Path, visit: Open) -> None:
    app = visit(drawn.BUILD, task="Collections", action="Delete")
    assert app.button(key="delete-start").disabled
    assert "python -m core build colours" in app.code[0].value
    typed = field(app, "Type colours to delete it")
    typed.set_value("colour")
    assert app.run().button(key="delete-start").disabled
    field(app, "Type colours to delete it").set_value("colours")
    app = press(app.run(), "delete-start")
    assert not app.error
    assert store.list_stores(db) == ()
    assert "There is no collection yet" in said(app)
    assert list((db.parent / "colours pictures").rglob("*.png"))


def test_download__plan_start_and_hand_over(
    db: Path, pictures: Path, visit: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    began: list[tuple[object, ...]] = []

    def fetch(split: str, folder: Path, *, captions_only: bool, report) -> download.Downloaded:  # type: ignore[no-untyped-def]
        began.append((split, folder, captions_only))
        report(Progress("Fetching", 1, 2, unit="MB"))
        raise errors.DownloadError("no such server")

    monkeypatch.setattr(download, "download_coco", fetch)
    app = visit(drawn.BUILD, task="Download COCO")
    assert "1.1 GB" in [one.value for one in app.metric]
    app = press(app, "download-start")
    build_job.fetch().wait(60)
    app = app.run()
    assert began == [("val2017", tmp_path / "coco", False)]
    assert "This could not be downloaded" in said(app)
    field(app, "Folder to bring it to").set_value("/etc")
    assert "not allowed here" in app.run().error[0].value
    field(app, "Folder to bring it to").set_value(str(pictures))
    there = download.CocoPlan("val2017", False, 1, 0, 1, 10**12)
    monkeypatch.setattr(download, "plan_coco", lambda *_, **__: there)
    app = press(app.run(), "coco-next")
    assert field(app, "Folder of pictures").value == str(pictures)
    short = download.CocoPlan("val2017", False, 0, 100, 100, 50)
    monkeypatch.setattr(download, "plan_coco", lambda *_, **__: short)
    app = visit(drawn.BUILD, task="Download COCO")
    assert app.button(key="download-start").disabled
    assert "150 B more would have to be free" in said(app)


def test_download__brings_a_part_and_leads_to_a_collection(
    db: Path, visit: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    images = [{"id": n, "file_name": f"{n:012}.jpg"} for n in range(1, 3)]
    spoken = [{"id": n, "image_id": n, "caption": "so red"} for n in range(1, 3)]
    boxes = [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 4, 4]}]
    whole = {"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "colour"}]}
    told = json.dumps({"images": images, "annotations": spoken}).encode()
    lists, shots, jpeg = io.BytesIO(), io.BytesIO(), io.BytesIO()
    colour_encoder.picture("red").save(jpeg, "JPEG")
    with zipfile.ZipFile(lists, "w") as archive:
        archive.writestr("annotations/captions_val2017.json", told)
        archive.writestr("annotations/instances_val2017.json", json.dumps(whole))
    with zipfile.ZipFile(shots, "w") as archive:
        for one in images:
            archive.writestr(f"val2017/{one['file_name']}", jpeg.getvalue())
    bodies = {"/pictures.zip": shots.getvalue(), "/lists.zip": lists.getvalue()}
    with serving(Site(bodies)) as site:
        files = [
            WebFile(f"{site.address}{name}", len(body), hashlib.sha256(body).hexdigest())
            for name, body in bodies.items()
        ]
        monkeypatch.setitem(catalog.SPLITS, "val2017", catalog.Split("val2017", *files, 20_000, 20_000))
        app = press(visit(drawn.BUILD, task="Download COCO"), "download-start")
        build_job.fetch().wait(60)
        app = app.run()
    assert "It is all there" in said(app)
    app = press(app, "coco-next")
    assert field(app, "Folder of pictures").value == str(tmp_path / "coco")
    assert "coco is ready" in said(finish(press(app, "build-start")))
    opened = store.open_store(db / "coco")
    assert (len(opened.records), len(opened.captions)) == (2, 2)


def test_page__hostile_addresses(db: Path, visit: Open) -> None:
    for address in ({"task": "<script>"}, {"source": "../.."}, {"task": "Collections", "action": "\0"}):
        app = visit(drawn.BUILD, **address)
        assert not app.exception


def test_page__works_where_the_open_collection_is_broken(db: Path, visit: Open) -> None:
    (db / "colours").mkdir()
    app = visit(drawn.BUILD, task="Collections", action="Delete")
    assert not app.exception
    field(app, "Type colours to delete it").set_value("colours")
    press(app.run(), "delete-start")
    assert store.list_stores(db) == ()


def test_home__without_a_collection_has_the_same_form(db: Path, pictures: Path, visit: Open) -> None:
    app = visit()
    assert "There is no collection yet" in said(app)
    app = finish(press(named(app, pictures), "build-start"))
    assert app.title[0].value == "holidays"
    assert len(drawn.cards(app)) == 9
