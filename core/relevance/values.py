"""What is fitted for a collection, and its form on disk: `relevance.json`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.relevance.fusion import Fusion

VERSION = 1
_FEATURES = 7


@dataclass(frozen=True, slots=True)
class Line:
    """Log-odds of a match as a line in the score, which differs by query: by the mean and standard deviation of the
    query's scores over the whole collection, and by the logarithm of its number of words.

    `weights` are those of 1, score, z, mean, deviation, log words, log words × z, log words × score, with z the score
    in standard deviations above the mean.
    """

    weights: tuple[float, ...]

    def log_odds(self, scores: NDArray[np.floating], mean: float, deviation: float, words: int) -> NDArray[np.float64]:
        """For scores `(m,)` of one query with `words` words; never falls where the score rises."""
        constant, score, z, of_mean, of_deviation, of_words, words_z, words_score = self.weights
        log_words = math.log(max(1, words))
        slope = score + words_score * log_words + (z + words_z * log_words) / deviation
        at_mean = constant + of_mean * mean + of_deviation * deviation + of_words * log_words
        at_mean += (score + words_score * log_words) * mean
        return at_mean + max(0.0, slope) * (scores.astype(np.float64) - mean)


def features(scores: NDArray[np.floating], mean: float, deviation: float, words: int) -> NDArray[np.float64]:
    """What `Line.weights` are weights of, but for the constant: `(m, 7)`."""
    values = scores.astype(np.float64)
    z, ones, log_words = (values - mean) / deviation, np.ones(len(values)), math.log(max(1, words))
    return np.stack(
        [values, z, mean * ones, deviation * ones, log_words * ones, log_words * z, log_words * values], axis=1
    )


@dataclass(frozen=True, slots=True)
class Relevance:
    """Fitted for one collection: the weights of the fused ranking, and for each ranking ("image", "caption", "fused")
    that its captions allowed, the line. `queries` is how many queries the lines were fitted to."""

    fusion: Fusion
    lines: Mapping[str, Line]
    queries: int


def to_bytes(fitted: Relevance) -> bytes:
    """The file. Equal fits give equal bytes."""
    values = {
        "version": VERSION,
        "queries": fitted.queries,
        "fusion": [_short(value) for value in (fitted.fusion.image, fitted.fusion.caption, fitted.fusion.words)],
        "lines": {by: [_short(value) for value in line.weights] for by, line in sorted(fitted.lines.items())},
    }
    return (json.dumps(values, indent=1) + "\n").encode()


def from_bytes(data: bytes) -> Relevance | None:
    """Read `to_bytes` back. None for another version, which a collection can do without. Raises `ValueError` for what
    is no such file."""
    try:
        values = json.loads(data)
        if values["version"] != VERSION:
            return None
        fusion = Fusion(*_numbers(values["fusion"], 3))
        lines = {str(by): Line(_numbers(weights, 1 + _FEATURES)) for by, weights in values["lines"].items()}
        if min(fusion.image, fusion.caption, fusion.words) < 0 or not math.isclose(sum(_of(fusion)), 1, abs_tol=1e-3):
            raise ValueError(f"the weights of the fused ranking are {_of(fusion)}; expected parts of 1")
        return Relevance(fusion, lines, int(values["queries"]))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not what a fit leaves ({type(error).__name__}: {error})") from error


def _of(fusion: Fusion) -> tuple[float, float, float]:
    return fusion.image, fusion.caption, fusion.words


def _numbers(values: object, count: int) -> tuple[float, ...]:
    if not isinstance(values, list) or len(values) != count or not all(type(one) in (int, float) for one in values):
        raise ValueError(f"expected {count} numbers, found {str(values)[:80]}")
    if not all(math.isfinite(one) for one in values):
        raise ValueError(f"expected finite numbers, found {values}")
    return tuple(float(one) for one in values)


def _short(value: float) -> float:
    """Six digits: what lies beyond is rounding of the fit."""
    return float(f"{value:.6g}")
