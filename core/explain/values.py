"""What is asked and what comes back, and the way from the grid of a heat-map to the pixels of its picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from core.encoder import Frame

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One part of a query: its name as shown, its unit vector `(dim,)`, and its weight, below zero for a minus term.
    The terms' totals add up to a score where their weights are those that the score was made with. `ordinary` is the
    mean vector of others of its kind, against which `look_closer` tells it apart."""

    name: str
    vector: NDArray[np.float32]
    weight: float = 1.0
    ordinary: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Where in a picture a term found what it looks for.

    `heat` is float32 `(h, w)`: what each place adds to the term's share of the score, which is `total`; negative
    where a place speaks against it. `rest` is the share that belongs to no place: `heat.sum() + rest == total`.
    The places cover `frame` of the picture evenly; what lies outside was not seen and adds nothing.
    `method` says in words how the map was made. `exact` is True where `total` is the weighted cosine of the picture
    as it is searched by and every bit of it is given to a place.
    """

    heat: NDArray[np.float32]
    total: float
    method: str
    exact: bool
    term: str = ""
    rest: float = 0.0
    frame: Frame = field(default_factory=Frame)


def enlarge(found: Explanation, size: tuple[int, int]) -> NDArray[np.float32]:
    """The heat over a picture of `size` (width, height), float32 `(height, width)`: bilinear between the places'
    middles, level from the outermost ones on, 0 outside the frame. Values stay those of whole places, so that their
    sum is no longer the total."""
    width, height = size
    frame = found.frame
    rows, row_seen = _positions(height, frame.top, frame.height, found.heat.shape[0])
    columns, column_seen = _positions(width, frame.left, frame.width, found.heat.shape[1])
    between_rows = _blend(found.heat.astype(np.float32), rows)  # (height, w)
    large = _blend(between_rows.T, columns).T  # (height, width)
    return np.where(row_seen[:, None] & column_seen, large, np.float32(0))


def peak(found: Explanation, size: tuple[int, int]) -> tuple[int, int]:
    """The pixel (x, y) of a picture of `size` (width, height) where the enlarged heat is highest: the middle of a
    place, for between two middles it is never higher. Of several equal ones the middle, so that a level map points to
    the middle of what was seen."""
    frame, (rows, columns) = found.frame, found.heat.shape
    down = frame.top + (np.arange(rows) + 0.5) / rows * frame.height
    across = frame.left + (np.arange(columns) + 0.5) / columns * frame.width
    inside = np.outer(np.abs(down - 0.5) <= 0.5, np.abs(across - 0.5) <= 0.5)  # not on borders beyond the picture
    heat = np.where(inside, found.heat, -np.inf) if inside.any() else found.heat
    highest = np.argwhere(heat >= heat.max() - 1e-6 * float(np.ptp(found.heat)))
    middle_row, middle_column = np.median(highest, axis=0)
    x = np.interp(middle_column, np.arange(columns), across) * size[0]
    y = np.interp(middle_row, np.arange(rows), down) * size[1]
    return int(np.clip(x, 0, size[0] - 1)), int(np.clip(y, 0, size[1] - 1))


def _positions(pixels: int, start: float, extent: float, cells: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """For each pixel of a side where it lies among the cells (0: the first one's middle), and whether it was seen."""
    share = ((np.arange(pixels) + 0.5) / pixels - start) / extent  # 0 to 1 within the frame
    return np.clip(share * cells - 0.5, 0, cells - 1), (share >= 0) & (share <= 1)


def _blend(values: NDArray[np.float32], positions: NDArray[np.float64]) -> NDArray[np.float32]:
    """Rows of `values` at fractional positions."""
    lower = np.minimum(positions.astype(np.int64), max(0, len(values) - 2))
    upper = np.minimum(lower + 1, len(values) - 1)
    share = (positions - lower).astype(np.float32)[:, None]
    blended: NDArray[np.float32] = values[lower] * (1 - share) + values[upper] * share
    return blended
