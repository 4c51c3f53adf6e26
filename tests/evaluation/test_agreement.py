"""Several models over the same pictures."""

from __future__ import annotations

import numpy as np
import pytest

from core import errors, evaluation
from core.evaluation import agreement
from core.index import VectorIndex
from tests import memory_store


def pair(noise: float = 0.0) -> tuple[memory_store.MemoryStore, memory_store.MemoryStore]:
    """The same 40 pictures by two models, in another order and under other ids; the second's vectors are the first's
    with noise."""
    first = memory_store.random(40, seed=1)
    order = np.random.default_rng(2).permutation(40)
    vectors = first.image_index.vectors()[order] + noise * np.random.default_rng(3).normal(size=(40, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    second = memory_store.random(40, seed=1)
    second.records = tuple(
        memory_store.record(9000 + n, file_name=first.records[row].file_name, categories=first.records[row].categories)
        for n, row in enumerate(order)
    )
    second.image_index = VectorIndex.build(vectors.astype(np.float32))
    return first, second


def test_shared_pictures__are_the_same_files_in_any_order() -> None:
    first, second = pair()
    shared = evaluation.shared_pictures([first, second])
    for at, record in enumerate(shared.records):
        assert first.records[shared.rows[0][at]].file_name == record.file_name
        assert second.records[shared.rows[1][at]].file_name == record.file_name
    assert len(shared.records) == 40


def test_neighbour_agreement__same_model_agrees_wholly_and_noise_less() -> None:
    for noise, low, high in ((0.0, 1, 1), (0.1, 0.5, 0.99), (50.0, 0, 0.4)):
        stores = pair(noise)
        found = evaluation.neighbour_agreement(stores, evaluation.shared_pictures(stores), k=5)
        (only,) = found.pairs
        assert low <= only.overlap <= high
        assert low <= only.rank_biased + 1e-9 <= high + 1e-8
        assert found.each.mean() == pytest.approx(only.overlap)


def test_most_disputed__are_those_with_least_overlap() -> None:
    stores = pair(0.3)
    shared = evaluation.shared_pictures(stores)
    found = evaluation.neighbour_agreement(stores, shared, k=5)
    worst = found.most_disputed(3)
    left, right = (
        agreement.neighbours(one.image_index.vectors_at(rows), worst, 5)
        for one, rows in zip(stores, shared.rows, strict=True)
    )
    shares = [len(set(a) & set(b)) / 5 for a, b in zip(left.tolist(), right.tolist(), strict=True)]
    assert shares == sorted(found.each)[:3]


def test_neighbours__are_brute_force_without_the_query(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement, "_BLOCK", 50)
    vectors = memory_store.unit(np.random.default_rng(0), 20, 5)
    found = agreement.neighbours(vectors, np.array([3, 7, 19]), 4)
    for row, own in zip((3, 7, 19), found, strict=True):
        others = sorted(
            (other for other in range(20) if other != row), key=lambda other: -(vectors[row] @ vectors[other])
        )
        assert own.tolist() == others[:4]
    assert agreement.neighbours(vectors, np.array([0]), 99).shape == (1, 19)


def test_class_table__one_split_for_all() -> None:
    stores = pair()
    first, second = evaluation.class_table(stores, evaluation.shared_pictures(stores))
    assert first == second
    alone = evaluation.evaluate_classes(stores[0])
    assert first.to_dict() == alone.to_dict()


@pytest.mark.parametrize("number", [1, 5])
def test_shared_pictures__two_to_four(number: int) -> None:
    with pytest.raises(errors.QueryError, match="two to 4"):
        evaluation.shared_pictures([memory_store.random(3)] * number)


def test_shared_pictures__nothing_in_common() -> None:
    other = memory_store.coloured([("red", ())])
    with pytest.raises(errors.QueryError, match="share 0 pictures by file name"):
        evaluation.shared_pictures([memory_store.random(3), other])


def test_picture_named__by_file_name() -> None:
    first, second = pair()
    name = first.records[5].file_name
    assert evaluation.picture_named(second, name).image_id >= 9000
    with pytest.raises(errors.QueryError, match="has no picture"):
        evaluation.picture_named(second, "../elsewhere.jpg")


def test_ranks_of__one_entry_a_name() -> None:
    found = evaluation.ranks_of([["a", "b"], ["b", "c"]])
    assert found == {"a": (1, None), "b": (2, 1), "c": (None, 2)}
