"""The learning-rate range test (Smith, arXiv 1506.01186): the rate climbs from step to step, and the loss tells where
learning begins and where it falls apart."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

LOWEST, HIGHEST, STEPS = 1e-6, 1.0, 90
"""Fifteen steps for each factor of ten: enough for the smoothed loss to follow."""
_MEMORY = 0.8
# Past this many times the first loss nothing comes back.
_LOST = 1.5
# A fall of less than this share of the loss is no better than chance.
_CLEAR = 0.005
# Where nine tenths of the fall are done, steps at such a rate begin to break what the earlier ones learnt, and a run
# takes more steps than the test. The usual rule is a tenth of the rate of the lowest training loss (fastai's finder);
# the loss of pictures that were not learnt from turns sooner. Too high a rate is caught by the early stop, too low a
# one by nothing.
_BELOW, _MOST = 5.0, 0.9


@dataclass(frozen=True, slots=True)
class RangeTest:
    """`losses[i]`, smoothed, after a step at `rates[i]`; `chosen` is the rate to train with, None where no rate made
    the loss fall clearly."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    chosen: float | None


def run(
    step: Callable[[int, float], float], *, lowest: float = LOWEST, highest: float = HIGHEST, steps: int = STEPS
) -> RangeTest:
    """Calls `step(i, rate)`, which trains one step at that rate and returns the loss after it, with rates that grow
    by the same factor each time; stops early where the loss runs away."""
    rates: list[float] = []
    smoothed: list[float] = []
    memory = 0.0
    for number in range(steps):
        rate = lowest * (highest / lowest) ** (number / (steps - 1))
        loss = step(number, rate)
        if not math.isfinite(loss):
            break
        memory = _MEMORY * memory + (1 - _MEMORY) * loss
        rates.append(rate)
        smoothed.append(memory / (1 - _MEMORY ** (number + 1)))  # as Adam does: the first steps know little yet
        if smoothed[-1] > _LOST * smoothed[0]:
            break
    return RangeTest(tuple(rates), tuple(smoothed), _choose(rates, smoothed))


def _choose(rates: list[float], smoothed: list[float]) -> float | None:
    if not smoothed:
        return None
    lowest = min(smoothed)
    if lowest > (1 - _CLEAR) * smoothed[0]:
        return None
    fallen = int(np.argmax(np.array(smoothed) <= smoothed[0] - _MOST * (smoothed[0] - lowest)))
    return float(f"{rates[fallen] / _BELOW:.2g}")


def write(found: RangeTest, folder: Path) -> None:
    """`rate_finder.json`, and `.png` where Matplotlib is installed."""
    rows = {"chosen": found.chosen, "rates": found.rates, "smoothed_losses": found.losses}
    (folder / "rate_finder.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return
    figure = Figure(figsize=(7, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.semilogx(found.rates, found.losses)
    if found.chosen:
        axes.axvline(found.chosen, linestyle="--", color="0.4", label=f"chosen: {found.chosen:g}")
        axes.legend()
    axes.set_xlabel("learning rate")
    axes.set_ylabel("loss, smoothed")
    figure.savefig(folder / "rate_finder.png")
