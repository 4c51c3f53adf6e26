"""Run `docs/tour.ipynb` and keep its outputs: `make docs`, or `python docs/make_tour.py`.

The notebook is its own source: edit its cells in Jupyter or any editor that knows notebooks, then run this.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
TOUR = ROOT / "docs" / "tour.ipynb"
SECONDS_A_CELL = 300


def executed(scratch: Path) -> NotebookNode:
    """The notebook with fresh outputs. Its kernel works in `docs/`, knows nobody's settings, and keeps in `scratch`
    whatever it writes. Raises `CellExecutionError` for a cell that fails."""
    notebook = nbformat.read(TOUR, as_version=4)
    env = {name: value for name, value in os.environ.items() if not name.startswith("COCO_LENS_")}
    env |= {"PYTHONPATH": str(ROOT), "COCO_LENS_CACHE": str(scratch / "cache"), "IPYTHONDIR": str(scratch / "ipython")}
    client = NotebookClient(
        notebook,
        timeout=SECONDS_A_CELL,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(TOUR.parent)}},
    )
    client.execute(env=env)
    return _portable(notebook)


def _portable(notebook: NotebookNode) -> NotebookNode:
    """Without what would differ from machine to machine."""
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
    )
    return notebook


def main() -> None:
    """Bring the notebook up to date."""
    with tempfile.TemporaryDirectory() as scratch:
        nbformat.write(executed(Path(scratch)), TOUR)


if __name__ == "__main__":
    main()
