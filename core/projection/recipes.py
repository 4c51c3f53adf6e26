"""Which map: laid out how, in how many dimensions, of what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from core import errors

if TYPE_CHECKING:
    from core.store import Store

MOST_3D = 5000
"""Points of a map in space: more hide one another, and turning it is for looking only."""
_MOST_PCA, _MOST_TSNE = 200_000, 120_000  # points of a flat map; t-SNE of more would take a quarter of an hour


class Method(StrEnum):
    """How points are laid out. PCA keeps the large distances and can place a query exactly; t-SNE keeps neighbours
    together and says nothing about distances between groups."""

    PCA = "pca"
    TSNE = "tsne"


class Of(StrEnum):
    """What the points are."""

    IMAGES = "images"
    CAPTIONS = "captions"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Recipe:
    """A map of the pictures, the captions or both, in 2 or 3 dimensions. `closed` takes the mean of all pictures from
    every picture and that of all captions from every caption first, which closes the gap between the two; it is for
    maps of both only. Raises `QueryError` for what cannot be asked of any collection."""

    method: Method = Method.PCA
    dims: int = 2
    of: Of = Of.IMAGES
    closed: bool = False

    def __post_init__(self) -> None:
        if self.dims not in (2, 3):
            raise errors.QueryError(f"a map of {self.dims} dimensions; choose 2 or 3")
        if self.closed and self.of is not Of.BOTH:
            raise errors.QueryError("there is a gap to close only on a map of pictures and captions; choose both")

    @property
    def most(self) -> int:
        """Points that are laid out at most."""
        if self.dims == 3:
            return MOST_3D
        return _MOST_TSNE if self.method is Method.TSNE else _MOST_PCA

    @property
    def name(self) -> str:
        """In the name of a file: "tsne-2-both-closed"."""
        return f"{self.method}-{self.dims}-{self.of}" + ("-closed" if self.closed else "")


def why_not(store: Store, of: Of) -> str:
    """Why a collection has no such map; empty where it has one."""
    if of is Of.IMAGES:
        return ""
    if not store.caption_index.count:
        return "No model read captions of this collection, so there are none to map."
    if of is Of.BOTH and not store.one_space:
        return "Pictures and captions were encoded by two models, so no map holds both."
    return ""


def check(store: Store, recipe: Recipe) -> None:
    """Raise `QueryError` where the collection has no such map."""
    reason = why_not(store, recipe.of)
    if reason:
        raise errors.QueryError(reason)
