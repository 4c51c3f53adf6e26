"""The query bar in a real browser: chips, hits as terms by mouse and key, Back, undo, more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import cards, settle, visit

BOX = "What should be in the picture?"
KEEP_FIRST = """() => {
  const roots = [...document.querySelectorAll('*')].map((node) => node.shadowRoot);
  window.firstCard = roots.find((root) => root?.querySelector('.card')).querySelector('.card');
}"""


@pytest.fixture(autouse=True)
def patience(page: Any) -> None:
    """These tests make many runs of a page each."""
    page.set_default_timeout(90_000)


def typed(page: Any) -> str:
    return str(page.get_by_placeholder(BOX).input_value())


def ids(page: Any) -> list[str]:
    return [node.get_attribute("data-id") for node in cards(page).all()]


def wait_typed(page: Any, text: str) -> None:
    page.wait_for_function(
        "([label, text]) => document.querySelector(`input[placeholder='${label}']`)?.value === text", arg=[BOX, text]
    )
    settle(page)


def test_chips__weight_sign_remove_and_undo(address: str, page: Any) -> None:
    visit(page, f"{address}/Text_Search?q=red+%2B+blue&k=12")
    chips = page.locator(".chips .chip")
    chips.nth(1).wait_for()
    chips.nth(0).locator(".weight").fill("2")
    page.keyboard.press("Enter")
    wait_typed(page, "2*red + blue")
    chips.nth(1).locator(".slider").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    wait_typed(page, "2*red + 1.3*blue")
    chips.nth(1).locator(".sign").click()
    wait_typed(page, "2*red - 1.3*blue")
    assert "q=2%2Ared+-+1.3%2Ablue" in page.url
    chips.nth(1).locator(".remove").click()
    wait_typed(page, "2*red")
    page.get_by_role("button", name="Undo").click()
    wait_typed(page, "2*red - 1.3*blue")
    assert chips.count() == 2
    bars = page.locator(".card .bar")
    assert bars.count() == 12
    assert "1 red +" in bars.first.get_attribute("aria-label")


def test_more_like_this__and_back(address: str, page: Any) -> None:
    visit(page, f"{address}/Text_Search?q=red&k=12&by=image&category=red&category=blue")
    cards(page).nth(11).wait_for()
    settle(page)
    before = ids(page)
    cards(page).nth(1).locator(".more").click()
    wait_typed(page, f"red + img:{before[1]}")
    assert before[1] not in ids(page)
    assert "category=red&category=blue" in page.url
    assert "by=image" in page.url
    cards(page).first.locator(".open").focus()
    second = ids(page)[0]
    page.keyboard.press("-")
    wait_typed(page, f"red + img:{before[1]} - img:{second}")
    page.go_back()
    wait_typed(page, f"red + img:{before[1]}")
    page.go_back()
    wait_typed(page, "red")
    assert ids(page) == before
    page.go_forward()
    wait_typed(page, f"red + img:{before[1]}")


def test_more_like_this__in_the_dialog(address: str, page: Any) -> None:
    visit(page, f"{address}/Text_Search?q=red+-+blue&k=12")
    cards(page).nth(2).wait_for()
    first = ids(page)[0]
    cards(page).first.locator(".open").click()
    dialog = page.get_by_role("dialog")
    dialog.locator(".shares tr.sum").wait_for()
    dialog.get_by_role("button", name="Less like this").click()
    wait_typed(page, f"red - blue - img:{first}")
    assert dialog.count() == 0


def test_show_more__appends_in_place(address: str, page: Any) -> None:
    visit(page, f"{address}/Text_Search?q=red+%2B+green&k=12")
    cards(page).nth(11).wait_for()
    before = ids(page)
    page.evaluate(KEEP_FIRST)
    more = page.get_by_role("button", name="Show 12 more")
    more.scroll_into_view_if_needed()
    more.click()
    cards(page).nth(23).wait_for()
    settle(page)
    assert ids(page)[:12] == before
    assert len(set(ids(page))) == 24
    assert page.evaluate("() => window.firstCard.isConnected")  # what was there was not drawn again
    assert "shown=24" in page.url
    page.reload()
    cards(page).nth(23).wait_for()
    page.go_back()
    page.wait_for_url(lambda url: "shown" not in url)
    settle(page)
    assert ids(page) == before


def test_meaning__a_category_becomes_a_filter(address: str, page: Any) -> None:
    visit(page, f"{address}/Text_Search?q=red&k=12&by=image")
    page.locator(".meaning button", has_text="red").first.click()
    page.wait_for_function("location.search.includes('category=red')")
    page.get_by_text("12 of 25 pictures").wait_for()
    page.get_by_role("button", name="Filters (1)").wait_for()


def test_copy__holds_the_query(address: str, page: Any) -> None:
    visit(page, f"{address}/Text_Search?q=2*red+-+blue&k=12")
    page.get_by_role("button", name="Copy as code").click()
    codes = page.locator("[data-testid=stPopoverBody] code")
    codes.nth(1).wait_for()
    assert codes.nth(0).inner_text().startswith("from core import open_collection")
    assert codes.nth(1).inner_text().startswith("python -m core search demo '2*red - blue' -k 12 --by fused")
