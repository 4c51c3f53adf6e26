"""Audit in a real browser: what its controls write into the address, the keyboard within a finding, Back."""

from __future__ import annotations

from typing import Any

from tests.e2e.conftest import cards, settle, visit


def test_audit__list_and_level_are_in_the_address(address: str, page: Any) -> None:
    visit(page, f"{address}/Audit")
    cards(page).first.wait_for(timeout=120_000)
    page.get_by_role("radio", name="hubs").or_(page.get_by_role("button", name="hubs")).first.click()
    page.wait_for_url("**/Audit?list=hubs*")
    settle(page)
    page.reload()
    page.get_by_text("Pictures that answer many more queries").wait_for()
    assert "list=hubs" in page.url


def test_audit__keyboard_opens_a_picture_and_finds_similar(address: str, page: Any) -> None:
    visit(page, f"{address}/Audit")
    cards(page).nth(1).wait_for(timeout=120_000)
    second = cards(page).nth(1).get_attribute("data-id")
    cards(page).first.locator(".open").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_text(f"{second}", exact=True).first.wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    settle(page)
    cards(page).nth(1).locator(".open").focus()
    page.keyboard.press("s")
    page.wait_for_url(f"**/Image_Search?like={second}*")
    page.go_back()
    cards(page).first.wait_for()
