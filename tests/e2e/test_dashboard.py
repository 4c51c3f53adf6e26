"""The dashboard in a real browser, as a visitor meets it."""

from __future__ import annotations

import base64
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.e2e import payloads
from tests.e2e.conftest import cards, serving, settle, visit

FOCUSED = """() => [...document.querySelectorAll('*')].map((node) => node.shadowRoot?.activeElement).find(Boolean)
  ?.closest('.card')?.dataset.id"""
BOX = "What should be in the picture?"


def dialog(page: Any) -> Any:
    return page.get_by_role("dialog")


@pytest.mark.parametrize(
    ("path", "heading", "pictures"),
    [
        ("/", "The demo", 12),
        ("/Text_Search?q=red&k=12&by=fused", "Text search", 12),
        ("/Image_Search?like=7&k=18", "Image search", 18),
        ("/Browse_Dataset?page=3", "Browse dataset", 4),
        ("/Embedding_Explorer?star=red", "Embedding explorer", 12),
    ],
)
def test_deep_link__on_a_fresh_server(home: Path, page: Any, path: str, heading: str, pictures: int) -> None:
    with serving(home) as address:
        page.goto(address + path)
        page.get_by_role("heading", name=heading, exact=True).wait_for()
        page.get_by_role("link", name="Browse dataset", exact=True).first.wait_for()
        if pictures:
            cards(page).nth(pictures - 1).wait_for()
        else:
            page.locator("[data-testid=stVegaLiteChart] .marks").wait_for()
        settle(page)
        assert cards(page).count() == pictures
        assert page.url == address + path.replace("&by=fused", "")


def test_home__search_box_and_back(address: str, page: Any) -> None:
    visit(page, address)
    page.get_by_placeholder(BOX).fill("blue")
    page.keyboard.press("Enter")
    page.wait_for_url("**/Text_Search?q=blue")
    page.get_by_text("blue number 2", exact=True).first.wait_for()
    page.go_back()
    page.get_by_role("heading", name="The demo", exact=True).wait_for()


def test_text_search__live(address: str, page: Any) -> None:
    visit(page, f"{address}/Text_Search")
    page.get_by_placeholder(BOX).press_sequentially("green", delay=40)
    cards(page).first.wait_for()
    page.wait_for_url("**/Text_Search?q=green")
    assert cards(page).first.locator(".text").inner_text().startswith("green number")


def test_text_search__sample_query(address: str, page: Any) -> None:
    visit(page, f"{address}/Text_Search")
    pill = page.locator(".st-key-sample button").first
    text = pill.inner_text()
    pill.click()
    cards(page).first.wait_for()
    settle(page)
    assert page.get_by_placeholder(BOX).input_value() == text
    assert "q=" in page.url


def test_text_search__dialog_steps_and_esc(address: str, page: Any) -> None:
    visit(page, f"{address}/Text_Search?q=red&k=12")
    cards(page).nth(1).locator(".open").click()
    dialog(page).get_by_text("2 of 12", exact=True).wait_for()
    settle(page)
    page.keyboard.press("ArrowRight")
    dialog(page).get_by_text("3 of 12", exact=True).wait_for()
    dialog(page).get_by_role("button", name="Previous").click()
    dialog(page).get_by_text("2 of 12", exact=True).wait_for()
    page.keyboard.press("Escape")
    dialog(page).wait_for(state="hidden")
    settle(page)
    assert dialog(page).count() == 0
    cards(page).nth(1).locator(".open").click()
    dialog(page).get_by_text("2 of 12", exact=True).wait_for()


def test_text_search__keyboard_walks_the_grid(address: str, page: Any) -> None:
    visit(page, f"{address}/Text_Search?q=red&k=12")
    cards(page).first.locator(".open").focus()
    order = [node.get_attribute("data-id") for node in cards(page).all()]
    page.keyboard.press("ArrowRight")
    assert page.evaluate(FOCUSED) == order[1]
    page.keyboard.press("End")
    assert page.evaluate(FOCUSED) == order[-1]
    page.keyboard.press("Home")
    assert page.evaluate(FOCUSED) == order[0]
    page.keyboard.press("Enter")
    dialog(page).get_by_text("1 of 12", exact=True).wait_for()


