"""A server of our own for each need, and one headless Chromium. Skipped, with the reason, where there is none."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core import config
from tests import colour_collection
from tests.e2e import payloads

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
COLOURS = ("red", "green", "blue", "white")
SETTLED = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  return app && app.getAttribute('data-test-script-state') === 'notRunning'
    && app.getAttribute('data-test-connection-state') === 'CONNECTED';
}"""

Serve = Callable[[], Any]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collections of these tests: "demo" with a hundred pictures, "hostile" with captions that attack the page."""
    folder = tmp_path_factory.mktemp("e2e")
    db = folder / "clip_db"
    db.mkdir()
    entries = [(COLOURS[i % 4], (f"{COLOURS[i % 4]} number {i}",)) for i in range(100)]
    colour_collection.write(db, "demo", entries)
    hostile = [(COLOURS[i % 4], (text,)) for i, text in enumerate(payloads.CAPTIONS)]
    colour_collection.write(db, "hostile", hostile)
    return folder


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """A fresh server, ended by its own process id; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "COCO_LENS_DB": str(home / "clip_db"), "COCO_LENS_CACHE": str(home / "cache")}
    env.pop("COCO_LENS_COLLECTION", None)
    log = home / f"server-{port}.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.serve", str(port)],
            cwd=config.project_root(),
            env=env,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(server, f"{address}/_stcore/health", log)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(10)


def _wait(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _ in range(240):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"the server did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")


@pytest.fixture(scope="session")
def address(home: Path, browser: Any) -> Iterator[str]:
    """One server for the tests that need no fresh one; none is started where there is no browser."""
    with serving(home) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None and os.environ.get("COCO_LENS_REQUIRE_BROWSER"):
        pytest.fail("COCO_LENS_REQUIRE_BROWSER is set, and there is no Chromium on this machine")
    if program is None:
        pytest.skip("no Chromium on this machine (looked for chromium, chromium-browser, google-chrome)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, headless=True, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page of a fresh visitor; a script error on it fails the test."""
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    context.set_default_timeout(30_000)
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    context.close()
    assert not faults


def settle(page: Any) -> None:
    """Wait until the script of the page has run and stays so for a moment."""
    for _ in range(2):
        page.wait_for_timeout(200)
        page.wait_for_function(SETTLED)


def visit(page: Any, address: str) -> None:
    page.goto(address)
    page.locator("h1").first.wait_for()
    settle(page)


def cards(page: Any) -> Any:
    return page.locator(".card")
