"""Embedding Explorer in a real browser: regions, lasso, clicks, hover, space, links, progress."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from tests.e2e.conftest import cards, settle, visit

STATE = """() => {
  const roots = [document, ...[...document.querySelectorAll('*')].map((node) => node.shadowRoot).filter(Boolean)];
  const found = roots.map((root) => root.querySelector('.scatter')).find(Boolean);
  return found ? { ...found.dataset } : null;
}"""
CARD = """() => {
  const roots = [document, ...[...document.querySelectorAll('*')].map((node) => node.shadowRoot).filter(Boolean)];
  const card = roots.map((root) => root.querySelector('.scatter .peek')).find(Boolean);
  return Boolean(card && !card.hidden && card.querySelector('img'));
}"""


@pytest.fixture(autouse=True)
def patience(page: Any) -> None:
    """A map may be computed first."""
    page.set_default_timeout(120_000)


def chart(page: Any) -> Any:
    found = page.locator(".st-key-map-chart .marks")
    found.wait_for()
    return found


def canvas(page: Any) -> Any:
    """The canvas once it has drawn."""
    page.wait_for_function(f"() => Number(({STATE})()?.drawn) > 0")
    return page.locator(".scatter canvas.over")


def drag(page: Any, field: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Between two places of a field, as shares of its sides."""
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=8)
    page.mouse.up()


def ids(page: Any) -> list[str]:
    return [node.get_attribute("data-id") for node in cards(page).all()]


def in_address(page: Any, part: str) -> None:
    page.wait_for_function("(part) => location.search.includes(part)", arg=part)
    settle(page)


def test_region__to_grid_bars_and_back(address: str, page: Any) -> None:
    visit(page, f"{address}/Embedding_Explorer")
    drag(page, chart(page), (0.02, 0.02), (0.97, 0.85))
    in_address(page, "region=")
    page.get_by_text("100 pictures in this region", exact=True).wait_for()
    cards(page).nth(47).wait_for()
    assert cards(page).count() == 48
    page.locator(".st-key-region-bars .marks").wait_for()
    page.get_by_role("button", name="Let go").click()
    page.wait_for_function("() => !location.search.includes('region=')")
    page.get_by_text("Drag a region over the map").wait_for()
    settle(page)
    drag(page, chart(page), (0.02, 0.02), (0.97, 0.85))  # the new chart takes regions as the old one did
    in_address(page, "region=")
    page.get_by_text("100 pictures in this region", exact=True).wait_for()
    page.go_back()
    page.get_by_text("Drag a region over the map").wait_for()


def test_region__survives_another_colour_and_a_reload(address: str, page: Any) -> None:
    visit(page, f"{address}/Embedding_Explorer")
    drag(page, chart(page), (0.02, 0.02), (0.97, 0.85))
    in_address(page, "region=")
    cards(page).nth(47).wait_for()
    before = ids(page)
    page.get_by_role("combobox", name="Colour by").click()
    page.get_by_role("option", name="caption length", exact=True).click()
    in_address(page, "colour=caption")
    assert "region=" in page.url
    page.get_by_text("100 pictures in this region", exact=True).wait_for()
    page.reload()
    page.get_by_text("100 pictures in this region", exact=True).wait_for()
    cards(page).nth(47).wait_for()
    settle(page)
    assert ids(page) == before
    assert "colour=caption" in page.url


def test_click__shows_neighbours(address: str, page: Any) -> None:
    visit(page, f"{address}/Embedding_Explorer?tool=lasso")
    field = canvas(page)
    field.scroll_into_view_if_needed()
    # The hundred pictures are four colours: their points lie in four places. Look for one of them.
    box = field.bounding_box()
    for step in range(400):
        across, down = (step % 20 + 0.5) / 20, (step // 20 + 0.5) / 20
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
        if field.evaluate(
            "(node) => new Promise((ok) => requestAnimationFrame(() => requestAnimationFrame("
            "() => ok(node.style.cursor === 'pointer'))))"
        ):
            break
    else:
        pytest.fail("no point under the pointer anywhere on the map")
    page.wait_for_function(CARD)  # the picture, not only a dot
    page.mouse.down()
    page.mouse.up()
    in_address(page, "point=i")
    page.get_by_text("Nearest to the clicked picture").wait_for()
    assert f"point=i{ids(page)[0]}" in page.url


def test_lasso__to_grid_and_link(address: str, page: Any) -> None:
    visit(page, f"{address}/Embedding_Explorer?tool=lasso")
    field = canvas(page)
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    sides = [(0.02, 0.98), (0.02, 0.02), (0.98, 0.02), (0.98, 0.98)]
    path = [np.linspace(start, end, 12) for start, end in itertools.pairwise(sides)]
    corners = [
        (box["x"] + across * box["width"], box["y"] + down * box["height"])
        for across, down in np.concatenate(path).tolist()
    ]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner)
    page.mouse.up()
    in_address(page, "region=")
    page.get_by_text("100 pictures in this region", exact=True).wait_for()
    cards(page).nth(47).wait_for()
    assert page.url.count("%2C") >= 7
    before = ids(page)
    page.reload()
    page.get_by_text("100 pictures in this region", exact=True).wait_for()
    cards(page).nth(47).wait_for()
    settle(page)
    assert ids(page) == before


def test_tsne__is_computed_while_one_watches_and_kept(address: str, page: Any) -> None:
    visit(page, f"{address}/Embedding_Explorer")
    page.get_by_role("radio", name="t-SNE").or_(page.get_by_role("button", name="t-SNE")).first.click()
    in_address(page, "method=t-SNE")
    page.get_by_text("what lies close together is alike").wait_for()
    chart(page)
    page.reload()
    page.get_by_text("what lies close together is alike").wait_for()


def test_space__turns_and_keeps_its_view_out_of_the_address(address: str, page: Any) -> None:
    visit(page, f"{address}/Embedding_Explorer?dims=3-D&of=both&lines=true&colour=kind&star=red")
    field = canvas(page)
    url = page.url
    drag(page, field, (0.3, 0.3), (0.7, 0.6))
    settle(page)
    assert page.url == url
    page.get_by_text("Told apart").wait_for()
    page.get_by_text("Nearest to red").wait_for()


def test_cluster__a_click_lists_its_pictures(address: str, page: Any) -> None:
    visit(page, f"{address}/Embedding_Explorer?colour=cluster")
    group = page.locator(".st-key-clusters-grid .card")
    group.first.wait_for()
    settle(page)
    group.first.locator(".open").click()
    in_address(page, "cluster=1")
    page.get_by_text("in the cluster").wait_for()
