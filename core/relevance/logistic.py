"""The logistic regression of a fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_STEPS = 60
_STILL = 1e-6
_RIDGE = 1e-6  # of the summed weights: keeps a feature that never changes at zero
_FAR = 30.0  # log-odds beyond which nothing changes any more


def regression(
    values: NDArray[np.float64], matches: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[float, ...]:
    """Constant and weights `(1 + f,)` of the log-odds of a match, for `values` `(m, f)`, of which each counts as much
    as its weight: logistic regression by Newton's method. There must be matches and others."""
    total = weights.sum()
    mean = np.average(values, axis=0, weights=weights)
    deviation = np.sqrt(np.average((values - mean) ** 2, axis=0, weights=weights))
    deviation = np.where(deviation > 0, deviation, 1)
    design = np.column_stack([np.ones(len(values)), (values - mean) / deviation])
    share = np.average(matches, weights=weights)
    found = np.zeros(design.shape[1])
    found[0] = np.log(share / (1 - share))
    ridge = np.diag([0.0, *[_RIDGE * total] * values.shape[1]])
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(design @ found, -_FAR, _FAR)))
        slope = design.T @ (weights * (matches - chances)) - ridge @ found
        bend = (design * (weights * np.maximum(chances * (1 - chances), 1e-9))[:, None]).T @ design + ridge
        step = np.linalg.solve(bend, slope)
        found += step * min(1, 3 / np.abs(step).max())  # from far off Newton's steps overshoot
        if np.abs(step).max() < _STILL:
            break
    plain = found[1:] / deviation
    return float(found[0] - plain @ mean), *map(float, plain)
