"""Browse Dataset and the shelf in a real browser: facets, selection with the keyboard, stars that outlive a link."""

from __future__ import annotations

from typing import Any

from tests.e2e.conftest import cards, settle, visit


def test_facets__choice_in_the_address_and_back_to_all(address: str, page: Any) -> None:
    visit(page, f"{address}/Browse_Dataset")
    red = page.locator(".facets .group[data-field=category] label", has_text="red")
    red.locator("input").check()
    page.get_by_text("25 pictures · page 1 of 1").wait_for()
    settle(page)
    assert "filter=category%3Ared" in page.url
    assert page.get_by_label("Filter", exact=True).input_value() == "category:red"
    page.locator(".facets .group[data-field=category] label", has_text="blue").locator("input").check()
    page.get_by_text("50 pictures · page 1 of 2").wait_for()
    page.reload()
    page.get_by_text("50 pictures · page 1 of 2").wait_for()


def test_selection__keyboard_count_and_clear(address: str, page: Any) -> None:
    visit(page, f"{address}/Browse_Dataset?filter=category:red")
    cards(page).nth(11).wait_for()
    cards(page).nth(1).locator(".open").focus()
    page.keyboard.press(" ")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.get_by_text("3 selected", exact=True).wait_for()
    settle(page)
    assert page.get_by_role("dialog").count() == 0
    chosen = page.locator(".card.is-selected").evaluate_all("nodes => nodes.map((node) => node.dataset.id)")
    assert chosen == ["5", "9", "13"]
    page.get_by_role("link", name="Show on the map").click()
    page.wait_for_url("**/Embedding_Explorer?pick=5%2C9%2C13")
    cards(page).nth(2).wait_for()
    page.go_back()
    page.get_by_text("3 selected", exact=True).wait_for()
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_text("3 selected", exact=True).wait_for(state="hidden")
    page.locator(".card.is-selected").first.wait_for(state="hidden")


def test_shelf__a_star_outlives_a_plain_link(address: str, page: Any) -> None:
    visit(page, f"{address}/Text_Search?q=red&k=12&by=image")
    first = cards(page).first.get_attribute("data-id")
    cards(page).first.locator(".open").focus()
    page.keyboard.press("f")
    page.locator(".card.is-kept").wait_for()
    page.wait_for_function("document.cookie.includes('coco_lens_visit')")
    settle(page)
    page.goto(f"{address}/Shelf")
    cards(page).first.wait_for()
    assert cards(page).first.get_attribute("data-id") == first
    assert cards(page).first.locator(".source").inner_text() == "red"
    page.get_by_role("link", name="red", exact=True).click()
    page.wait_for_url("**/Text_Search?q=red&by=image&k=12")
    page.locator(".card.is-kept").wait_for()
