"""The formulas against scikit-learn's and ir_measures', on random cases, and by hand."""

from __future__ import annotations

import ir_measures
import numpy as np
import pytest
from ir_measures import AP, RR, P, R
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, top_k_accuracy_score

from core.evaluation import metrics

EXACT = 1e-9


def case(seed: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Scores without ties `(q, n)`, and which columns are right, at least one in each row."""
    chance = np.random.default_rng(seed)
    queries, count = int(chance.integers(1, 12)), int(chance.integers(1, 60))
    scores = chance.permuted(np.tile(np.linspace(-1, 1, count), (queries, 1)), axis=1)
    right = chance.random((queries, count)) < chance.uniform(0.02, 0.7)
    right[np.arange(queries), chance.integers(0, count, queries)] = True
    return scores, right


@pytest.mark.parametrize("seed", range(40))
def test_metrics__are_those_of_ir_measures_and_scikit_learn(seed: int) -> None:
    scores, right = case(seed)
    ranked = np.take_along_axis(right, metrics.rank_order(scores, right), axis=1)
    judged = {f"q{q}": {f"d{d}": int(right[q, d]) for d in range(right.shape[1])} for q in range(len(right))}
    run = {f"q{q}": {f"d{d}": float(scores[q, d]) for d in range(right.shape[1])} for q in range(len(right))}
    ours = {
        AP: metrics.average_precision(ranked),
        RR: metrics.reciprocal_rank(ranked.argmax(axis=1) + 1.0),
        **{P @ k: metrics.precision_at_k(ranked, k) for k in (1, 5, 10)},
        **{R @ k: metrics.share_found_at_k(ranked, k) for k in (1, 5, 10)},
    }
    seen = 0
    for theirs in ir_measures.iter_calc(list(ours), judged, run):
        assert ours[theirs.measure][int(theirs.query_id[1:])] == pytest.approx(theirs.value, abs=EXACT)
        seen += 1
    assert seen == len(ours) * len(right)
    learned = [average_precision_score(own, row) for own, row in zip(right, scores, strict=True)]
    assert metrics.average_precision(ranked) == pytest.approx(learned, abs=EXACT)


@pytest.mark.parametrize("seed", range(10))
def test_recall_at_k__is_top_k_accuracy(seed: int) -> None:
    chance = np.random.default_rng(seed)
    scores = chance.permuted(np.tile(np.linspace(0, 1, 30), (50, 1)), axis=1)
    true = chance.integers(0, 30, 50)
    ranks = (scores >= scores[np.arange(50), true][:, None]).sum(axis=1).astype(float)
    for k in (1, 5, 10):
        expected = top_k_accuracy_score(true, scores, k=k, labels=np.arange(30))
        assert metrics.recall_at_k(ranks, k) == pytest.approx(expected, abs=EXACT)


def test_reciprocal_rank__never_found_is_nothing() -> None:
    assert metrics.reciprocal_rank(np.array([1, 4, np.inf])).tolist() == [1, 0.25, 0]


def test_rank_order__ties_never_flatter() -> None:
    scores = np.array([[0.5, 0.5 + 1e-8, 0.9, 0.5]])
    right = np.array([[True, False, False, False]])
    assert metrics.rank_order(scores, right).tolist() == [[2, 1, 3, 0]]


def test_precision__fewer_columns_than_k_still_divide_by_k() -> None:
    ranked = np.array([[True, True, False]])
    assert metrics.precision_at_k(ranked, 10).tolist() == [0.2]
    assert metrics.share_found_at_k(ranked, 10).tolist() == [1.0]


def test_metrics__nothing_right_is_zero() -> None:
    ranked = np.zeros((1, 4), bool)
    assert metrics.average_precision(ranked).tolist() == [0]
    assert metrics.share_found_at_k(ranked, 2).tolist() == [0]


def test_overlap__by_hand() -> None:
    first, second = np.array([[1, 2, 3], [1, 2, 3], [1, 2, 3]]), np.array([[3, 1, 2], [1, 2, 9], [7, 8, 9]])
    assert metrics.overlap_at_k(first, second).tolist() == pytest.approx([1, 2 / 3, 0])
    assert metrics.overlap_at_k(first[:, :0], second[:, :0]).tolist() == [0, 0, 0]


@pytest.mark.parametrize("seed", range(10))
def test_rank_biased_overlap__is_the_papers_formula(seed: int) -> None:
    chance, p, k = np.random.default_rng(seed), 0.9, 7
    first, second = chance.permutation(12)[None, :k], chance.permutation(12)[None, :k]
    agreed = [len(set(first[0, :d].tolist()) & set(second[0, :d].tolist())) / d for d in range(1, k + 1)]
    expected = agreed[-1] * p**k + (1 - p) / p * sum(one * p**d for d, one in enumerate(agreed, start=1))
    assert metrics.rank_biased_overlap(first, second, p)[0] == pytest.approx(expected, abs=EXACT)
    assert metrics.rank_biased_overlap(first, first, p)[0] == pytest.approx(1, abs=EXACT)
