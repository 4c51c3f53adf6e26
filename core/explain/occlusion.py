"""A heat-map from any encoder: cover one part of the picture after another and see how much of the score is lost.

Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014. What covers is a blurred copy of
the picture, which takes the object away and leaves the light and the colours of the place as they were: a flat patch
would itself be something to see.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFilter

from core.explain.values import Explanation, Term

if TYPE_CHECKING:
    from core.encoder import Encoder

GRID = 8
PATCH = 0.25
"""Side of the patch that covers, in shares of the picture's: twice a place, so that neighbouring patches overlap."""
_BLUR = 0.12  # radius in shares of the longer side, about half a patch

METHOD = f"what is lost when a part of the picture is covered ({GRID} × {GRID} parts, one after another)"
"""`Explanation.method` of a map that was made by covering."""


def explain(encoder: Encoder, image: Image.Image, terms: Sequence[Term]) -> tuple[Explanation, ...]:
    """For each term a map of `GRID` x `GRID` places over the whole picture: what covering each takes from the term's
    share of the score. The losses add up to nothing in particular; `rest` is the difference to the total."""
    covered = cover(image)
    vectors = encoder.encode_images([image, *covered])
    lost = (vectors[0] - vectors[1:]).reshape(GRID, GRID, -1)  # (h, w, dim)
    made = []
    for term in terms:
        heat = (term.weight * (lost @ term.vector)).astype(np.float32)
        total = float(term.weight * (vectors[0] @ term.vector))
        rest = total - float(heat.sum(dtype=np.float64))
        made.append(Explanation(heat, total, METHOD, False, term.name, rest))
    return tuple(made)


def cover(image: Image.Image) -> list[Image.Image]:
    """The picture `GRID * GRID` times, row by row, each with the patch around one place covered."""
    width, height = image.size
    blurred = image.filter(ImageFilter.GaussianBlur(_BLUR * max(image.size)))
    covered = []
    for row in range(GRID):
        for column in range(GRID):
            box = (*_patch(column, width), *_patch(row, height))
            corners = (box[0], box[2], box[1], box[3])
            one = image.copy()
            one.paste(blurred.crop(corners), corners)
            covered.append(one)
    return covered


def _patch(cell: int, side: int) -> tuple[int, int]:
    """First and past-the-last pixel of the patch around a place of a side; at least one pixel wide."""
    middle = (cell + 0.5) / GRID
    first = max(0, int((middle - PATCH / 2) * side))
    return first, max(first + 1, min(side, round((middle + PATCH / 2) * side)))
