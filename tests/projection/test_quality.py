"""The figures of a map, against scikit-learn and against counting by hand."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from core.projection import quality
from tests import memory_store


def judged(vectors: np.ndarray, points: np.ndarray, **more: object) -> quality.Quality:
    found = quality.judge(vectors, points.astype(np.float32), **more)  # type: ignore[arg-type]
    assert found is not None
    return found


@pytest.mark.parametrize("k", [1, 5, 10])
def test_judge__trustworthiness_is_scikit_learns(k: int) -> None:
    chance = np.random.default_rng(0)
    vectors = memory_store.unit(chance, 300, 12)
    points = vectors[:, :2] + 0.05 * chance.normal(size=(300, 2))
    assert judged(vectors, points, k=k).trustworthiness == pytest.approx(
        trustworthiness(vectors, points, n_neighbors=k), abs=1e-5
    )


def test_judge__a_sample_is_near_the_whole() -> None:
    chance = np.random.default_rng(1)
    vectors = memory_store.unit(chance, 900, 6)
    points = vectors[:, :2]
    whole, part = judged(vectors, points), judged(vectors, points, most=300)
    assert (whole.judged, part.judged) == (900, 300)
    assert part.trustworthiness == pytest.approx(whole.trustworthiness, abs=0.02)
    assert part.kept == pytest.approx(whole.kept, abs=0.04)


def test_judge__a_perfect_map() -> None:
    angles = np.linspace(0, 3, 60)
    points = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    found = judged(points, 7 * points, k=4)
    assert (found.trustworthiness, found.kept) == (1, 1)


def test_judge__neighbourhood_hit_by_hand() -> None:
    angles = np.array([0, 0.01, 0.02, 1, 1.01, 1.02, 2.5])
    points = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    found = judged(points, points, k=2, labels=["a", "a", "a", "b", "b", "c", ""])
    # a: all of both neighbours, three times; b: one of two, twice; c: none; the last has no label and is not asked.
    assert found.hit == pytest.approx((3 * 1 + 2 * 0.5 + 0) / 6)
    assert found.hit_in_space == found.hit
    assert found.hit_by_chance == pytest.approx((3 * 3 + 2 * 2 + 1) / (6 * 7))


def test_judge__without_labels_or_points() -> None:
    vectors = memory_store.unit(np.random.default_rng(2), 20, 4)
    assert judged(vectors, vectors[:, :2], labels=[""] * 20).hit is None
    assert judged(vectors, vectors[:, :2]).hit_by_chance is None
    assert quality.judge(vectors[:3], vectors[:3, :2]) is None
    assert judged(vectors[:5], vectors[:5, :2]).k == 2
