"""Bootstrap intervals against the plain way of drawing, and how often they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluation import intervals


def drawn(groups: int, resamples: int, seed: int) -> np.ndarray:
    return np.concatenate(list(intervals._drawn(groups, resamples, seed)))


def test_of_means__is_drawing_groups_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "_BLOCK", 20)
    chance = np.random.default_rng(1)
    groups, values = chance.integers(0, 9, 40), chance.normal(size=(40, 2))
    _, own = np.unique(groups, return_inverse=True)
    means = []
    for counts in drawn(own.max() + 1, 300, 5):
        rows = np.concatenate([np.tile(np.flatnonzero(own == at), times) for at, times in enumerate(counts)])
        means.append(values[rows].mean(axis=0))
    found = intervals.of_means(values, groups, resamples=300, seed=5)
    for column, interval in enumerate(found):
        assert (interval.low, interval.high) == pytest.approx(np.percentile(np.array(means)[:, column], (2.5, 97.5)))


def test_of_median__is_drawing_groups_one_by_one() -> None:
    chance = np.random.default_rng(2)
    groups, values = chance.integers(0, 8, 31), chance.integers(1, 50, 31).astype(float)
    _, own = np.unique(groups, return_inverse=True)
    medians = [np.median(np.repeat(values, counts[own])) for counts in drawn(own.max() + 1, 200, 3)]
    found = intervals.of_median(values, groups, resamples=200, seed=3)
    expected = np.percentile(medians, (2.5, 97.5), method="closest_observation")
    assert found is not None
    assert (found.low, found.high) == pytest.approx(expected)


def test_of_median__never_found() -> None:
    found = intervals.of_median(np.array([1.0, np.inf, np.inf, np.inf]), np.arange(4), resamples=400, seed=0)
    assert found is not None
    assert found.high is None
    assert intervals.of_median(np.zeros(0), np.zeros(0, np.int64), resamples=9, seed=0) is None


def test_of_means__nothing_to_draw() -> None:
    assert intervals.of_means(np.zeros((0, 3)), np.zeros(0, np.int64), resamples=10, seed=0) == ()
    assert intervals.of_means(np.ones((4, 3)), np.arange(4), resamples=0, seed=0) == ()


def test_of_means__holds_the_truth_about_as_often_as_it_says() -> None:
    chance = np.random.default_rng(4)
    held = 0
    for trial in range(200):
        # The five queries of a picture succeed or fail together: drawn one by one they would seem to say more.
        each = np.repeat(chance.random(60) < 0.3, 5).astype(float)[:, None]
        (interval,) = intervals.of_means(each, np.repeat(np.arange(60), 5), resamples=200, seed=trial)
        held += interval.low <= 0.3 <= interval.high
    assert 180 <= held <= 199
