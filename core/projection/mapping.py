"""A map, whole: its points laid out, the gap between its kinds, how far it can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import progress
from core.progress import Progress
from core.projection import gap, points, quality, tsne
from core.projection.categories import main_categories
from core.projection.pca import Projection, pca_map
from core.projection.recipes import Method, Of, Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.store import Store

    Vectors = NDArray[np.float32]

_NEAR_A_PLACE = 10  # points among which a vector is put that was not laid out with them


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """`xyz` float32 `(p + c, dims)`, one place for each of `points`, pictures first. `axes` and `explained` are PCA's
    (as in `Projection`), None for t-SNE. `taken` `(2, dim)` are the means subtracted from pictures and captions where
    the gap was closed. `gap` is there for maps of both, `quality` where there are enough points."""

    recipe: Recipe
    points: points.Points
    xyz: Vectors
    axes: Projection | None
    taken: Vectors | None
    gap: gap.Gap | None
    quality: quality.Quality | None

    def __len__(self) -> int:
        return len(self.xyz)

    @property
    def flat(self) -> bool:
        return self.recipe.dims == 2


def make_map(store: Store, recipe: Recipe, *, report: progress.Report = progress.silent) -> Map:
    """Lay out a store's vectors as the recipe says. PCA takes seconds; t-SNE about a minute for 20,000 points on two
    cores. Raises `QueryError` where the collection has no such map, and what `report` raises to stop."""
    chosen = points.choose(store, recipe)
    report(Progress("Reading vectors", 0, len(chosen), unit="points"))
    taken = points.means(store) if recipe.closed else None
    vectors = points.vectors(store, chosen, taken)
    axes = None
    if recipe.method is Method.PCA:
        report(Progress("Finding the principal components", 0, 0))
        axes = pca_map(vectors, recipe.dims)
        xyz = axes.points
    else:
        xyz = tsne.tsne_points(vectors, recipe.dims, report=report)
    labels = main_categories(store.records)
    judged = quality.judge(vectors, xyz, [labels[row] for row in chosen.picture_rows(store).tolist()], report=report)
    count = len(chosen.pictures)
    measured = None
    if recipe.of is Of.BOTH:
        pairs = chosen.pairs(store)
        pairs[:, 1] -= count
        measured = gap.measure(vectors[:count], vectors[count:], pairs)
    return Map(recipe, chosen, xyz, axes, taken, measured, judged)


def place(store: Store, made: Map, vector: Vectors, *, text: bool = True) -> Vectors:
    """Where a unit vector `(dim,)` of a text, or of a picture, lies on a map, float32 `(dims,)`.

    PCA has axes to measure it by. t-SNE has none: there it is put at the median of the ten points of the map that are
    nearest to it in the space, pictures where there are any."""
    if made.taken is not None:
        vector = points.shifted(vector[None], made.taken[int(text)])[0]
    if made.axes is not None:
        on_axes: Vectors = made.axes.place(vector[None])[0]
        return on_axes
    count = len(made.points.pictures)
    there = slice(0, count) if count else slice(0, len(made))
    cosines = points.vectors(store, made.points, made.taken)[there] @ vector
    near = np.argsort(-cosines, kind="stable")[:_NEAR_A_PLACE]
    placed: Vectors = np.median(made.xyz[there][near], axis=0).astype(np.float32)
    return placed
