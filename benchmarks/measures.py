"""What `benchmarks/model_quality.py` measures with: sources as open collections, recall of captions, precision of
neighbours."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core import build, errors, evaluation, progress, search, store
from core.search import Ranking

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.encoder import Encoder
    from core.records import ImageRecord
    from core.store import Store

    Vectors = NDArray[np.float32]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Precision:
    """Queries that look for one thing: how many there are, in how many of the pictures it is (the query left out),
    the mean share of right ones among the first (0 to 1), and that share by chance."""

    name: str
    queries: int
    relevant: int
    precision: float
    chance: float


def encode(
    images: Path,
    captions: Path | None = None,
    instances: Path | None = None,
    *,
    encoder: Encoder,
    report: progress.Report,
    labels_from_folders: bool = False,
) -> Store:
    """A source as `python -m core build` would have it, open; nothing of it stays on disk.

    Raises `SourceError` when a picture is missing or cannot be read: a figure over fewer pictures is another figure.
    """
    with tempfile.TemporaryDirectory() as db:
        made = build.build_collection(
            "measured",
            images,
            captions,
            instances,
            labels_from_folders=labels_from_folders,
            db=Path(db),
            report=report,
            encoder=encoder,
        )
        left_out = [one for one in made.skipped if one.file_name]
        if left_out:
            raise errors.SourceError(
                f"{images}: {len(left_out)} pictures cannot be used, the first: {left_out[0].file_name}: "
                f"{left_out[0].reason}; get a whole copy of this folder, figures over a part of it are no figures"
            )
        return store.open_store(made.folder)


def recall(pictures: Store, report: progress.Report) -> tuple[evaluation.Recall, evaluation.Recall]:
    """Text to picture by the picture ranking, and picture to text, as `python -m core evaluate` has them.

    Raises `NoTextSideError` where the model of the pictures reads no captions.
    """
    measured = evaluation.evaluate_store(pictures, report=report)
    if Ranking.IMAGE not in measured.text_to_image or measured.image_to_text is None:
        raise errors.NoTextSideError("this model reads no captions; leave this part out, or name a model that does")
    return measured.text_to_image[Ranking.IMAGE], measured.image_to_text


def showing(pictures: Store, category: str) -> Mask:
    """Which pictures have an object of `category`, `(n,)`."""
    return np.array([category in record.categories for record in pictures.records], bool)


def counts(records: Iterable[ImageRecord]) -> dict[str, int]:
    """Pictures of each category that any has, most pictures first, equal ones by name."""
    found: dict[str, int] = {}
    for record in records:
        for category in record.categories:
            found[category] = found.get(category, 0) + 1
    return dict(sorted(found.items(), key=lambda entry: (-entry[1], entry[0])))


def precision_at_k(scores: Vectors, relevant: Mask, k: int) -> NDArray[np.float64]:
    """For each row of `scores` `(q, n)` the share, 0 to 1, of `relevant` `(q, n)` among its `k` highest columns (all
    of them where there are fewer). Equal scores come in column order."""
    first = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    shares: NDArray[np.float64] = np.take_along_axis(relevant, first, axis=1).mean(axis=1)
    return shares


def precision_of_classes(
    vectors: Vectors, labels: Sequence[str], classes: Sequence[str], k: int
) -> tuple[Precision, ...]:
    """Each picture of `classes` as a query among all `vectors` `(n, dim)` but itself: right are those of its class.

    `labels` has one entry per row. Raises `SourceError` for a class with fewer than two pictures.
    """
    every = np.array(labels)
    found = []
    for name in classes:
        own = every == name
        rows = np.flatnonzero(own)
        if len(rows) < 2:
            raise errors.SourceError(f"class {name!r}: expected two pictures or more, found {len(rows)}")
        scores, relevant = vectors[rows] @ vectors.T, np.tile(own, (len(rows), 1))
        # The query itself stands last and is never right.
        scores[np.arange(len(rows)), rows] = -np.inf
        relevant[np.arange(len(rows)), rows] = False
        precision = precision_at_k(scores, relevant, min(k, len(vectors) - 1))
        others = len(rows) - 1
        found.append(Precision(name, len(rows), others, float(precision.mean()), others / (len(vectors) - 1)))
    return tuple(found)


def precision_of_category(queries: Vectors, pictures: Store, category: str, k: int) -> Precision:
    """Each of `queries` `(q, dim)`, vectors of pictures or texts, among `pictures`: right are those that show
    `category`. Raises `QueryError` when there is no query."""
    if not len(queries):
        raise errors.QueryError(f"category {category!r}: expected a query at least, found none")
    right = showing(pictures, category)
    precision = precision_at_k(queries @ pictures.image_index.vectors().T, np.tile(right, (len(queries), 1)), k)
    return Precision(category, len(queries), int(right.sum()), float(precision.mean()), float(right.mean()))


def precision_by_things(queries: Vectors, pictures: Store, known: search.Things, category: str, k: int) -> Precision:
    """As `precision_of_category`, by the ranking that a search by things has."""
    right = showing(pictures, category)
    shares = []
    for vector in queries:
        asked = search.ask_things(known, vector[None], [1.0])
        hits = search.rank(pictures, vector, k=k, by=Ranking.THINGS, asked=asked).hits
        shares.append(np.mean([category in hit.record.categories for hit in hits]))
    return Precision(category, len(queries), int(right.sum()), float(np.mean(shares)), float(right.mean()))


def over_queries(found: Sequence[Precision]) -> tuple[float, float]:
    """Mean precision and chance over all queries. Raises `QueryError` when there are none."""
    _check(found)
    weights = [one.queries for one in found]
    return (
        float(np.average([one.precision for one in found], weights=weights)),
        float(np.average([one.chance for one in found], weights=weights)),
    )


def over_names(found: Sequence[Precision]) -> tuple[float, float]:
    """Mean precision and chance over the things looked for, each weighing the same. Raises as `over_queries`."""
    _check(found)
    return float(np.mean([one.precision for one in found])), float(np.mean([one.chance for one in found]))


def _check(found: Sequence[Precision]) -> None:
    if not found:
        raise errors.QueryError("there is nothing to ask for: the pictures have no category that any query is about")
