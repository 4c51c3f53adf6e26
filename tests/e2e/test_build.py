"""Build in a real browser: watched from two tabs, stopped, taken up again, deleted; and one by the real model."""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import config, store
from tests import colour_collection, colour_encoder
from tests.e2e.conftest import cards, serving, settle, visit

PATIENCE = 180_000  # ms; on a busy machine the models' libraries take a minute to load


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an empty `clip_db`, which the dashboard may read."""
    (tmp_path / "clip_db").mkdir()
    monkeypatch.setenv("COCO_LENS_ROOTS", str(tmp_path))
    return tmp_path


@pytest.fixture
def gate(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """While this file is there, a build stands still after eight pictures, two batches."""
    path = place / "gate"
    path.write_text("2")
    monkeypatch.setenv("COCO_LENS_TEST_GATE", str(path))
    return path


@pytest.fixture
def pictures(place: Path) -> Path:
    folder = place / "holidays"
    for number in range(20):
        colour = ("red", "green", "blue", "white")[number % 4]
        path = folder / colour / f"{number:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        colour_encoder.picture(colour).save(path)
    (folder / "blue" / "=broken.jpg").write_bytes(b"no picture")
    return folder


@pytest.fixture
def second(browser: Any) -> Iterator[Any]:
    """Another browser."""
    context = browser.new_context()
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def name_folder(page: Any, folder: Path) -> None:
    """Type the folder, and wait until the page has looked through it."""
    box = page.get_by_label("Folder of pictures", exact=True)
    box.fill(str(folder))
    box.press("Enter")
    page.get_by_text(re.compile(r"\d+ pictures, ")).wait_for()
    settle(page)


def build_button(page: Any) -> Any:
    return page.get_by_role("button", name="Build", exact=True)


def test_build__watched_by_two_stopped_and_taken_up_again(gate: Path, pictures: Path, page: Any, second: Any) -> None:
    place = gate.parent
    with serving(place) as address:
        visit(second, f"{address}/Build?task=Collections")  # open before anything runs
        visit(page, f"{address}/Build")
        name_folder(page, pictures)
        build_button(page).click()
        for one in (page, second):
            one.get_by_text("Building holidays").first.wait_for(timeout=PATIENCE)
            one.get_by_text("Encoding pictures: 8 of 21 pictures").first.wait_for(timeout=PATIENCE)
        page.close()  # closing a tab stops nothing
        page = second.context.new_page()
        visit(page, f"{address}/Build")
        page.get_by_text("Encoding pictures: 8 of 21 pictures").first.wait_for()

        second.get_by_role("button", name="Stop", exact=True).click()
        second.get_by_text("Stopping").wait_for()
        gate.unlink()
        for one in (second, page):
            one.get_by_text("8 of 21 pictures done").wait_for(timeout=PATIENCE)
        assert store.list_stores(place / "clip_db") == ()

        second.get_by_role("button", name="Go on", exact=True).click()
        for one in (second, page):
            one.get_by_text("holidays is ready").wait_for(timeout=PATIENCE)
        settle(page)
        page.get_by_text("1 file left out, with reasons").click()
        page.get_by_role("cell", name="not a picture").wait_for()
        with page.expect_download() as download:
            page.get_by_role("button", name="CSV", exact=True).click()
        rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
        assert rows[0] == ["file", "reason"]
        assert rows[1][0] == "blue/=broken.jpg"
        page.get_by_role("link", name="Open it").click()
        page.wait_for_url("**/Text_Search?*collection=holidays*")
        page.close()
    assert len(store.open_store(place / "clip_db" / "holidays").records) == 20


def test_build__delete_needs_the_name_and_takes_nothing_else(place: Path, page: Any) -> None:
    colour_collection.write(place / "clip_db", "demo")
    colour_collection.write(place / "clip_db", "others", colour_collection.ENTRIES[:2])
    with serving(place) as address:
        visit(page, f"{address}/Build?task=Collections&action=Delete&collection=others")
        delete = page.get_by_role("button", name="Delete this collection", exact=True)
        delete.wait_for()
        assert delete.is_disabled()
        typed = page.get_by_label("Type others to delete it")
        typed.fill("demo")
        typed.press("Enter")
        settle(page)
        assert delete.is_disabled()
        typed.fill("others")
        typed.press("Enter")
        page.wait_for_function(
            "() => [...document.querySelectorAll('button')]"
            ".some(one => one.innerText.includes('Delete this collection') && !one.disabled)"
        )
        delete.click()
        page.get_by_text("others is deleted").wait_for()
        page.get_by_label("Type demo to delete it").wait_for()
    assert [one.name for one in store.list_stores(place / "clip_db")] == ["demo"]
    assert len(list((place / "others pictures").rglob("*.png"))) == 2


def test_build__a_zip_by_the_bundled_model(place: Path, page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCO_LENS_TEST_ENCODER", "bundled")
    scenes = sorted((config.project_root() / "sample_images" / "demo").rglob("*.webp"))[:24]
    archive = place / "scenes.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for number, path in enumerate(scenes):
            made.write(path, f"scenes/{'even' if number % 2 == 0 else 'odd'}/{path.name}")
    with serving(place) as address:
        visit(page, f"{address}/Build?source=Zip")
        page.locator("input[type=file]").set_input_files(str(archive))
        page.get_by_text("24 pictures, ").wait_for()
        settle(page)
        build_button(page).click()
        page.get_by_text("scenes is ready").wait_for(timeout=PATIENCE)
        page.goto(f"{address}/Text_Search?collection=scenes&q=an+animal")
        cards(page).first.wait_for(timeout=PATIENCE)
    opened = store.open_store(place / "clip_db" / "scenes")
    assert (len(opened.records), opened.manifest.encoder.model) == (24, "bundled")
    assert {one.name for one in opened.categories} == {"even", "odd"}
    shutil.rmtree(place / "clip_db")
