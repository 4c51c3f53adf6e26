"""Choosing a part of a picture by mouse, touch and keyboard; the heat-map of a hit."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from tests.e2e.conftest import cards, settle, visit

REGION = """() => {
  const roots = [...document.querySelectorAll('*')].map((node) => node.shadowRoot).filter(Boolean);
  const box = roots.map((root) => root.querySelector('.crop .region')).find(Boolean);
  const sides = ['left', 'top', 'width', 'height'];
  return box.hidden ? null : sides.map((side) => Math.round(parseFloat(box.style[side])));
}"""


def drag(page: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Between two places of the picture, in shares of it."""
    place = page.locator(".stage").bounding_box()
    points = [(place["x"] + x * place["width"], place["y"] + y * place["height"]) for x, y in (start, end)]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=5)
    page.mouse.up()


def near(found: list[int], expected: list[int]) -> bool:
    return all(abs(one - other) <= 2 for one, other in zip(found, expected, strict=True))


def test_crop__mouse_draws_moves_and_resizes_then_back(address: str, page: Any) -> None:
    visit(page, f"{address}/Image_Search?like=1&k=12")
    page.locator(".stage").wait_for()
    drag(page, (0.2, 0.2), (0.6, 0.7))
    assert near(page.evaluate(REGION), [20, 20, 40, 50])
    drag(page, (0.4, 0.45), (0.5, 0.35))
    assert near(page.evaluate(REGION), [30, 10, 40, 50])
    drag(page, (0.7, 0.6), (0.9, 0.8))
    assert near(page.evaluate(REGION), [30, 10, 60, 70])
    drag(page, (0.5, 0.5), (0.5, 0.5))
    assert near(page.evaluate(REGION), [30, 10, 60, 70])  # a click changes nothing
    page.get_by_text("30\u00a0% from the left", exact=False).first.wait_for()
    page.get_by_role("button", name="Search this part").click()
    page.wait_for_function("decodeURIComponent(location.search).includes('img:1[')")
    settle(page)
    assert near(page.evaluate(REGION), [30, 10, 60, 70])
    page.get_by_role("button", name="Whole picture").click()
    page.wait_for_function("decodeURIComponent(location.search).includes('q=img:1&') || location.search.endsWith('1')")
    settle(page)
    assert page.evaluate(REGION) is None


def test_crop__keyboard_alone(address: str, page: Any) -> None:
    visit(page, f"{address}/Image_Search?like=1&k=12")
    stage = page.get_by_role("application")
    stage.wait_for()
    stage.press("ArrowRight")
    assert page.evaluate(REGION) == [25, 25, 50, 50]
    stage.press("ArrowRight")
    stage.press("Shift+ArrowUp")
    assert page.evaluate(REGION) == [27, 25, 50, 48]
    assert stage.get_attribute("aria-label").startswith("Chosen part: 27")
    stage.press("Escape")
    assert page.evaluate(REGION) is None
    stage.press("ArrowRight")
    stage.press("Enter")
    page.wait_for_function("decodeURIComponent(location.search).includes('img:1[0.25,0.25,0.5,0.5]')")


def test_crop__touch(address: str, browser: Any) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    visit(page, f"{address}/Image_Search?like=1&k=12")
    page.get_by_role("button", name="Select a part").tap()
    assert page.evaluate(REGION) == [25, 25, 50, 50]
    page.locator(".stage").scroll_into_view_if_needed()
    place = page.locator(".stage").bounding_box()
    middle = (place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    wire = context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    touch("touchStart", middle)
    for step in range(1, 6):
        touch("touchMove", (middle[0] + step * place["width"] / 50, middle[1]))
    page.wait_for_timeout(300)  # the finger rests: after a throw, Chromium takes the next tap for the end of the throw
    touch("touchMove", (middle[0] + place["width"] / 10, middle[1]))
    touch("touchEnd")
    assert near(page.evaluate(REGION), [35, 25, 50, 50])
    page.get_by_role("button", name="Search this part").tap()
    page.wait_for_function("decodeURIComponent(location.search).includes('img:1[0.3')")
    context.close()


def test_why__map_on_demand_arrows_and_part(address: str, page: Any) -> None:
    visit(page, f"{address}/Text_Search?q=red&k=12&by=image")
    cards(page).first.locator(".open").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("1 of 12", exact=True).wait_for()
    settle(page)
    assert dialog.locator(".heat").count() == 0
    dialog.get_by_role("button", name="Why this picture?").click()
    dialog.locator(".heat").wait_for()
    settle(page)
    slider = dialog.get_by_label("Strength of the colours")
    slider.press("ArrowRight")
    assert slider.input_value() == "76"
    settle(page)
    dialog.get_by_text("1 of 12", exact=True).wait_for()  # the slider's arrow did not turn to the next picture
    dialog.locator(".terms button").click()
    assert not dialog.locator(".heat").is_visible()
    dialog.get_by_role("button", name="Search by a part").click()
    stage = dialog.get_by_role("application")
    stage.press("ArrowRight")
    stage.press("Escape")
    assert page.evaluate(REGION) is None
    dialog.get_by_role("button", name="Back to the picture").wait_for()  # Escape took the region, not the dialog
    stage.press("ArrowRight")
    dialog.get_by_role("link", name="Search this part").click()
    page.wait_for_url("**/Image_Search?**")
    cards(page).first.wait_for()
    assert "q=img:1[0.25,0.25,0.5,0.5]" in unquote(page.url)
    page.go_back()
    page.wait_for_url("**/Text_Search?q=red**")
