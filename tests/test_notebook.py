"""The one-line call, in a terminal and in a notebook."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from core import collection, display_results, encoder, errors, notebook
from tests import colour_collection, colour_encoder


class Notebook:
    """A stand-in for IPython in a notebook: what was displayed, and the number of the running cell."""

    def __init__(self) -> None:
        self.displayed: list[Any] = []
        self.shell: Any = SimpleNamespace(kernel=object(), execution_count=1)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        python, display = ModuleType("IPython"), ModuleType("IPython.display")
        python.get_ipython = lambda: self.shell  # type: ignore[attr-defined]
        display.display = lambda one, **_: self.displayed.append(one)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "IPython", python)
        monkeypatch.setitem(sys.modules, "IPython.display", display)


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "clip_db"
    colour_collection.write(folder, "demo")
    monkeypatch.setenv("COCO_LENS_DB", str(folder))
    monkeypatch.setenv("COCO_LENS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("COCO_LENS_COLLECTION", raising=False)
    monkeypatch.setattr(encoder, "load_encoder", colour_collection.load)
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    return folder


def test_display_results__prints_a_table_and_returns_the_hits(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = display_results("a red thing on the beach", top_k=3)
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split()[:2] == ["rank", "score"]
    assert found[0].record.file_name == "red/1.png"
    assert len(found) == 3
    assert [line.split()[0] for line in lines[:3]] == ["1", "2", "3"]
    for line, hit in zip(lines, found, strict=False):
        assert hit.record.file_name in line
        assert f"{hit.score:.3f}" in line
    assert f"{found.hits[0].caption}" in lines[0]
    assert str(found).splitlines()[0] == header
    assert repr(found).startswith("<SearchResult a red thing on the beach: 3 of 5 pictures in demo")


def test_display_results__terms_rankings_and_filters(db: Path) -> None:
    assert display_results("red - green", 2, by="image").by.value == "image"
    assert [hit.record.image_id for hit in display_results("red", 5, category="blue")] == [3]
    opened = collection.open_collection("demo", db, loaded=colour_encoder.ColourEncoder())
    assert display_results("blue", 1, collection=opened)[0].record.image_id in (1, 3)


def test_display_results__stays_open_until_built_again(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    original = collection.open_collection

    def count(name: str, *args: Any, **more: Any) -> Any:
        opened.append(name)
        return original(name, *args, **more)

    monkeypatch.setattr(collection, "open_collection", count)
    assert display_results("red", 9).matching == 5
    display_results("blue", 9)
    assert opened == ["demo"]
    colour_collection.write(db, "demo", [("red", ("a red bus",)), ("blue", ())])
    assert display_results("red", 9).matching == 2
    assert opened == ["demo", "demo"]


def test_display_results__which_collection(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    colour_collection.write(db, "another", [("red", ()), ("blue", ())])
    assert display_results("red", by="image").collection == "demo"
    assert display_results("red", collection="another").collection == "another"
    monkeypatch.setenv("COCO_LENS_COLLECTION", "another")
    assert display_results("red").collection == "another"
    monkeypatch.setenv("COCO_LENS_COLLECTION", "absent")
    with pytest.raises(errors.StoreNotFoundError, match=r"'absent'.*another, demo.*core build absent"):
        display_results("red")


def test_display_results__no_demo_takes_the_first_there_is(tmp_path: Path, db: Path) -> None:
    (db / "demo").rename(tmp_path / "aside")
    colour_collection.write(db, "second", [("red", ()), ("blue", ())])
    assert display_results("red").collection == "second"


def test_display_results__errors_say_what_to_do(db: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for empty in ("", "  \n"):
        with pytest.raises(errors.QueryError, match="the query is empty"):
            display_results(empty)
    for few in (0, -3):
        with pytest.raises(errors.QueryError, match=f"top_k is {few}; expected at least 1"):
            display_results("red", top_k=few)
    with pytest.raises(errors.ConfigurationError, match="up"):
        display_results("red", collection="../up")
    monkeypatch.setenv("COCO_LENS_DB", str(tmp_path / "nothing here"))
    with pytest.raises(errors.StoreNotFoundError, match="python -m core build NAME --images DIR"):
        display_results("red")


def test_display_results__a_grid_in_a_notebook_once_a_cell(
    db: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    screen = Notebook()
    screen.install(monkeypatch)
    found = display_results("a red thing", top_k=2)
    assert capsys.readouterr().out == ""
    (grid,) = screen.displayed
    made = grid._repr_html_()
    assert made.count("<img ") == 2
    assert 'alt="a red bus"' in made
    assert f"1 · {found[0].score:.3f}" in made
    assert found.hits == grid.hits
    found._ipython_display_()  # type: ignore[attr-defined]  # as the value of the same cell
    assert len(screen.displayed) == 1
    screen.shell.execution_count = 2
    found._ipython_display_()  # type: ignore[attr-defined]  # asked for in a later one
    assert screen.displayed[1]["text/html"] == made


def test_display_results__in_the_terminal_of_ipython_a_table(
    db: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    screen = Notebook()
    screen.shell = SimpleNamespace(execution_count=1)
    screen.install(monkeypatch)
    found = display_results("a red thing", top_k=1)
    assert "red/1.png" in capsys.readouterr().out
    assert not isinstance(found, notebook._Shown)
