"""The learning curves of a run: kept as JSON, drawn where Matplotlib is installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def write(folder: Path, history: list[dict[str, Any]]) -> None:
    """`curves.json`, one entry per epoch, and `curves.png`: the loss above, the measure on held-out pictures below."""
    (folder / "curves.json").write_text(json.dumps(history, indent=1) + "\n", encoding="utf-8")
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return
    figure = Figure(figsize=(8, 6), layout="constrained")
    FigureCanvasAgg(figure)
    top, bottom = figure.subplots(2, 1, sharex=True)
    epochs = list(range(1, len(history) + 1))
    for kind in dict.fromkeys(entry["kind"] for entry in history):
        mine = [(n, entry["loss"]) for n, entry in zip(epochs, history, strict=True) if entry["kind"] == kind]
        top.plot(*zip(*mine, strict=True), marker=".", label=kind)
    top.set_ylabel("loss")
    top.legend(title="phase")
    measure = next((name for entry in history for name in entry if "@" in name), "")
    for name in dict.fromkeys(name for entry in history for name in entry[measure]):
        mine = [(n, e[measure][name]) for n, e in zip(epochs, history, strict=True) if name in e[measure]]
        bottom.plot(*zip(*mine, strict=True), marker=".", label=name)
    bottom.set_ylabel(f"{measure} (%)")
    bottom.set_xlabel("epoch")
    if bottom.lines:
        bottom.legend(title="held-out pictures of")
    figure.savefig(folder / "curves.png")
