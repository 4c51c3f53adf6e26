"""Where the hits that probably match end, and words for a probability."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

_NOTHING = 1e-3
_LEAST = 0.5  # the chance that there is any match above a cut


class Band(StrEnum):
    """A probability of a match, in words."""

    VERY_LIKELY = "very likely"
    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"


_FROM = ((0.8, Band.VERY_LIKELY), (0.5, Band.LIKELY), (0.2, Band.POSSIBLE))


def band(probability: float) -> Band:
    """Very likely from 0.8 on, likely from 0.5, possible from 0.2, below that unlikely."""
    return next((name for least, name in _FROM if probability >= least), Band.UNLIKELY)


@dataclass(frozen=True, slots=True)
class Cut:
    """The line between hits that probably match and the rest.

    `hits` of those listed lie above it, and `pictures` of all that pass the filters, listed or not. `expected` is how
    many pictures match by the probabilities' sum, wherever they stand. `fitted` is False where the probabilities are
    the estimate from the scores' distribution alone, because nothing could be learned from captions.
    """

    hits: int
    pictures: int
    expected: float
    fitted: bool


def place(probabilities: NDArray[np.floating]) -> int:
    """How many of the pictures, most probable first, to take as matches: as many as make the F1 that the
    probabilities promise highest, 2 × (sum of those taken) / (number taken + sum of all) (Lipton et al., "Optimal
    thresholding of classifiers to maximize F1 measure", 2014). None where it is more likely than not that there is no
    match among them."""
    # Next to nothing never lies above a cut, and sorting it all is what would take the time.
    ordered = -np.sort(-probabilities[probabilities > _NOTHING].astype(np.float64))
    if not len(ordered):
        return 0
    promised = 2 * np.cumsum(ordered) / (np.arange(1, len(ordered) + 1) + probabilities.sum())
    count = int(promised.argmax()) + 1
    return count if 1 - np.prod(1 - ordered[:count]) >= _LEAST else 0
