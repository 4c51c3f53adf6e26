"""Things set before other photos: a photo of one thing becomes a part of a photo of much.

Photos with a label show one large thing; photos that people take and captions speak of show many. A tower that knows
things by the former alone does not find them in the latter, and learns to tell the two kinds of photos apart instead
(cut and paste: arXiv 1708.01642; regions of one photo in another: CutMix, arXiv 1905.04899).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.training.views import Pixels

# The side of what is set in, as a share of the picture's.
_SMALLEST, _LARGEST = 0.35, 0.8
# Its outline goes from an ellipse (2) to almost a rectangle, and fades out over this share of its half side.
_ROUNDEST, _SQUAREST = 2.0, 10.0
_FADE = 0.15


@dataclass(frozen=True, slots=True)
class Placing:
    """Which thing stands before which photo, and where: for each picture the source of the thing (a number among those
    given), its row there, the row of the photo behind it, `boxes` `(n, 4)` left, top, width, height in 0..1, the power
    of its `outline` `(n,)`, and whether it is mirrored."""

    sources: NDArray[np.int64]
    things: NDArray[np.int64]
    behind: NDArray[np.int64]
    boxes: NDArray[np.float64]
    outline: NDArray[np.float64]
    flips: NDArray[np.bool_]


def draw_placings(things: list[NDArray[np.int64]], behind: NDArray[np.int64], count: int, seed: int) -> Placing:
    """`count` placings: each takes a source, one of its rows in `things`, and one of the rows `behind`. Sources without
    rows are not taken. The same arguments give the same placings."""
    rng = np.random.default_rng(seed)
    of = np.sort(rng.choice([number for number, rows in enumerate(things) if len(rows)], count))
    # Each thing of a source as often as any other, give or take once.
    chosen = [_in_turn(rows, int((of == number).sum()), rng) for number, rows in enumerate(things)]
    ratio = np.exp(rng.uniform(np.log(3 / 4), np.log(4 / 3), count) / 2)
    side = rng.uniform(_SMALLEST, _LARGEST, count)
    size = np.stack([side * ratio, side / ratio], axis=-1).clip(max=1.0)
    corner = rng.uniform(0.0, 1.0, (count, 2)) * (1.0 - size)
    return Placing(
        of,
        np.concatenate(chosen),
        rng.choice(behind, count),
        np.concatenate([corner, size], axis=-1),
        np.exp(rng.uniform(np.log(_ROUNDEST), np.log(_SQUAREST), count)),
        rng.random(count) < 0.5,
    )


def _in_turn(rows: NDArray[np.int64], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    if not count:
        return rows[:0]
    return np.concatenate([rng.permutation(rows) for _ in range(-(-count // len(rows)))])[:count]


def place(placing: Placing, things: list[Pixels], behind: Pixels, side: int) -> Pixels:
    """The pictures themselves, `(n, side, side, 3)`."""
    made = np.empty((len(placing.things), side, side, 3), dtype=np.uint8)
    for row in range(len(made)):
        left, top, width, height = np.rint(placing.boxes[row] * side).astype(int)
        thing = things[placing.sources[row]][placing.things[row]]
        if placing.flips[row]:
            thing = thing[:, ::-1]
        block = np.asarray(Image.fromarray(thing).resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32)
        photo = Image.fromarray(behind[placing.behind[row]])
        made[row] = np.asarray(photo.resize((side, side), Image.Resampling.BICUBIC))
        there = made[row, top : top + height, left : left + width]
        weight = _weight(width, height, placing.outline[row])
        there[:] = np.rint(there + weight * (block - there)).clip(0, 255)
    return made


def _weight(width: int, height: int, outline: float) -> NDArray[np.float32]:
    """How much of the thing shows at each place, `(height, width, 1)`: a superellipse with a soft edge."""
    x = np.abs(np.linspace(-1, 1, width, dtype=np.float32))
    y = np.abs(np.linspace(-1, 1, height, dtype=np.float32))
    distance = (x[None, :] ** outline + y[:, None] ** outline) ** (1 / outline)
    weight: NDArray[np.float32] = ((1.0 - distance) / _FADE).clip(0.0, 1.0)[..., None]
    return weight
