"""The points of a map before they are laid out: which pictures and captions, and their vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.projection.recipes import Of, Recipe, check

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.store import Store

    Vectors = NDArray[np.float32]
    Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """`pictures` `(p,)` and `captions` `(c,)` are rows of the store, ascending. Points are counted pictures first:
    point i is a picture for i < p."""

    pictures: Rows
    captions: Rows

    def __len__(self) -> int:
        return len(self.pictures) + len(self.captions)

    def picture_rows(self, store: Store) -> Rows:
        """For every point the row of its picture, a caption's own picture for captions, `(p + c,)`."""
        return np.concatenate([self.pictures, store.caption_image_rows[self.captions]])

    def pairs(self, store: Store) -> Rows:
        """The points of each caption and of its picture, `(m, 2)`: picture first. Captions whose picture is not on the
        map are left out."""
        at = np.full(len(store.records), -1, np.int64)
        at[self.pictures] = np.arange(len(self.pictures))
        owners = at[store.caption_image_rows[self.captions]]
        there = np.flatnonzero(owners >= 0)
        return np.column_stack([owners[there], there + len(self.pictures)])


def even(count: int, most: int) -> Rows:
    """Up to `most` of `count` rows, evenly spread and ascending."""
    if count <= most:
        return np.arange(count, dtype=np.int64)
    return np.linspace(0, count - 1, most).round().astype(np.int64)


def choose(store: Store, recipe: Recipe) -> Points:
    """All that the recipe asks for, or an even sample of `recipe.most`; on a map of both every picture that is taken
    brings its captions. Raises `QueryError` where the collection has no such map."""
    check(store, recipe)
    nothing = np.zeros(0, np.int64)
    pictures, captions = len(store.records), store.caption_index.count
    if recipe.of is Of.IMAGES:
        return Points(even(pictures, recipe.most), nothing)
    if recipe.of is Of.CAPTIONS:
        return Points(nothing, even(captions, recipe.most))
    share = min(1.0, recipe.most / max(1, pictures + captions))
    chosen = even(pictures, max(1, int(share * pictures)))
    taken = np.zeros(pictures, bool)
    taken[chosen] = True
    spoken = np.flatnonzero(taken[store.caption_image_rows])
    return Points(chosen, spoken[even(len(spoken), max(1, recipe.most - len(chosen)))])


def means(store: Store) -> Vectors:
    """The mean of all picture vectors and of all caption vectors of one space, `(2, dim)`."""
    both = [_mean(index.vectors()) for index in (store.image_index, store.caption_index)]
    return np.stack(both).astype(np.float32)


def vectors(store: Store, points: Points, taken: Vectors | None) -> Vectors:
    """Unit vectors of the points, float32 `(p + c, dim)`; with `taken` `(2, dim)` the mean of its kind is subtracted
    from each first."""
    parts = []
    for turn, (rows, index) in enumerate(
        ((points.pictures, store.image_index), (points.captions, store.caption_index))
    ):
        if len(rows):
            part = index.vectors_at(rows)
            parts.append(part if taken is None else shifted(part, taken[turn]))
    return np.concatenate(parts) if parts else np.zeros((0, store.image_index.dim), np.float32)


def shifted(part: Vectors, mean: Vectors) -> Vectors:
    """Rows without `mean`, of unit length again."""
    moved = part - mean
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return (moved / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def _mean(rows: Vectors) -> Vectors:
    return rows.mean(axis=0) if len(rows) else np.zeros(rows.shape[1], np.float32)
