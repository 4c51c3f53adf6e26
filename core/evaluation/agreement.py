"""Several models over the same pictures: where their neighbours agree, where they do not, and their classes on one
split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from core import errors, progress
from core.evaluation import classes, metrics
from core.evaluation.classes import ClassRetrieval
from core.evaluation.labels import QUERY_SHARE, labels_of, stratified_split

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.records import ImageRecord
    from core.store import Store

    Rows = NDArray[np.int64]

MOST = 4
"""Collections beside each other: more columns than these fit no screen."""
ASKED = 2000
"""Pictures whose neighbours are looked at; of larger collections an even sample."""
_BLOCK = 1 << 24


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """The pictures that all stores hold, by file name: their `records` as the first store that knows classes has them,
    and for each store the rows `(n,)`."""

    records: tuple[ImageRecord, ...]
    rows: tuple[Rows, ...]


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two of the stores, by position: the mean share of neighbours that both find, and their mean rank-biased overlap,
    which counts the first ranks most; 0 to 1."""

    first: int
    second: int
    overlap: float
    rank_biased: float


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """`pictures` are positions among the shared ones that were asked about `(q,)`; `each` their overlap, mean over the
    pairs, 0 to 1; `k` the neighbours of each that were compared."""

    k: int
    pairs: tuple[PairAgreement, ...]
    pictures: Rows
    each: NDArray[np.float64]

    def most_disputed(self, count: int) -> Rows:
        """Positions of the `count` pictures that the models agree least about, least first."""
        return self.pictures[np.argsort(self.each, kind="stable")[:count]]


def shared_pictures(stores: Sequence[Store]) -> Shared:
    """Raises `QueryError` for fewer than two or more than four stores, and where they share fewer than two pictures."""
    if not 2 <= len(stores) <= MOST:
        raise errors.QueryError(f"{len(stores)} collections; two to {MOST} can be compared")
    rows_of = [{record.file_name: row for row, record in enumerate(opened.records)} for opened in stores]
    names = [name for name in rows_of[0] if all(name in rows for rows in rows_of[1:])]
    if len(names) < 2:
        listed = ", ".join(repr(opened.manifest.name) for opened in stores)
        raise errors.QueryError(
            f"the collections {listed} share {len(names)} pictures by file name; "
            "build them from the same picture folder"
        )
    labelled = next((at for at, opened in enumerate(stores) if any(one.categories for one in opened.records)), 0)
    rows = tuple(np.array([own[name] for name in names], np.int64) for own in rows_of)
    return Shared(tuple(stores[labelled].records[row] for row in rows[labelled]), rows)


def picture_named(opened: Store, file_name: str) -> ImageRecord:
    """The picture of that file name: ids may differ between collections of the same pictures. Raises `QueryError`."""
    for record in opened.records:
        if record.file_name == file_name:
            return record
    raise errors.QueryError(f"the collection {opened.manifest.name!r} has no picture {file_name!r}")


def neighbours(vectors: NDArray[np.float32], asked: Rows, k: int) -> Rows:
    """The `k` nearest of `vectors` `(n, dim)` for each row in `asked` `(q,)`, itself left out, best first; equal ones
    in row order. `(q, k)`, k clamped to n - 1."""
    k = min(k, len(vectors) - 1)
    found = []
    size = max(1, _BLOCK // len(vectors))
    for start in range(0, len(asked), size):
        rows = asked[start : start + size]
        scores = vectors[rows] @ vectors.T
        scores[np.arange(len(rows)), rows] = -np.inf
        found.append(np.argsort(-scores, axis=1, kind="stable")[:, :k])
    made: Rows = np.concatenate(found) if found else np.zeros((0, k), np.int64)
    return made


def neighbour_agreement(
    stores: Sequence[Store], shared: Shared, *, k: int = 10, report: progress.Report = progress.silent
) -> Agreement:
    """How alike the neighbourhoods of the shared pictures are. Raises `QueryError` for k below 1."""
    if k < 1:
        raise errors.QueryError(f"k is {k}; expected at least 1")
    count = len(shared.records)
    asked = np.unique(np.linspace(0, count - 1, min(count, ASKED)).round().astype(np.int64))
    lists = []
    for at, (opened, rows) in enumerate(zip(stores, shared.rows, strict=True)):
        report(progress.Progress("Comparing neighbours", at, len(stores), unit="models"))
        lists.append(neighbours(opened.image_index.vectors_at(rows), asked, k))
    pairs, each = [], np.zeros(len(asked))
    for first, second in combinations(range(len(stores)), 2):
        overlap = metrics.overlap_at_k(lists[first], lists[second])
        biased = metrics.rank_biased_overlap(lists[first], lists[second])
        pairs.append(PairAgreement(first, second, float(overlap.mean()), float(biased.mean())))
        each += overlap
    return Agreement(lists[0].shape[1], tuple(pairs), asked, each / len(pairs))


def class_table(
    stores: Sequence[Store],
    shared: Shared,
    *,
    share: float = QUERY_SHARE,
    seed: int = 0,
    resamples: int = 0,
    report: progress.Report = progress.silent,
) -> tuple[ClassRetrieval, ...]:
    """Class retrieval of every store over the shared pictures, on the same split. Raises as `evaluate_classes`."""
    labels = labels_of(shared.records)
    split = stratified_split(shared.records, labels, share=share, seed=seed)
    return tuple(
        classes.class_retrieval(
            opened.image_index.vectors_at(rows),
            labels,
            split,
            share=share,
            seed=seed,
            resamples=resamples,
            report=report,
        )
        for opened, rows in zip(stores, shared.rows, strict=True)
    )


def ranks_of(lists: Sequence[Sequence[str]]) -> dict[str, tuple[int | None, ...]]:
    """For every name in ranked lists its rank from 1 in each of them, None where it is not; in order of appearance."""
    places = [{name: rank for rank, name in enumerate(names, start=1)} for names in lists]
    return {name: tuple(own.get(name) for own in places) for names in lists for name in names}
