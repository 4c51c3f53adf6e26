"""Class retrieval against brute force and ir_measures."""

from __future__ import annotations

import ir_measures
import numpy as np
import pytest
from ir_measures import AP, P, R

from core import errors, evaluation, progress
from core.evaluation import classes
from core.index import VectorIndex
from tests import memory_store


def clustered(seed: int, sizes: tuple[int, ...], *, noise: float = 0.6) -> memory_store.MemoryStore:
    """Classes of the given sizes, each around a direction of its own."""
    chance = np.random.default_rng(seed)
    centres = memory_store.unit(chance, len(sizes), 8)
    pictures, vectors = [], []
    for at, size in enumerate(sizes):
        for n in range(size):
            pictures.append(memory_store.record(1000 * at + n, categories=(f"c{at}",), file_name=f"c{at}/{n}.jpg"))
            vectors.append(centres[at] + noise * chance.normal(size=8))
    rows = np.array(vectors, np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return memory_store.of_vectors(pictures, rows, rows[:0])


@pytest.mark.parametrize("block", [1 << 24, 100])
@pytest.mark.parametrize("multiple", [False, True])
def test_evaluate_classes__is_ir_measures(block: int, multiple: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classes, "_BLOCK", block)
    store = clustered(3, (20, 15, 9, 6))
    if multiple:
        store.records = tuple(
            memory_store.record(one.image_id, categories=(*one.categories, *(["odd"] if one.image_id % 3 == 1 else [])))
            for one in store.records
        )
    known = evaluation.labels_of(store.records)
    split = evaluation.stratified_split(store.records, known)
    vectors = store.image_index.vectors()
    judged, run = {}, {}
    for row in split.queries:
        shared = {other: bool((known.member[row] & known.member[other]).any()) for other in split.index}
        judged[str(row)] = {str(other): int(right) for other, right in shared.items()}
        run[str(row)] = {str(other): float(vectors[row] @ vectors[other]) for other in split.index}
    expected = ir_measures.calc_aggregate([AP, P @ 1, P @ 5, P @ 10, R @ 10], judged, run)
    found = evaluation.evaluate_classes(store)
    assert found.to_dict() == {
        "P@1": pytest.approx(100 * expected[P @ 1], abs=0.006),
        "P@5": pytest.approx(100 * expected[P @ 5], abs=0.006),
        "P@10": pytest.approx(100 * expected[P @ 10], abs=0.006),
        "R@10": pytest.approx(100 * expected[R @ 10], abs=0.006),
        "mAP": pytest.approx(100 * expected[AP], abs=0.006),
        "classes": 4 + multiple,
        "queries": len(split.queries),
    }
    if not multiple:  # of one class each, the mean over queries is the mean of the classes, weighted
        weighted = np.average([one.average_precision for one in found.per_class], weights=[4, 3, 2, 1])
        assert found.mean_average_precision == pytest.approx(weighted, abs=0.02)


def test_evaluate_classes__perfect_and_confused() -> None:
    store = memory_store.coloured([("red", ()), ("red", ()), ("blue", ()), ("blue", ()), ("white", ())])
    found = evaluation.evaluate_classes(store)
    assert (found.p1, found.mean_average_precision) == (100, 100)
    assert (found.classes, found.queries, found.searched, found.twins) == (3, 2, 3, 2)
    assert [one.name for one in found.per_class] == ["blue", "red"]
    shares = {(one.name, one.found): one.share for one in found.confusions}
    assert shares["red", "red"] == pytest.approx(33.33, abs=0.01)  # of three pictures found one is red
    assert sum(share for (name, _), share in shares.items() if name == "red") == pytest.approx(100, abs=0.05)


def test_evaluate_classes__random_vectors_are_at_chance() -> None:
    store = clustered(5, (300, 100, 100), noise=1000)
    found = evaluation.evaluate_classes(store, resamples=100)
    assert found.p10 == pytest.approx(found.chance, abs=6)
    assert found.intervals["P@10"].low < found.chance < found.intervals["P@10"].high


def test_evaluate_classes__ties_do_not_flatter() -> None:
    pictures = [memory_store.record(n, categories=("a" if n % 2 else "b",), file_name=f"{n}.jpg") for n in range(20)]
    same = np.tile(np.eye(8, dtype=np.float32)[0], (20, 1))
    found = evaluation.evaluate_classes(memory_store.of_vectors(pictures, same, same[:0]))
    assert (found.p1, found.p5) == (0, 0)


def test_evaluate_classes__nothing_to_ask_for() -> None:
    store = memory_store.coloured([("red", ()), ("blue", ())])
    with pytest.raises(errors.QueryError, match="--labels-from-folders"):
        evaluation.evaluate_classes(store)


def test_evaluate_classes__unlabelled_and_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classes, "_BLOCK", 1)
    store = memory_store.coloured([("red", ())] * 5 + [("blue", ())] * 5)
    store.records = (*store.records, memory_store.record(77))
    store.image_index = VectorIndex.build(np.vstack([store.image_index.vectors(), store.image_index.vectors()[:1]]))
    seen: list[progress.Progress] = []
    found = evaluation.evaluate_classes(store, report=seen.append)
    assert found.unlabelled == 1
    assert [(at.done, at.total) for at in seen] == [(1, 2), (2, 2)]
