"""Crops that are drawn once and used many times, so that a teacher and its student see the very same picture.

A teacher's answer to a crop costs more than the student's training step on it. Each picture therefore gets a small
fixed number of views, the teacher answers each of them once, and an epoch shows the student one view of every
picture ("a good teacher is patient and consistent", arXiv 2106.05237).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Pictures `(n, side, side, 3)`, RGB, 0 to 255."""
SMALLEST = 0.35
"""Of a picture's area: what a crop covers at least, if nothing else is said."""


@dataclass(frozen=True, slots=True)
class Views:
    """`boxes` `(n, v, 4)`: left, top, width, height in 0..1 of the picture. `flips` `(n, v)`: mirrored or not.
    `partner` `(n, v)`: the picture whose view of the same number is blended in; `blend` `(n, v)`: its weight, from 0
    (not at all) to 0.5."""

    boxes: NDArray[np.float32]
    flips: NDArray[np.bool_]
    partner: NDArray[np.int64]
    blend: NDArray[np.float32]


def draw_views(pictures: int, views: int, seed: int, *, mixed: int = 0, smallest: float = SMALLEST) -> Views:
    """`views` crops for each of `pictures`: the first is the whole picture, the others cover `smallest` to 1 of its
    area at aspect ratios from 3:4 to 4:3, and half of them are mirrored. The last `mixed` are blended with another
    picture: a teacher has something to say about any input, so there is no end of new ones (mixup, arXiv 1710.09412).
    The same arguments give the same views."""
    rng = np.random.default_rng(seed)
    area = rng.uniform(smallest, 1.0, (pictures, views))
    ratio = np.exp(rng.uniform(np.log(3 / 4), np.log(4 / 3), (pictures, views)))
    width = np.minimum(np.sqrt(area * ratio), 1.0)
    height = np.minimum(np.sqrt(area / ratio), 1.0)
    left = rng.uniform(0.0, 1.0, (pictures, views)) * (1.0 - width)
    top = rng.uniform(0.0, 1.0, (pictures, views)) * (1.0 - height)
    boxes = np.stack([left, top, width, height], axis=-1).astype(np.float32)
    flips = rng.random((pictures, views)) < 0.5
    boxes[:, 0] = (0.0, 0.0, 1.0, 1.0)
    flips[:, 0] = False
    partner = rng.integers(0, max(1, pictures), (pictures, views))
    blend = rng.uniform(0.1, 0.5, (pictures, views)).astype(np.float32)
    blend[:, : max(1, views - mixed)] = 0.0
    return Views(boxes, flips, partner, blend)
