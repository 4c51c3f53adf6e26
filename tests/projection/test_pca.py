"""The PCA map."""

import numpy as np
import pytest

from core import projection
from tests import memory_store


def test_pca_map__is_the_singular_value_decomposition() -> None:
    vectors = memory_store.unit(np.random.default_rng(0), 200, 16) * np.linspace(3, 0.1, 16, dtype=np.float32)
    made = projection.pca_map(vectors, dims=3)
    centred = vectors - vectors.mean(axis=0)
    left, spread, _ = np.linalg.svd(centred, full_matrices=False)
    assert made.points.shape == (200, 3)
    assert made.points.dtype == np.float32
    assert np.abs(made.points) == pytest.approx(np.abs(left * spread)[:, :3], abs=1e-3)
    assert made.explained == pytest.approx((spread**2 / (spread**2).sum())[:3], abs=1e-4)


def test_pca_map__is_deterministic() -> None:
    vectors = memory_store.unit(np.random.default_rng(1), 100, 8)
    assert np.array_equal(projection.pca_map(vectors).points, projection.pca_map(vectors.copy()).points)


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_pca_map__small_collections(count: int) -> None:
    made = projection.pca_map(memory_store.unit(np.random.default_rng(2), count, 8), dims=3)
    assert made.points.shape == (count, 3)
    assert len(made.explained) == 3
    assert np.isfinite(made.points).all()


def test_pca_map__all_equal() -> None:
    made = projection.pca_map(np.ones((20, 8), np.float32))
    assert not made.points.any()
    assert made.explained == (0, 0)
