"""The learning-rate range test on losses whose limits are known."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.training.finetuning import rate_finder


def descent(curvature: float, *, noise: float = 0.0) -> Callable[[int, float], float]:
    """Steps of plain gradient descent on curvature / 2 · x², which grows without end at rates past 2 / curvature."""
    place = np.array([1.0])
    rng = np.random.default_rng(0)

    def step(_: int, rate: float) -> float:
        place[0] -= rate * curvature * place[0]
        loss = float(curvature / 2 * place[0] ** 2)
        return loss + curvature / 2 * noise * float(rng.standard_normal())

    return step


@pytest.mark.parametrize("curvature", [3.0, 30.0, 3000.0])
@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_run__rate_lies_well_below_where_a_quadratic_falls_apart(curvature: float, noise: float) -> None:
    found = rate_finder.run(descent(curvature, noise=noise), highest=10.0, steps=105)
    limit = 2 / curvature
    assert found.chosen is not None
    assert limit / 200 < found.chosen < limit / 2
    assert found.rates[-1] < 10.0, "it stops once the loss has run away"


def test_run__flat_and_rising_losses_choose_nothing() -> None:
    assert rate_finder.run(lambda _, rate: 3.0).chosen is None
    assert rate_finder.run(lambda _, rate: 3.0 + rate).chosen is None


def test_run__stops_where_the_loss_is_no_number() -> None:
    found = rate_finder.run(lambda number, rate: 1.0 - number / 100 if number < 20 else float("nan"))
    assert len(found.rates) == 20
    assert found.rates[-1] / 10 < found.chosen <= found.rates[-1] / 5
    assert rate_finder.run(lambda _, rate: float("inf")).chosen is None


def test_write__what_was_seen(tmp_path: Path) -> None:
    found = rate_finder.run(descent(30.0))
    rate_finder.write(found, tmp_path)
    told = json.loads((tmp_path / "rate_finder.json").read_text())
    assert told["chosen"] == found.chosen
    assert len(told["rates"]) == len(told["smoothed_losses"]) == len(found.rates)
