"""What only a browser shows of Evaluate and Compare models: lines between columns, charts, a measured run's address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import store
from core.embedding import Embeddings
from core.encoder.contract import EncoderSpec
from core.records import RecordSet
from tests import colour_collection
from tests.e2e.conftest import serving, settle


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection "demo" and, with other vectors of the same pictures, "other"."""
    folder = tmp_path_factory.mktemp("compare")
    entries = [(name, (f"a {name} bus",)) for name in ("red", "green", "blue", "white") for _ in range(15)]
    demo = store.open_store(colour_collection.write(folder / "clip_db", "demo", entries))
    vectors = demo.image_index.vectors() + 0.2 * np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    store.write_store(
        folder / "clip_db",
        store.Header("other", "Other", demo.manifest.source, EncoderSpec("timm", "other-model", "x", 4, 8, "x"), "x"),
        RecordSet(demo.records, demo.categories, demo.licenses),
        Embeddings(np.array([record.image_id for record in demo.records]), vectors),
        Embeddings(np.zeros(0, np.int64), np.zeros((0, 4), np.float32)),
    )
    return folder


def test_compare__shared_hits_are_joined_and_a_click_asks_with_one(two: Path, page: Any) -> None:
    with serving(two) as address:
        page.goto(f"{address}/Compare?like=1")
        hits = page.locator(".columns .hit")
        hits.nth(19).wait_for()
        settle(page)
        shared = page.locator(".column:first-of-type .hit.shared").count()
        assert 0 < shared <= 10
        assert page.locator(".columns svg path").count() == shared
        name = hits.first.get_attribute("data-id")
        hits.first.locator(".open").click()
        page.wait_for_url(lambda url: f"like={int(str(name).split('/')[1].split('.')[0])}" in url)
        settle(page)
        assert page.locator(f'.hit[data-id="{name}"]').count() == 0  # a query is not among its own hits


def test_evaluate__measure_draws_and_stays_in_the_address(two: Path, page: Any) -> None:
    with serving(two) as address:
        page.goto(f"{address}/Evaluate")
        page.get_by_text("Nothing measured yet").wait_for()
        settle(page)  # whatever reruns the page stops a measurement
        page.get_by_role("button", name="Measure", exact=False).last.click()
        page.wait_for_url("**/Evaluate?run=*")
        page.locator("[data-testid=stVegaLiteChart] .marks").first.wait_for()
        page.reload()
        page.locator("[data-testid=stVegaLiteChart] .marks").first.wait_for()
        page.get_by_role("tab", name="Classes").click()
        page.get_by_text("12 queries (20% of each class) against 48 pictures").wait_for()