def test_similar__and_back(address: str, page: Any) -> None:
    visit(page, f"{address}/Text_Search?q=red&k=12&by=image")
    first = cards(page).first.get_attribute("data-id")
    cards(page).first.locator(".open").focus()
    page.keyboard.press("s")
    page.wait_for_url(f"**/Image_Search?like={first}&k=12")
    cards(page).nth(11).wait_for()
    settle(page)
    assert first not in [node.get_attribute("data-id") for node in cards(page).all()]
    page.go_back()
    page.wait_for_url("**/Text_Search?q=red&k=12&by=image")
    cards(page).first.wait_for()
    assert page.get_by_placeholder(BOX).input_value() == "red"


def picture(colour: str) -> bytes:
    encoded = io.BytesIO()
    Image.new("RGB", (1200, 800), colour).save(encoded, "JPEG")
    return encoded.getvalue()


def test_mix__is_in_the_address_until_the_picture_goes(address: str, page: Any) -> None:
    visit(page, f"{address}/Image_Search?like=1&k=12")
    page.get_by_placeholder("Like this, but").fill("blue")
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.endsWith('q=blue')")
    settle(page)
    shown = [node.get_attribute("data-id") for node in cards(page).all()]
    page.reload()
    cards(page).nth(11).wait_for()
    settle(page)
    assert [node.get_attribute("data-id") for node in cards(page).all()] == shown
    page.get_by_role("button", name="Another picture").click()
    page.get_by_text("Show me a picture").wait_for()
    settle(page)
    assert page.url == f"{address}/Image_Search?k=12"


def test_upload__good_then_bad(address: str, page: Any) -> None:
    visit(page, f"{address}/Image_Search")
    field = page.locator("input[type=file]")
    field.set_input_files({"name": "mine.jpg", "mimeType": "image/jpeg", "buffer": picture("blue")})
    cards(page).first.wait_for()
    assert cards(page).first.locator(".text").inner_text().startswith("blue number")
    page.get_by_text("Uploaded picture", exact=True).first.wait_for()
    settle(page)
    page.get_by_role("button", name="Add picture").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "bad.png", "mimeType": "image/png", "buffer": b"this is no picture"}
    )
    page.get_by_text("This picture cannot be read.").wait_for()


PASTE = """async (encoded) => {
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  const board = new DataTransfer();
  board.items.add(new File([bytes], 'board.jpg', { type: 'image/jpeg' }));
  document.activeElement.dispatchEvent(
    new ClipboardEvent('paste', { clipboardData: board, bubbles: true, cancelable: true }),
  );
}"""


def test_upload__pasted(address: str, page: Any) -> None:
    visit(page, f"{address}/Image_Search")
    page.get_by_test_id("stFileUploaderDropzone").focus()
    page.evaluate(PASTE, base64.b64encode(picture("white")).decode())
    cards(page).first.wait_for()
    assert cards(page).first.locator(".text").inner_text().startswith("white number")


def test_browse__filter_page_and_address(address: str, page: Any) -> None:
    visit(page, f"{address}/Browse_Dataset?category=red&category=blue")
    cards(page).nth(47).wait_for()
    page.get_by_role("button", name="Page 2", exact=True).click()
    page.get_by_text("50 pictures · page 2 of 2").wait_for()
    settle(page)
    assert cards(page).count() == 2
    assert "page=2" in page.url
    page.reload()
    page.get_by_text("50 pictures · page 2 of 2").wait_for()
    page.get_by_label("Filter", exact=True).fill("category:red,blue number 8")
    page.get_by_text("page 1 of 1").wait_for()
    settle(page)
    assert "filter=category%3Ared%2Cblue+number+8" in page.url
    assert "page=" not in page.url


def test_collection__switch_is_in_the_address(address: str, page: Any) -> None:
    visit(page, f"{address}/Browse_Dataset?collection=hostile")
    page.get_by_text("20 pictures · page 1 of 1").wait_for()
    page.get_by_role("link", name="Text search", exact=True).first.click()
    page.wait_for_url("**/Text_Search?collection=hostile")


