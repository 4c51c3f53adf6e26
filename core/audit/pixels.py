"""Whether two pictures show the same pixels, whatever their size, format and quality.

A picture is shrunk to a grid of 32 × 32 colours. Between a picture and its smaller or poorer copy all fields of the
grid stay close; two different pictures of one kind, however alike, differ somewhere. So the difference of two grids is
that of their worst places: the mean over the tenth of the fields that differ most, after the contrast of both was made
the same. A mean over the whole grid would pass over a small thing that is in one picture only.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from core import decoding, progress
from core.errors import PictureError
from core.progress import Progress

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Grids = NDArray[np.uint8]

SIDE = 32
_WORST = SIDE * SIDE // 10
_CHUNK = 4096  # pairs at a time: 100 MB


def grids(paths: Sequence[Path], *, report: progress.Report = progress.silent) -> tuple[Grids, NDArray[np.bool_]]:
    """The grid of every picture, uint8 `(n, 32, 32, 3)`, and which could be read; the others' are black.

    Decoded in child processes, as everywhere: a file that crashes a decoder costs itself.
    """
    made = np.zeros((len(paths), SIDE, SIDE, 3), np.uint8)
    readable = np.zeros(len(paths), bool)
    with closing(decoding.decode_all(paths, SIDE)) as pictures:
        for row, picture in enumerate(pictures):
            if not isinstance(picture, PictureError):
                made[row] = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX))
                readable[row] = True
            report(Progress("Comparing pixels", row + 1, len(paths), int((~readable[: row + 1]).sum())))
    return made, readable


def differences(made: Grids, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float32]:
    """How far the pictures of each pair differ where they differ most, `(p,)`: 0 is equal, 1 is black against white."""
    parts = [np.zeros(0, np.float32)]
    for start in range(0, len(first), _CHUNK):
        one, other = (made[rows[start : start + _CHUNK]].astype(np.float32) for rows in (first, second))
        places = np.abs(one - other).mean(axis=3).reshape(len(one), -1)  # (c, fields)
        worst = np.partition(places, places.shape[1] - _WORST, axis=1)[:, -_WORST:]
        parts.append(worst.mean(axis=1) / 255)
    return np.concatenate(parts)
