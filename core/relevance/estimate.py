"""A query's scores over a whole collection to the probability that each picture matches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.relevance import cut
from core.relevance.values import Line

LEAST_PICTURES = 20
"""Fewer have no distribution to speak of."""

_FROM, _TO = 25.0, 5.0  # percent of the pictures that score higher: between them lies the tail that is continued
_FAR = 30.0
_LEAST_DEVIATION = 1e-6  # of cosines: below this all pictures score the same


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """`probabilities` `(n,)`, 0 to 1, of each picture; `fitted` says whether a fitted line gave them."""

    probabilities: NDArray[np.float64]
    fitted: bool


def estimate(scores: NDArray[np.float32], line: Line | None, words: int) -> Estimate | None:
    """The probabilities for the scores `(n,)` of a query of `words` words; pictures without a score (-inf) have 0.

    With a `line` by it; without one, or where the query has no words, from the distribution: most pictures of a
    collection do not match, so the scores from the 75th to the 95th percentile show how the scores of what does not
    match thin out. They are continued as an exponential tail (Pickands, "Statistical inference using extreme order
    statistics", 1975), and where ten times as many pictures score so high as that tail has, nine in ten are right (the
    tail false discovery rate; Efron, "Large-scale simultaneous hypothesis testing", 2004). Cautious: matches that are
    more than a twentieth of a collection pass for its tail. None for fewer than `LEAST_PICTURES` scores, where they
    are all the same, and where nothing stands out from the distribution: a collection may be full of what is asked for,
    so that says nothing.
    """
    scored = np.isfinite(scores)
    known = scores[scored].astype(np.float64)
    if len(known) < LEAST_PICTURES or known.std() < _LEAST_DEVIATION:
        return None
    probabilities = np.zeros(len(scores))
    fitted = line is not None and words > 0
    if line is not None and words > 0:
        log_odds = line.log_odds(known, float(known.mean()), float(known.std()), words)
        probabilities[scored] = 1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))
    else:
        probabilities[scored] = _beyond_chance(known)
        if not cut.place(probabilities):
            return None
    return Estimate(probabilities, fitted)


def _beyond_chance(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    start, end = np.percentile(scores, (100 - _FROM, 100 - _TO))
    thinning = max((end - start) / np.log(_FROM / _TO), _LEAST_DEVIATION)
    high = np.flatnonzero(scores > start)  # the tail itself has three quarters of the pictures below it: no chance
    order = high[np.argsort(-scores[high], kind="stable")]
    by_chance = len(scores) * _TO / 100 * np.exp(np.minimum((end - scores[order]) / thinning, _FAR))
    false = np.minimum(1, by_chance / np.arange(1, len(order) + 1))
    found = np.zeros(len(scores))
    found[order] = 1 - np.maximum.accumulate(false)  # a lower score is never more probable
    return found
