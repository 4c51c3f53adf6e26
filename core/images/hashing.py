"""A short mark of what a picture looks like, the same for every size and nearly so for every quality."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from core.images.opening import open_image

_SIDE = 8
HASH_TOLERANCE = 12
"""Of the 64 bits: what saving, scaling and slight cropping change. Measured by `benchmarks/near_identical.py`."""


def difference_hash(source: Path | bytes) -> int:
    """64 bits, one for each step to the right in a grey picture of 9 × 8: whether it grows lighter (the dHash of N.
    Krawetz, "Kind of Like That", 2013). Raises `PictureError` as `open_image` does."""
    grey = open_image(source).convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.LANCZOS)
    values = np.asarray(grey, np.int16)
    return int.from_bytes(np.packbits(values[:, 1:] > values[:, :-1]).tobytes(), "big")


def differing_bits(one: int, other: int) -> int:
    """0 for equal hashes; those of unrelated pictures differ in half of the bits, about 32."""
    return (one ^ other).bit_count()
