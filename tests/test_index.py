from __future__ import annotations

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import QueryError, StoreCorruptError
from core.index import VectorIndex
from tests.memory_store import unit

Vectors = NDArray[np.float32]
COUNT, DIM = 3000, 32


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    return unit(np.random.default_rng(0), COUNT, DIM)


@pytest.fixture(scope="module")
def queries() -> Vectors:
    return unit(np.random.default_rng(1), 20, DIM)


@pytest.fixture(scope="module")
def index(vectors: Vectors) -> VectorIndex:
    return VectorIndex.build(vectors)


def baseline(vectors: Vectors, query: Vectors, k: int, allowed: NDArray[np.int64] | None = None) -> list[int]:
    """The k best rows by numpy, equal scores in row order."""
    rows = np.arange(len(vectors)) if allowed is None else np.unique(allowed)
    scores = vectors[rows] @ query
    return rows[np.lexsort((rows, -scores))[:k]].tolist()


def test_search__agrees_with_numpy(index: VectorIndex, queries: Vectors) -> None:
    near = index.search(queries, 15)
    stored = index.vectors()
    for query, rows, scores in zip(queries, near.rows, near.scores, strict=True):
        assert rows.tolist() == baseline(stored, query, 15)
        np.testing.assert_allclose(scores, stored[rows] @ query, atol=1e-6)


def test_search__float16_keeps_the_neighbours_of_float32(
    index: VectorIndex, vectors: Vectors, queries: Vectors
) -> None:
    near = index.search(queries, 10)
    kept = [len({*rows} & {*baseline(vectors, query, 10)}) for query, rows in zip(queries, near.rows, strict=True)]
    assert sum(kept) >= 199  # of 200
    np.testing.assert_allclose(near.scores[:, 0], [max(vectors @ query) for query in queries], atol=1e-3)


@pytest.mark.parametrize("share", [0.001, 0.01, 0.1, 0.5, 1.0])
def test_search__filtered_is_exact(index: VectorIndex, queries: Vectors, share: float) -> None:
    allowed = np.random.default_rng(2).choice(COUNT, int(COUNT * share), replace=False)
    near = index.search(queries, 10, allowed)
    for query, rows in zip(queries, near.rows, strict=True):
        assert rows.tolist() == baseline(index.vectors(), query, 10, allowed)


def test_search__clamps_k_and_never_pads(index: VectorIndex, queries: Vectors) -> None:
    assert index.search(queries[:2], COUNT + 50).rows.shape == (2, COUNT)
    assert sorted(index.search(queries[:1], 99, np.array([7, 5, 7])).rows[0].tolist()) == [5, 7]
    nothing = index.search(queries, 5, np.empty(0, np.int64))
    assert nothing.rows.shape == nothing.scores.shape == (20, 0)
    assert index.search(queries[:0], 5).rows.shape == (0, 5)


def test_search__equal_scores_come_in_row_order() -> None:
    index = VectorIndex.build(np.tile(np.eye(4, dtype=np.float32)[:1], (50, 1)))
    assert index.search(np.eye(4, dtype=np.float32)[:1], 50).rows[0].tolist() == list(range(50))


def test_empty__answers_with_nothing() -> None:
    index = VectorIndex.from_bytes(VectorIndex.build(np.empty((0, 6), np.float32)).to_bytes())
    assert (index.count, index.dim, index.vectors().shape) == (0, 6, (0, 6))
    assert index.search(np.ones((1, 6), np.float32), 3).rows.shape == (1, 0)
    assert index.scores(np.ones(6, np.float32)).shape == (0,)


