"""How well pictures find pictures of their own class: precision, recall and average precision on a stated split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from core import errors, progress
from core.evaluation import intervals, metrics
from core.evaluation.intervals import Interval
from core.evaluation.labels import QUERY_SHARE, Labels, Split, labels_of, stratified_split

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.store import Store

    Vectors = NDArray[np.float32]

PROTOCOL = (
    "pictures as queries by the picture ranking, a share of every class drawn with the seed; only the other pictures "
    "are searched; right is a picture that shares a class with the query (for one class: that shows it); P@K is the "
    "share of right ones among the first K, R@K the share of all right ones that is there, mAP the mean average "
    "precision over the whole ranking; all in percent, means over queries; ties count against the right ones"
)
CONFUSED = 10
"""Hits of a query that are looked at for the confusion of classes."""

_TWIN = 1 - 1e-4  # the cosine from which on two float16 vectors are those of one picture, stored twice
_KEPT_CONFUSIONS = 2000
_BLOCK = 1 << 24  # scores sorted at a time
_NAMES = ("P@1", "P@5", "P@10", "R@10", "mAP")


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class: its `queries`, how many right pictures are searched (`relevant`), and means over those queries in
    percent. `p10` by chance would be `chance`."""

    name: str
    queries: int
    relevant: int
    p1: float
    p10: float
    average_precision: float
    chance: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """Of the first hits of queries of class `name`, `share` percent are of the class `found`; the same name twice is
    what was right."""

    name: str
    found: str
    share: float


@dataclass(frozen=True, slots=True)
class ClassRetrieval:
    """Means over `queries` in percent; see `PROTOCOL`. `searched` pictures are in the index, `chance` is what P@K would
    be blindly. `left_out` queries have no right picture in the index, `unlabelled` pictures no class, and `twins` of
    the queries have a picture with the same vector in the index, most likely the same file twice.
    `per_class` and `confusions` are by name; of the latter the most frequent 2,000."""

    p1: float
    p5: float
    p10: float
    r10: float
    mean_average_precision: float
    classes: int
    queries: int
    searched: int
    chance: float
    left_out: int
    unlabelled: int
    twins: int
    share: float
    seed: int
    per_class: tuple[ClassFigures, ...]
    confusions: tuple[Confusion, ...]
    intervals: Mapping[str, Interval] = field(default_factory=dict)

    def to_dict(self) -> dict[str, float | int]:
        """The headline figures, JSON-ready."""
        means = (self.p1, self.p5, self.p10, self.r10, self.mean_average_precision)
        return {**dict(zip(_NAMES, means, strict=True)), "classes": self.classes, "queries": self.queries}


def evaluate_classes(
    store: Store,
    *,
    share: float = QUERY_SHARE,
    seed: int = 0,
    resamples: int = 0,
    report: progress.Report = progress.silent,
) -> ClassRetrieval:
    """Class retrieval over the stored picture vectors; needs no model. Raises `QueryError` where the classes leave
    nothing to ask for."""
    labels = labels_of(store.records)
    split = stratified_split(store.records, labels, share=share, seed=seed)
    return class_retrieval(
        store.image_index.vectors(), labels, split, share=share, seed=seed, resamples=resamples, report=report
    )


def class_retrieval(
    vectors: Vectors,
    labels: Labels,
    split: Split,
    *,
    share: float,
    seed: int,
    resamples: int = 0,
    report: progress.Report = progress.silent,
) -> ClassRetrieval:
    """As `evaluate_classes` on a given split of `vectors` `(n, dim)`, unit rows of one model for the pictures of
    `labels`; `share` and `seed` are those the split was made with, for the record."""
    searched = labels.member[split.index]
    queries = split.queries[(labels.member[split.queries] @ searched.any(axis=0)).astype(bool)]
    if not len(queries):
        raise errors.QueryError(
            "class retrieval needs a class with two pictures or more: put the pictures of each class into a folder and "
            "build with --labels-from-folders, or build with --instances"
        )
    counts = _Counts(labels)
    each = []
    done = 0
    for rows in _blocks(queries, len(split.index)):
        scores = vectors[rows] @ vectors[split.index].T  # (b, m)
        shared = labels.member[rows].astype(np.float32) @ searched.T.astype(np.float32) > 0
        order = metrics.rank_order(scores, shared)
        each.append(_figures(np.take_along_axis(shared, order, axis=1)))
        counts.add(rows, split.index[order], np.asarray((scores > _TWIN).any(axis=1)))
        done += len(rows)
        report(progress.Progress("Ranking by class", done, len(queries)))
    figures = 100 * np.concatenate(each)  # (q, 6)
    means = [round(float(mean), 2) for mean in figures.mean(axis=0)]
    ends = intervals.of_means(figures[:, :5], queries, resamples=resamples, seed=seed)
    return ClassRetrieval(
        p1=means[0],
        p5=means[1],
        p10=means[2],
        r10=means[3],
        mean_average_precision=means[4],
        classes=len(labels.classes),
        queries=len(queries),
        searched=len(split.index),
        chance=means[5],
        left_out=len(split.queries) - len(queries),
        unlabelled=int((~labels.member.any(axis=1)).sum()),
        twins=counts.twins,
        share=share,
        seed=seed,
        per_class=counts.per_class(),
        confusions=counts.confusions(),
        intervals=dict(zip(_NAMES, map(intervals.rounded, ends), strict=False)),
    )


