"""The notebook runs from its first cell to its last, and prints what is written in it."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from tests.docs.blocks import DOCS

nbformat = pytest.importorskip("nbformat", reason="nbformat, nbclient and ipykernel are in requirements-dev.txt")
pytest.importorskip("nbclient", reason="nbclient runs the notebook; it is in requirements-dev.txt")
pytest.importorskip("ipykernel", reason="ipykernel is what the notebook runs in; it is in requirements-dev.txt")

_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?")
MOST_BYTES = 1_500_000


def compared(notebook: Any) -> dict[str, str]:
    """What the cells tagged "compare" print, by the cell's id."""
    return {
        cell.id: "".join(one.text for one in cell.outputs if one.output_type == "stream" and one.name == "stdout")
        for cell in notebook.cells
        if cell.cell_type == "code" and "compare" in cell.metadata.get("tags", [])
    }


def agree(first: str, second: str) -> bool:
    """The same words and whole numbers; decimals and percents may differ by one in their last place, since another
    machine adds up in another order."""
    if _NUMBER.sub("#", first) != _NUMBER.sub("#", second):
        return False
    for one, other in zip(_NUMBER.finditer(first), _NUMBER.finditer(second), strict=True):
        decimals = len(one[0].partition(".")[2])
        rounded = decimals or first[one.end() : one.end() + 1] == "%"
        apart = abs(float(one[0].replace(",", "")) - float(other[0].replace(",", "")))
        if apart > (1.01 * 10**-decimals if rounded else 0):
            return False
    return True


def test_agree__tells_rounding_from_other_answers() -> None:
    assert agree("hit 1000455  0.63, 79% of 1,500", "hit 1000455  0.64, 80% of 1,500")
    assert not agree("hit 1000455  0.63", "hit 1000456  0.63")
    assert not agree("hit 1000455  0.63", "hit 1000455  0.65")
    assert not agree("dogs 3", "dogs 4")
    assert not agree("a dog", "a cat")


def test_tour__runs_and_prints_what_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    fresh = compared(runpy.run_path(str(DOCS / "make_tour.py"))["executed"](tmp_path))
    kept = compared(nbformat.read(DOCS / "tour.ipynb", as_version=4))
    assert len(kept) > 8
    assert all(text.strip() for text in kept.values())
    for cell, text in kept.items():
        assert agree(text, fresh[cell]), f"cell {cell} printed {fresh[cell]!r}, docs/tour.ipynb has {text!r}; make docs"


def test_tour__is_small_and_says_nothing_of_this_machine() -> None:
    text = (DOCS / "tour.ipynb").read_text(encoding="utf-8")
    assert len(text) < MOST_BYTES
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    shown = [output for cell in cells for output in cell.outputs]
    assert sum("text/html" in output.get("data", {}) for output in shown) >= 3, "the grids of the hits"
    assert not [output for output in shown if output.output_type == "error" or output.get("name") == "stderr"]
    assert "site-packages" not in text
