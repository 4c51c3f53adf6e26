"""The approximate indexes, and what is measured of them."""

from __future__ import annotations

import numpy as np
import pytest

from core import approximate, errors, evaluation
from core.approximate import ApproximateIndex
from core.evaluation import index_quality
from core.index import Neighbours, VectorIndex
from tests import memory_store

CHANCE = np.random.default_rng(0)
VECTORS = VectorIndex.build(memory_store.unit(CHANCE, 400, 16)).vectors()


@pytest.fixture(params=["ivf", "hnsw"])
def index(request: pytest.FixtureRequest) -> ApproximateIndex:
    return ApproximateIndex.ivf(VECTORS, 8) if request.param == "ivf" else ApproximateIndex.hnsw(VECTORS, 16)


def test_approximate__looking_everywhere_is_exact(index: ApproximateIndex) -> None:
    exact = VectorIndex.build(VECTORS).search(VECTORS[:20], 5)
    found = index.search(VECTORS[:20], 5, breadth=400)
    assert index.count == 400
    assert index.size_bytes > 400 * 16 * 4
    assert index_quality.recall_of(found, exact) == 1
    assert found.scores == pytest.approx(exact.scores, abs=1e-5)


def test_approximate__finds_nothing_but_what_is_allowed(index: ApproximateIndex) -> None:
    allowed = np.array([3, 50, 399], np.int64)
    found = index.search(VECTORS[:10], 5, breadth=400, allowed_rows=allowed)
    assert set(np.unique(found.rows)) <= {3, 50, 399, approximate.NOTHING}
    assert (found.rows[:, 3:] == approximate.NOTHING).all()
    assert np.isneginf(found.scores[found.rows == approximate.NOTHING]).all()


@pytest.mark.parametrize(
    "make",
    [
        lambda: ApproximateIndex.ivf(VECTORS, 401),
        lambda: ApproximateIndex.ivf(VECTORS, 0),
        lambda: ApproximateIndex.hnsw(VECTORS, 1),
        lambda: ApproximateIndex.hnsw(VECTORS[:0], 16),
        lambda: ApproximateIndex.hnsw(VECTORS[:9], 4).search(VECTORS[:1], 0, breadth=1),
    ],
)
def test_approximate__settings_that_cannot_be(make: object) -> None:
    with pytest.raises(errors.QueryError, match="expected"):
        make()  # type: ignore[operator]


def test_recall_of__counts_equals_and_empty_places() -> None:
    truth = Neighbours(np.array([[1, 2]]), np.array([[0.9, 0.8]], np.float32))
    for rows, scores, expected in (
        ([[2, 1]], [[0.9, 0.8]], 1),
        ([[1, 7]], [[0.9, 0.8]], 1),  # as near as the second: it could as well have been that one
        ([[1, 5]], [[0.9, 0.7]], 0.5),
        ([[1, -1]], [[0.9, -np.inf]], 0.5),
    ):
        found = Neighbours(np.array(rows), np.array(scores, np.float32))
        assert index_quality.recall_of(found, truth) == expected


def test_evaluate_index__tells_recall_under_every_filter() -> None:
    found = evaluation.evaluate_index(VECTORS, k=5, filters=(0.01, 0.5))
    assert (found.searched, found.queries, found.k) == (320, 80, 5)
    assert [built.kind for built in found.builds] == ["exact", "ivf", "hnsw"]
    assert {row.recall for row in found.figures if row.kind == "exact"} == {100}
    shares = {row.passing for row in found.figures}
    assert shares == {1, 0.01, 0.5}
    widest = {row.kind: row.recall for row in found.figures if row.passing == 1}  # the last, broadest search of each
    assert widest["ivf"] == 100
    assert widest["hnsw"] > 95
    narrow = [row.recall for row in found.figures if row.kind == "ivf" and row.setting.startswith("1 of")]
    assert min(narrow) < 100
    assert all(0 <= row.recall <= 100 for row in found.figures)


@pytest.mark.parametrize(("rows", "k", "filters"), [(49, 10, ()), (100, 0, ()), (100, 10, (1.5,))])
def test_evaluate_index__settings_that_cannot_be(rows: int, k: int, filters: tuple[float, ...]) -> None:
    with pytest.raises(errors.QueryError, match="expected"):
        evaluation.evaluate_index(VECTORS[:rows], k=k, filters=filters)
