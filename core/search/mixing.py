"""One query vector from two: what a picture shows together with what a text says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core import errors

if TYPE_CHECKING:
    from numpy.typing import NDArray


def mix(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """The unit vector halfway between two unit vectors `(dim,)`: a picture is as near to it as its cosines with the
    two are on average, but for a factor that all pictures share. Raises `QueryError` for opposites, which have no
    middle."""
    total = np.asarray(first, np.float64) + second
    length = float(np.linalg.norm(total))
    if length < 1e-6:
        raise errors.QueryError("the picture and the text are exact opposites to the model; change one of the two")
    return (total / length).astype(np.float32)
