"""A small collection of coloured pictures, opened by the dashboard with the colour encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import config, encoder
from core.ui import map_job
from tests import colour_collection
from tests.ui import drawn

Open = Callable[..., AppTest]


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of collections that the dashboard is pointed at; nothing is remembered from another test."""
    folder = tmp_path / "clip_db"
    folder.mkdir()
    monkeypatch.setenv("COCO_LENS_DB", str(folder))
    monkeypatch.setenv("COCO_LENS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COCO_LENS_COLLECTION", "colours")
    monkeypatch.setenv("COCO_LENS_ROOTS", str(tmp_path))
    monkeypatch.delenv("COCO_LENS_URL_QUERIES", raising=False)
    monkeypatch.setattr(encoder, "load_encoder", colour_collection.load)
    st.cache_data.clear()
    st.cache_resource.clear()
    yield folder
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def colours(db: Path) -> Path:
    """The collection "colours" is there."""
    return colour_collection.write(db)


@pytest.fixture
def visit(db: Path) -> Open:
    """`visit("pages/1_Text_Search.py", q="red")` is a first visit to that page at that address."""

    def first(page: str = "Home.py", /, **address: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(config.project_root() / "Home.py"), default_timeout=60)
        if page != "Home.py":
            app.switch_page(page)
        for name, value in address.items():
            app.query_params[name] = value
        return app.run()

    return first


@pytest.fixture
def look(visit: Open) -> Open:
    """`visit` of the explorer, and again once what it needs is computed."""

    def finished(**address: str) -> AppTest:
        return done(visit(drawn.EXPLORER, **address))

    return finished


def done(app: AppTest) -> AppTest:
    for _ in range(4):  # a map may be followed by its clusters, and those by outliers
        if not app.get("progress"):
            return app
        map_job.maps().job.wait(60)
        app.run()
    return app
