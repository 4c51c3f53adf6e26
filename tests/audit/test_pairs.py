from __future__ import annotations

import numpy as np
import pytest

from core.audit import pairs_above
from core.errors import Cancelled
from core.progress import Progress
from tests import memory_store


def brute_force(vectors: np.ndarray, floor: float) -> set[tuple[int, int]]:
    first, second = np.nonzero(np.triu(vectors @ vectors.T >= floor, 1))
    return set(zip(first.tolist(), second.tolist(), strict=True))


def found(vectors: np.ndarray, floor: float, **more: int) -> set[tuple[int, int]]:
    pairs = pairs_above(vectors, floor, **more)
    return set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))


@pytest.mark.parametrize(
    ("count", "dim", "floor"), [(2, 3, -1.0), (700, 24, 0.5), (2500, 16, 0.7), (2500, 200, 0.2), (300, 3, 0.999)]
)
def test_pairs_above__same_as_all_products(count: int, dim: int, floor: float) -> None:
    vectors = memory_store.unit(np.random.default_rng(count), count, dim)
    expected = brute_force(vectors, floor)
    assert len(expected) > 0
    assert found(vectors, floor) == expected


def test_pairs_above__same_where_vectors_share_a_direction() -> None:
    chance = np.random.default_rng(1)
    vectors = chance.normal(size=(1500, 64)) * np.geomspace(1, 0.01, 64) + 0.7
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    assert found(vectors, 0.985) == brute_force(vectors, 0.985)


def test_pairs_above__scores_are_cosines_highest_first() -> None:
    vectors = memory_store.unit(np.random.default_rng(2), 400, 8)
    pairs = pairs_above(vectors, 0.6)
    assert np.allclose(pairs.scores, (vectors[pairs.first] * vectors[pairs.second]).sum(axis=1), atol=1e-6)
    assert (np.diff(pairs.scores) <= 0).all()
    assert (pairs.first < pairs.second).all()


def test_pairs_above__equal_rows_are_joined_to_the_first() -> None:
    vectors = memory_store.unit(np.random.default_rng(3), 50, 32)
    vectors[[7, 20, 49]] = vectors[3]
    assert found(vectors, 0.95) == {(3, 7), (3, 20), (3, 49)}


def test_pairs_above__too_many_raise_the_floor_and_keep_the_best() -> None:
    vectors = memory_store.unit(np.random.default_rng(4), 900, 6)
    pairs = pairs_above(vectors, 0.0, most=500)
    assert 0 < len(pairs) <= 1000
    assert pairs.floor > 0.5
    assert found(vectors, 0.0, most=500) == brute_force(vectors, pairs.floor)


@pytest.mark.parametrize("count", [0, 1])
def test_pairs_above__nothing_to_compare(count: int) -> None:
    assert len(pairs_above(np.ones((count, 4), np.float32) / 2, 0.5)) == 0


def test_pairs_above__stops_when_told() -> None:
    def stop(_: Progress) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        pairs_above(memory_store.unit(np.random.default_rng(5), 10, 4), 0.9, report=stop)
