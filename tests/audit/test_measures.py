"""Outliers, ranks, hubs and misfits, each beside plain loops over all products."""

from __future__ import annotations

import numpy as np
import pytest

from core import progress
from core.audit import blocks, misfits, outliers, retrieval
from tests import memory_store

QUIET = progress.silent


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "_NUMBERS", 1000)


def test_look_around__same_as_sorting_everything() -> None:
    vectors = memory_store.unit(np.random.default_rng(0), 120, 6)
    around = outliers.look_around(vectors, 10, report=QUIET)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -np.inf)
    ranked = np.argsort(-cosines, axis=1)
    k = outliers.neighbours_used(120)
    expected = [1 - np.mean([cosines[row, other] for other in ranked[row, :k]]) for row in range(120)]
    assert np.allclose(around.scores, expected, atol=1e-6)
    assert around.nearest.tolist() == ranked[:, 0].tolist()
    assert around.counts.tolist() == np.bincount(ranked[:, :10].ravel(), minlength=120).tolist()


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_look_around__few_pictures(count: int) -> None:
    around = outliers.look_around(memory_store.unit(np.random.default_rng(0), count, 4), 10, report=QUIET)
    assert len(around.scores) == count
    assert np.isfinite(around.scores).all()


def test_look_around__a_group_of_strangers_stands_out() -> None:
    chance = np.random.default_rng(1)
    vectors = chance.normal(size=(1000, 16)) * 0.25 + np.eye(16)[0]
    vectors[:15] = chance.normal(size=(15, 16)) * 0.25 - np.eye(16)[0]
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    scores = outliers.look_around(vectors, 10, report=QUIET).scores
    assert set(np.argsort(-scores)[:15].tolist()) == set(range(15))


def test_deviations__of_a_normal_spread_are_its_standard_deviations() -> None:
    values = np.random.default_rng(2).normal(5, 2, 20_000)
    assert abs(outliers.deviations(values) - (values - 5) / 2).max() < 0.15


def test_deviations__of_equal_values_are_nothing() -> None:
    assert outliers.deviations(np.ones(5)).tolist() == [0.0] * 5
    assert outliers.deviations(np.array([1.0] * 9 + [4.0]))[-1] > 2


def test_ask_captions__same_as_ranking_everything() -> None:
    store = memory_store.random(90, seed=3)
    captions, images, owners = store.caption_index.vectors(), store.image_index.vectors(), store.caption_image_rows
    answers = retrieval.ask_captions(captions, images, owners, report=QUIET)
    counts, own_counts = np.zeros(90, int), np.zeros(90, int)
    for row, cosines in enumerate(captions @ images.T):
        ranked = np.argsort(-cosines)
        own = int(owners[row])
        assert answers.ranks[row] == ranked.tolist().index(own) + 1
        others = [other for other in ranked.tolist() if other != own]
        assert answers.best[row] == others[0]
        assert answers.rivals[row] == pytest.approx(cosines[others[:10]].mean(), abs=1e-5)
        counts[ranked[:10]] += 1
        own_counts[own] += own in ranked[:10]
    assert answers.counts.tolist() == counts.tolist()
    assert answers.own_counts.tolist() == own_counts.tolist()


def test_ask_captions__one_picture_has_no_other() -> None:
    one = np.array([[1.0, 0.0]], np.float32)
    answers = retrieval.ask_captions(one, one, np.array([0]), report=QUIET)
    assert (answers.ranks.tolist(), answers.best.tolist()) == ([1], [-1])


def test_best_of_each__picture_without_captions_has_none() -> None:
    best, rows = retrieval.best_of_each(np.array([5, 2, 9], np.int32), np.array([0, 0, 2]), 3)
    assert (best.tolist(), rows.tolist()) == ([2, 0, 9], [1, -1, 2])


def test_skewness__of_even_and_hubby_counts() -> None:
    assert retrieval.skewness(np.full(9, 4, np.int32)) == 0
    assert retrieval.skewness(np.array([0, 1, 2], np.int32)) == pytest.approx(0)
    assert retrieval.skewness(np.array([0] * 99 + [100], np.int32)) > 5


def test_sibling_likeness__is_the_mean_with_the_others() -> None:
    store = memory_store.random(30, seed=4)
    captions, owners = store.caption_index.vectors(), store.caption_image_rows
    measured = misfits.sibling_likeness(captions, owners)
    for row in range(len(owners)):
        others = [other for other in range(len(owners)) if owners[other] == owners[row] and other != row]
        expected = np.mean([captions[row] @ captions[other] for other in others]) if others else np.nan
        assert measured[row] == pytest.approx(expected, abs=1e-5, nan_ok=True)


def pictures_with_captions(each: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """60 pictures of their own kind each, with captions near to them; the captions 0 and `each` have changed places."""
    chance = np.random.default_rng(5)
    images = memory_store.unit(chance, 60, 24)
    owners = np.repeat(np.arange(60), each)
    captions = images[owners] + 0.08 * chance.normal(size=(len(owners), 24))
    captions[[0, each]] = captions[[each, 0]]
    return (captions / np.linalg.norm(captions, axis=1, keepdims=True)).astype(np.float32), images, owners


@pytest.mark.parametrize("each", [1, 2, 5])
def test_find_misfits__changed_captions_come_first(each: int) -> None:
    captions, images, owners = pictures_with_captions(each)
    answers = retrieval.ask_captions(captions, images, owners, report=QUIET)
    found = misfits.find_misfits(captions, owners, images, answers, report=QUIET)
    assert np.isfinite(found.scores).all()
    first = np.argsort(-found.scores)[:2]
    assert set(first.tolist()) == {0, each}
    assert answers.best[first].tolist() == [1 - owners[row] for row in first]


def test_find_misfits__by_captions_alone() -> None:
    captions, images, owners = pictures_with_captions(5)
    found = misfits.find_misfits(captions, owners, images, None, report=QUIET)
    assert set(np.argsort(-found.scores)[:2].tolist()) == {0, 5}
    assert owners[found.nearest[0]] == 1


def test_find_misfits__says_nothing_where_nothing_can_be_said() -> None:
    captions, images, owners = pictures_with_captions(1)
    assert np.isnan(misfits.find_misfits(captions, owners, images, None, report=QUIET).scores).all()


def test_find_misfits__only_one_picture_has_captions() -> None:
    captions, images, owners = pictures_with_captions(3)
    answers = retrieval.ask_captions(captions[:3], images, owners[:3], report=QUIET)
    found = misfits.find_misfits(captions[:3], owners[:3], images, answers, report=QUIET)
    assert found.nearest.tolist() == [-1, -1, -1]
