"""The gap between two kinds, against numpy."""

import numpy as np
import pytest

from core.projection import gap
from tests import memory_store


def test_measure__is_what_it_says() -> None:
    chance = np.random.default_rng(0)
    pictures, captions = memory_store.unit(chance, 30, 6), memory_store.unit(chance, 50, 6)
    pairs = np.column_stack([np.arange(50) % 30, np.arange(50)])
    found = gap.measure(pictures, captions, pairs)
    assert found is not None
    cosines = pictures @ pictures.T
    assert found.distance == pytest.approx(np.linalg.norm(pictures.mean(axis=0) - captions.mean(axis=0)), abs=1e-6)
    assert found.own == pytest.approx(np.mean([pictures[a] @ captions[b] for a, b in pairs]), abs=1e-6)
    assert found.any_pair == pytest.approx((pictures @ captions.T).mean(), abs=1e-6)
    assert found.pictures == pytest.approx(cosines[~np.eye(30, dtype=bool)].mean(), abs=1e-6)


def test_measure__two_clouds_and_one() -> None:
    chance = np.random.default_rng(1)
    cloud = memory_store.unit(chance, 400, 8)
    side = np.eye(8, dtype=np.float32)[0]
    apart = gap.measure(_unit(cloud + 3 * side), _unit(cloud - 3 * side), _same(400))
    mixed = gap.measure(cloud[:200], cloud[200:], _same(200))
    assert apart is not None
    assert mixed is not None
    assert (apart.apart, apart.distance > 1.5) == (1, True)
    assert mixed.apart < 0.65
    assert mixed.distance < 0.2


def test_measure__too_few() -> None:
    one = np.eye(4, dtype=np.float32)
    assert gap.measure(one[:1], one, _same(1)) is None
    assert gap.measure(one, one, np.zeros((0, 2), np.int64)) is None


def _unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _same(count: int) -> np.ndarray:
    return np.column_stack([np.arange(count), np.arange(count)])
