"""The learning curves of a run: kept as JSON, drawn where Matplotlib is installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def write(folder: Path, history: list[dict[str, Any]], *, title: str = "held-out pictures of") -> None:
    """`curves.json`, one entry per epoch, and `curves.png`: the loss above, the measure on held-out pictures below,
    `title` over what the measure is of. An entry of epoch 0, before the first step, has no loss of training; one that
    has `held_out_loss` or `mean_recall` gets a curve of it."""
    (folder / "curves.json").write_text(json.dumps(history, indent=1) + "\n", encoding="utf-8")
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return
    figure = Figure(figsize=(8, 6), layout="constrained")
    FigureCanvasAgg(figure)
    top, bottom = figure.subplots(2, 1, sharex=True)
    first = min(1, history[0]["epoch"]) if history else 1
    epochs = list(range(first, first + len(history)))
    judged = any("held_out_loss" in entry for entry in history)
    for kind in dict.fromkeys(entry["kind"] for entry in history):
        named = "pictures learnt from" if judged else kind
        for name, label in (("loss", named), ("held_out_loss", "held-out pictures")):
            own = [(n, e[name]) for n, e in zip(epochs, history, strict=True) if e["kind"] == kind and name in e]
            if own:
                top.plot(*zip(*own, strict=True), marker=".", label=label)
    top.set_ylabel("loss")
    top.legend(title=None if judged else "phase")
    # Of recall at several depths the first is drawn; precision is another measure.
    kinds: dict[str, str] = {}
    for name in (name for entry in history for name in entry if "@" in name):
        kinds.setdefault(name.partition("@")[0], name)
    measures = list(kinds.values())
    for measure in measures:
        for name in dict.fromkeys(name for entry in history for name in entry.get(measure, ())):
            mine = [(n, e[measure][name]) for n, e in zip(epochs, history, strict=True) if name in e.get(measure, ())]
            bottom.plot(
                *zip(*mine, strict=True), marker=".", label=name if len(measures) == 1 else f"{name}, {measure}"
            )
    deciding = [(n, e["mean_recall"]) for n, e in zip(epochs, history, strict=True) if "mean_recall" in e]
    if deciding:
        bottom.plot(*zip(*deciding, strict=True), color="0.3", label="mean of R@1, R@5, R@10, which decides")
    bottom.set_ylabel(f"{measures[0]} (%)" if len(measures) == 1 else "%")
    bottom.set_xlabel("epoch")
    if bottom.lines:
        # Below the plot the legend hides no point.
        bottom.legend(title=title, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)
    figure.savefig(folder / "curves.png")