@pytest.mark.parametrize("part", [7, 75_000])
def test_scores__are_every_cosine(
    index: VectorIndex, queries: Vectors, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    expected = index.vectors() @ queries[0]
    np.testing.assert_allclose(index.scores(queries[0]), expected, atol=1e-6)
    monkeypatch.setattr("core.index._KEEP_DECODED_BYTES", 0)
    monkeypatch.setattr("core.index._PART", part)
    fresh = VectorIndex.from_bytes(index.to_bytes())
    np.testing.assert_allclose(fresh.scores(queries[0]), expected, atol=1e-6)
    np.testing.assert_array_equal(fresh.vectors(), index.vectors())


def test_to_bytes__of_stored_vectors_are_the_same_bytes(index: VectorIndex) -> None:
    data = index.to_bytes()
    assert VectorIndex.from_bytes(data).to_bytes() == data
    assert VectorIndex.build(index.vectors()).to_bytes() == data
    assert len(data) < COUNT * DIM * 2 + 200
    with pytest.raises(ValueError, match="read-only"):
        index.vectors()[0, 0] = 1


@pytest.mark.parametrize(
    ("query", "k"),
    [
        (np.ones((1, DIM + 1), np.float32), 5),
        (np.ones((1, DIM, 1), np.float32), 5),
        (np.full((1, DIM), np.nan, np.float32), 5),
        (np.ones((1, DIM), np.float32), 0),
    ],
)
def test_search__refuses_what_cannot_be_asked(index: VectorIndex, query: Vectors, k: int) -> None:
    with pytest.raises(QueryError):
        index.search(query, k)


def test_search__names_both_widths(index: VectorIndex) -> None:
    with pytest.raises(QueryError, match=r"\(1, 512\).*width 32"):
        index.search(np.ones((1, 512), np.float32), 5)
    with pytest.raises(QueryError, match="width 32"):
        index.scores(np.ones(31, np.float32))
    with pytest.raises(QueryError, match=r"rows -1 to 3000.*0 to 2999"):
        index.search(np.ones((1, DIM), np.float32), 5, np.array([-1, 3000]))


def test_build__refuses_vectors_it_could_not_search() -> None:
    with pytest.raises(QueryError, match="row 1 holds NaN"):
        VectorIndex.build(np.array([[1, 0], [np.nan, 0]], np.float32))
    with pytest.raises(QueryError, match="two dimensions"):
        VectorIndex.build(np.ones(4, np.float32))


def test_from_bytes__refuses_other_indexes_and_noise() -> None:
    import faiss

    flat = faiss.IndexFlatIP(4)
    flat.add(np.eye(4, dtype=np.float32))
    eight_bit = faiss.IndexScalarQuantizer(4, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    euclid = faiss.IndexScalarQuantizer(4, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_L2)
    for other in (flat, eight_bit, euclid):
        with pytest.raises(StoreCorruptError, match="expected an exact float16 index"):
            VectorIndex.from_bytes(faiss.serialize_index(other).tobytes())
    for noise in (b"", b"IxFI", bytes(100), b"not an index at all, but some text"):
        with pytest.raises(StoreCorruptError, match="not a readable vector index"):
            VectorIndex.from_bytes(noise)


def test_from_bytes__survives_damage(index: VectorIndex) -> None:
    """Sums keep damaged files away; what gets through all the same must neither crash nor ask for all memory."""
    chance, data = random.Random(3), index.to_bytes()
    for _ in range(300):
        damaged = bytearray(data)
        damaged[chance.randrange(100)] = chance.randrange(256)
        try:
            VectorIndex.from_bytes(bytes(damaged[: chance.choice((len(data), chance.randrange(len(data))))]))
        except StoreCorruptError:
            continue


def test_vectors_at__rows_in_the_order_asked() -> None:
    vectors = unit(np.random.default_rng(5), 9, 4)
    index = VectorIndex.build(vectors)
    rows = np.array([7, 0, 7])
    np.testing.assert_array_equal(index.vectors_at(rows), index.vectors()[rows])
    assert index.vectors_at(rows).dtype == np.float32
    assert index.vectors_at(np.array([], np.int64)).shape == (0, 4)
    for wrong in (9, -1):
        with pytest.raises(QueryError, match="rows 0 to 8"):
            index.vectors_at(np.array([0, wrong]))


@pytest.mark.parametrize("kept", [True, False])
def test_mean__of_some_rows(monkeypatch: pytest.MonkeyPatch, kept: bool) -> None:
    monkeypatch.setattr("core.index._BLOCK", 4)
    if not kept:
        monkeypatch.setattr("core.index._KEEP_DECODED_BYTES", 0)
    index = VectorIndex.build(unit(np.random.default_rng(5), 30, 4))
    rows = np.arange(1, 30, 3)
    np.testing.assert_allclose(index.mean(rows), index.vectors()[rows].mean(axis=0), atol=1e-6)
    for wrong in ([], [30]):
        with pytest.raises(QueryError):
            index.mean(np.array(wrong, np.int64))