def test_explorer__region_to_gallery(address: str, page: Any) -> None:
    visit(page, f"{address}/Embedding_Explorer")
    chart = page.locator("[data-testid=stVegaLiteChart] .marks")
    chart.wait_for()
    place = chart.bounding_box()
    page.mouse.move(place["x"] + 8, place["y"] + 8)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] - 12, place["y"] + place["height"] - 30, steps=6)
    page.mouse.up()
    cards(page).first.wait_for()
    settle(page)
    assert cards(page).count() == 48
    page.get_by_text("100 pictures in this region", exact=True).wait_for()
    cards(page).first.locator(".open").click()
    dialog(page).get_by_text("1 of 48", exact=True).wait_for()


def test_downloads__csv_and_json(address: str, page: Any) -> None:
    visit(page, f"{address}/Text_Search?q=blue&k=12&by=image&collection=hostile&file=green")
    cards(page).first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
    assert download.value.suggested_filename == "hostile-text-search.csv"
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert '\'=HYPERLINK("http://example.org","red")' in [row["caption"] for row in rows]
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON", exact=True).click()
    told = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert (told["query"], told["by"], told["k"], told["collection"]) == ("blue", "image", 12, "hostile")
    assert told["model"]
    assert told["index"]
    assert told["time"]
    assert len(told["hits"]) == 5


def test_hostile_captions__are_text_everywhere(address: str, page: Any) -> None:
    visit(page, f"{address}/Text_Search?q=red&k=24&by=image&collection=hostile")
    cards(page).nth(19).wait_for()
    shown = {" ".join(node.text_content().split()) for node in page.locator(".card .text").all()}
    assert shown == {" ".join(text.split()) for text in payloads.CAPTIONS}
    cards(page).first.locator(".open").click()
    dialog(page).locator(".captions li").first.wait_for()
    for number in range(2, 21):
        dialog(page).get_by_role("button", name="Next").click()
        dialog(page).get_by_text(f"{number} of 20", exact=True).wait_for()
        unharmed(page)
    for path in ("", "Image_Search?like=1&", "Browse_Dataset?open=2&", "Embedding_Explorer?"):
        page.goto(f"{address}/{path or '?'}collection=hostile")
        page.locator("h1").first.wait_for()
        settle(page)
        unharmed(page)


def unharmed(page: Any) -> None:
    assert page.evaluate("() => window.owned") is None
    assert page.locator(".owned").count() == 0
    assert page.locator("img[src*='example.org']").count() == 0


def test_hostile_address__shows_no_error_but_ours(address: str, page: Any) -> None:
    for path in (
        "Text_Search?q=%3Cscript%3Ewindow.owned=1%3C/script%3E&k=99999&by=../..",
        "Image_Search?like=%27%3Balert(1)%2F%2F",
        "Browse_Dataset?page=-7&seed=zzz&open=%00",
        "Embedding_Explorer?star=%3Cimg%20src=x%20onerror=window.owned=1%3E&colour=x",
    ):
        visit(page, f"{address}/{path}")
        unharmed(page)
        assert page.get_by_text("Something went wrong").count() == 0
        assert page.locator("[data-testid=stException]").count() == 0


@pytest.mark.parametrize("look", ["dark", "phone"])
def test_looks__dark_and_phone(address: str, browser: Any, tmp_path: Path, look: str) -> None:
    size = {"width": 412, "height": 915} if look == "phone" else {"width": 1360, "height": 900}
    context = browser.new_context(viewport=size, color_scheme="dark" if look == "dark" else "light")
    page = context.new_page()
    visit(page, f"{address}/Text_Search?q=red")
    cards(page).nth(3).wait_for()
    places = [cards(page).nth(i).bounding_box() for i in range(3)]
    background = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    page.screenshot(path=tmp_path / f"{look}.png")
    context.close()
    if look == "phone":
        assert places[0]["y"] == places[1]["y"] < places[2]["y"]
        assert places[1]["x"] + places[1]["width"] <= size["width"]
    else:
        assert sum(int(part) for part in background[4:-1].split(",")) < 150
    assert (tmp_path / f"{look}.png").stat().st_size > 10_000
