"""What an approximate index would find of what the exact one finds, and how long each takes; also under filters."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import approximate, errors, progress, threads
from core.approximate import ApproximateIndex, Kind
from core.evaluation import metrics
from core.index import Neighbours, VectorIndex

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Rows = NDArray[np.int64]

PROTOCOL = (
    "pictures drawn with the seed as queries, the others searched; recall@k is the share of the exact index's first k "
    "that the approximate one finds (a picture whose cosine is as high as the exact k-th counts too); a filter lets a "
    "random share of the pictures pass, and the exact index searches those alone; times are medians of single queries"
)
FILTERS = (0.001, 0.01, 0.1, 0.5)
"""Shares of the collection that a filter lets pass."""
QUERIES = 200
LEAST = 50
"""Pictures from which on there is something to measure."""
_BREADTHS: dict[Kind, tuple[int, ...]] = {"ivf": (1, 4, 16, 64), "hnsw": (16, 64, 256)}
_LINKS = 32
_POINTS_FOR_A_LIST = 39  # FAISS's own least number of training points a list
_TIMED = 50  # queries asked one by one for the time


@dataclass(frozen=True, slots=True)
class IndexBuild:
    """One index as built: its setting in words, how long that took, and its size. The exact one is the first."""

    kind: str
    setting: str
    seconds: float
    size_bytes: int


@dataclass(frozen=True, slots=True)
class IndexFigures:
    """One way to search: the `setting` of the search, the `passing` share of pictures (1 for no filter), recall@k in
    percent and the median milliseconds of one query."""

    kind: str
    setting: str
    passing: float
    recall: float
    milliseconds: float


@dataclass(frozen=True, slots=True)
class IndexQuality:
    """See `PROTOCOL`. `threads` is how many a search may use."""

    searched: int
    queries: int
    dim: int
    k: int
    seed: int
    threads: int
    builds: tuple[IndexBuild, ...]
    figures: tuple[IndexFigures, ...]


def evaluate_index(
    vectors: Vectors,
    *,
    k: int = 10,
    seed: int = 0,
    filters: Sequence[float] = FILTERS,
    report: progress.Report = progress.silent,
) -> IndexQuality:
    """IVF and HNSW at several settings against exact search over `vectors` `(n, dim)`, unit rows.

    Raises `QueryError` for fewer than `LEAST` vectors, k below 1 and shares outside of 0 to 1.
    """
    if len(vectors) < LEAST or k < 1:
        raise errors.QueryError(f"{len(vectors)} pictures and k = {k}; expected {LEAST} pictures or more and k from 1")
    if not all(0 < share < 1 for share in filters):
        raise errors.QueryError(f"filters that let {filters} pass; expected shares between 0 and 1")
    drawn = np.random.default_rng(seed).permutation(len(vectors))
    asked = vectors[np.sort(drawn[: min(QUERIES, len(vectors) // 5)])]
    rest = vectors[np.sort(drawn[len(asked) :])]
    allowed: dict[float, Rows | None] = {1.0: None, **{share: _passing(len(rest), share, seed) for share in filters}}
    lists = max(1, min(round(4 * len(rest) ** 0.5), len(rest) // _POINTS_FOR_A_LIST))

    began = time.perf_counter()
    exact = VectorIndex.build(rest)
    builds = [IndexBuild("exact", "every vector", time.perf_counter() - began, exact.size_bytes)]
    rest = exact.vectors()  # as they are searched exactly, so that rounding is no difference
    found: list[IndexFigures] = []
    truth: dict[float, Neighbours] = {}
    total = 1 + sum(len(_searches(kind, lists)) for kind in _BREADTHS)
    report(progress.Progress("Exact search", 0, total, unit="settings"))
    for passing, rows in allowed.items():
        truth[passing] = exact.search(asked, k, rows)

        def ask_exact(queries: Vectors, rows: Rows | None = rows) -> Neighbours:
            return exact.search(queries, k, rows)

        found.append(IndexFigures("exact", "every vector", passing, 100.0, _milliseconds(ask_exact, asked)))
    for kind in _BREADTHS:
        began = time.perf_counter()
        built = ApproximateIndex.ivf(rest, lists, seed=seed) if kind == "ivf" else ApproximateIndex.hnsw(rest, _LINKS)
        setting = f"{lists} lists" if kind == "ivf" else f"{_LINKS} links"
        builds.append(IndexBuild(kind, setting, time.perf_counter() - began, built.size_bytes))
        for breadth in _searches(kind, lists):
            word = f"{breadth} of {lists} lists" if kind == "ivf" else f"{breadth} candidates"
            for passing, rows in allowed.items():

                def ask(queries: Vectors, breadth: int = breadth, rows: Rows | None = rows) -> Neighbours:
                    return built.search(queries, k, breadth=breadth, allowed_rows=rows)  # noqa: B023

                share = recall_of(ask(asked), truth[passing])
                found.append(IndexFigures(kind, word, passing, round(100 * share, 2), _milliseconds(ask, asked)))
            report(
                progress.Progress(f"Searching by {kind.upper()}", len(found) // len(allowed), total, unit="settings")
            )
    return IndexQuality(
        len(rest), len(asked), vectors.shape[1], k, seed, threads.in_force().threads, tuple(builds), tuple(found)
    )


def recall_of(found: Neighbours, truth: Neighbours) -> float:
    """The share, 0 to 1, of `truth` `(q, k)` that `found` holds, over all queries."""
    if not truth.rows.size:
        return 1.0
    right = (found.rows != approximate.NOTHING) & (found.scores >= truth.scores[:, -1:] - metrics.LEVEL)
    return float(np.minimum(right.sum(axis=1), truth.rows.shape[1]).sum() / truth.rows.size)


def _searches(kind: Kind, lists: int) -> list[int]:
    """How broadly to search: IVF never into more lists than there are."""
    return sorted({min(breadth, lists) if kind == "ivf" else breadth for breadth in _BREADTHS[kind]})


def _passing(count: int, share: float, seed: int) -> Rows:
    chance = np.random.default_rng([seed, round(share * 1e6)])
    rows: Rows = np.sort(chance.choice(count, max(1, round(count * share)), replace=False)).astype(np.int64)
    return rows


def _milliseconds(ask: Callable[[Vectors], Neighbours], queries: Vectors) -> float:
    taken = []
    ask(queries[:1])  # the first search of an index pays for memory
    for row in range(min(_TIMED, len(queries))):
        began = time.perf_counter()
        ask(queries[row : row + 1])
        taken.append(time.perf_counter() - began)
    return round(1000 * float(np.median(taken)), 4)
