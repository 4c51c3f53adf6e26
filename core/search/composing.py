"""One query vector from several terms, and what each term is of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Of the summed weights: nearer to nothing than this, rounding would decide where the sum points. A picture and its own
# stored float16 vector differ by less.
_NEARLY_NOTHING = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Composed:
    """A unit query vector `(dim,)`, and the `terms` `(t, dim)` that add up to it."""

    vector: NDArray[np.float32]
    terms: NDArray[np.float64]


def compose(vectors: NDArray[np.float32], weights: Sequence[float]) -> Composed:
    """The direction of the weighted sum of unit vectors `(t, dim)`, t at least 1: a picture is as near to it as its
    weighted cosines with the terms add up to, but for a factor that all pictures share. Raises `QueryError` for terms
    that cancel each other out."""
    if len(vectors) == 1:
        only = vectors[0] if weights[0] > 0 else -vectors[0]
        return Composed(only, only[None].astype(np.float64))
    weighted = np.asarray(weights, np.float64)[:, None] * vectors
    length = float(np.linalg.norm(weighted.sum(axis=0)))
    if length < _NEARLY_NOTHING * np.abs(weights).sum():
        raise errors.QueryError(
            "the terms cancel each other out: to the model they are exact opposites, and nothing is left to look for; "
            "change a weight or leave one out"
        )
    terms = weighted / length
    return Composed(terms.sum(axis=0).astype(np.float32), terms)