class _Counts:
    """What adds up over the blocks of queries, by class."""

    def __init__(self, labels: Labels) -> None:
        size = len(labels.classes)
        self._labels = labels
        self._sums = np.zeros((size, 6))  # queries, p1, p10, average precision, relevant, chance
        self._found = np.zeros((size, size))
        self.twins = 0

    def add(self, rows: NDArray[np.int64], ranked: NDArray[np.int64], twin: NDArray[np.bool_]) -> None:
        """Queries `rows` `(b,)` and the pictures of their rankings `(b, m)`."""
        member = self._labels.member
        self.twins += int(twin.sum())
        for at in np.flatnonzero(member[rows].any(axis=0)):
            own = member[rows, at]
            right = member[ranked[own], at]
            relevant = right[:1].sum()
            self._sums[at] += (
                own.sum(),
                metrics.precision_at_k(right, 1).sum(),
                metrics.precision_at_k(right, 10).sum(),
                metrics.average_precision(right).sum(),
                own.sum() * relevant,
                own.sum() * relevant / right.shape[1],
            )
            hits = member[ranked[own][:, :CONFUSED]].astype(np.float64)  # (o, k, classes)
            # A hit of several classes counts for the query's own where it has that, else for each of them in parts.
            hits[hits[:, :, at] > 0] = np.eye(len(self._labels.classes))[at]
            self._found[at] += (hits / hits.sum(axis=2, keepdims=True)).sum(axis=(0, 1)) / hits.shape[1]

    def per_class(self) -> tuple[ClassFigures, ...]:
        """Classes that were asked for, by name."""
        made = []
        for name, sums in zip(self._labels.classes, self._sums, strict=True):
            if sums[0]:
                p1, p10, average, relevant, chance = sums[1:] / sums[0]
                p1, p10, average, chance = (round(100 * float(one), 2) for one in (p1, p10, average, chance))
                made.append(ClassFigures(name, int(sums[0]), round(float(relevant)), p1, p10, average, chance))
        return tuple(made)

    def confusions(self) -> tuple[Confusion, ...]:
        """The most frequent pairs of classes, by name."""
        queries = np.maximum(self._sums[:, :1], 1)
        shares = 100 * self._found / queries
        pairs = np.argwhere(shares > 0)
        kept = pairs[np.argsort(-shares[tuple(pairs.T)], kind="stable")[:_KEPT_CONFUSIONS]]
        names = self._labels.classes
        made = [Confusion(names[at], names[other], round(float(shares[at, other]), 2)) for at, other in kept]
        return tuple(sorted(made, key=lambda one: (one.name, one.found)))


def _figures(ranked: NDArray[np.bool_]) -> NDArray[np.float64]:
    """P@1, P@5, P@10, R@10, average precision and the share of right ones, of each row of `ranked` `(b, m)`."""
    return np.stack(
        [
            *(metrics.precision_at_k(ranked, k) for k in (1, 5, 10)),
            metrics.share_found_at_k(ranked, 10),
            metrics.average_precision(ranked),
            ranked.mean(axis=1),
        ],
        axis=1,
    )


def _blocks(queries: NDArray[np.int64], searched: int) -> Iterator[NDArray[np.int64]]:
    size = max(1, _BLOCK // max(1, searched))
    for start in range(0, len(queries), size):
        yield queries[start : start + size]
