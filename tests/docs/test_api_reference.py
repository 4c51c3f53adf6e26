"""`docs/api/` is what the docstrings say now."""

import runpy
from collections.abc import Callable

import pytest

import core
from tests.docs.blocks import DOCS

pytest.importorskip("griffe", reason="griffelib makes the pages; it is in requirements-dev.txt")


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    written: Callable[[], dict[str, str]] = runpy.run_path(str(DOCS / "make_api.py"))["written"]
    return written()


def test_api__the_pages_are_up_to_date(pages: dict[str, str]) -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "api").glob("*.md")}
    assert sorted(committed) == sorted(pages)
    stale = [name for name, text in pages.items() if committed[name] != text]
    assert not stale, f"the docstrings say something else than docs/api/{', docs/api/'.join(stale)}; run: make docs"


def test_api__every_name_of_the_package_has_an_entry(pages: dict[str, str]) -> None:
    for name in core.__all__:
        assert f"[`{name}`](" in pages["README.md"], name
        assert getattr(core, name).__doc__


def test_api__every_function_and_class_says_what_it_is(pages: dict[str, str]) -> None:
    for page, text in pages.items():
        for entry in text.split("\n### ")[1:]:
            path, _, rest = entry.partition("\n")
            said = rest.split("```", 2)[2].partition("<sub>")[0].strip()
            assert said or path.rpartition(".")[2].isupper(), f"{path} on docs/api/{page} has no docstring"
