"""Groups of pictures that the model holds for alike, found by k-means; their number is the one that separates best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import lift, progress
from core.progress import Progress
from core.projection import naming
from core.projection.pca import pca_map
from core.projection.points import even

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.store import Store

    Vectors = NDArray[np.float32]

CRITERION = "the highest mean silhouette"
_TRIED = (3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 24)
_LEAST_A_CLUSTER = 8  # pictures on average; fewer are no group
_AXES = 50  # principal components that are clustered: what lies beyond them is mostly noise
_FITTED, _COMPARED = 20_000, 2_000  # pictures that groups are fitted to, and among which silhouettes are measured
_STARTS = 3


@dataclass(frozen=True, slots=True)
class Cluster:
    """`size` pictures; `representative` is the row of the one nearest to the middle. `name` is made of words that set
    them apart, or is "Cluster 3" where none do."""

    name: str
    size: int
    representative: int


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """`labels` int32 `(n,)` are indexes into `every`, largest cluster first. `silhouettes` are the numbers of clusters
    that were tried, each with its mean silhouette (-1 to 1, Rousseeuw 1987)."""

    labels: NDArray[np.int32]
    every: tuple[Cluster, ...]
    silhouettes: tuple[tuple[int, float], ...]

    @property
    def silhouette(self) -> float | None:
        """Of the number chosen; None where nothing was tried."""
        return dict(self.silhouettes).get(len(self.every))


def find_clusters(store: Store, *, report: progress.Report = progress.silent) -> Clusters:
    """The clusters of all pictures of a store: that number of them, of those in `_TRIED`, which has the highest mean
    silhouette. Collections too small to divide are one cluster. The same vectors give the same clusters."""
    vectors = store.image_index.vectors()
    labels, tried = divide(vectors, report=report)
    order = np.argsort(-np.bincount(labels), kind="stable") if len(labels) else np.zeros(0, np.int64)
    places = np.argsort(order)
    ordered = places[labels].astype(np.int32)
    members = [np.flatnonzero(ordered == at) for at in range(len(order))]
    report(Progress("Naming the clusters", 0, len(members), unit="clusters"))
    named = naming.names([[store.records[row] for row in rows] for rows in members], lift.count(store.records))
    every = tuple(
        Cluster(name, len(rows), int(rows[int(np.argmax(vectors[rows] @ vectors[rows].mean(axis=0)))]))
        for name, rows in zip(named, members, strict=True)
    )
    return Clusters(ordered, every, tried)


def divide(
    vectors: Vectors, *, report: progress.Report = progress.silent
) -> tuple[NDArray[np.int64], tuple[tuple[int, float], ...]]:
    """A label for each unit row `(n, dim)`, and the silhouette of every number of clusters tried."""
    count = len(vectors)
    tried = [k for k in _TRIED if k * _LEAST_A_CLUSTER <= count]
    if not tried or not np.ptp(vectors, axis=0).any():
        return np.zeros(count, np.int64), ()
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    made = pca_map(vectors, min(_AXES, vectors.shape[1], count))
    fitted, compared = made.points[even(count, _FITTED)], made.points[even(count, _COMPARED)]
    best, best_model, scores = -2.0, None, []
    for at, k in enumerate(tried):
        report(Progress("Finding clusters", at, len(tried), unit="numbers of clusters tried"))
        model = KMeans(k, n_init=_STARTS, random_state=0).fit(fitted)
        labels = model.predict(compared)
        score = float(silhouette_score(compared, labels)) if 1 < len(np.unique(labels)) < len(labels) else -1.0
        scores.append((k, score))
        if score > best:
            best, best_model = score, model
    report(Progress("Finding clusters", len(tried), len(tried), unit="numbers of clusters tried"))
    assert best_model is not None  # at least one number was tried
    found = best_model.predict(made.points)
    used, labels = np.unique(found, return_inverse=True)
    return labels.astype(np.int64), tuple(scores) if len(used) == best_model.n_clusters else ()
