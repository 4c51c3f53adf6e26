"""Drawn things set before photos, in any light and with any surface, so that what stays of them is their shape.

A thing that no photo with a label shows is known by its drawings alone. Those are flat, clean and stand in drawn
places; a tower that has met each in many other looks finds it in photos more easily (domain randomisation, arXiv
1703.06907; on shape and texture: arXiv 1811.12231).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from core import scenes
from core.training.views import Pixels

# The longer side of what is set in, as a share of the picture's, and how much it may be squeezed.
_SMALLEST, _LARGEST, _SQUEEZE = 0.4, 0.95, 4 / 3
# How often it takes the surface of a photo, and how much of that.
_SURFACED, _SURFACE = 0.6, (0.2, 0.7)
_GREY = 0.15
# Light from one side: how dark and how bright it may make the thing.
_DARK, _BRIGHT = 0.5, 1.3
_BLUR = 1.2


@dataclass(frozen=True, slots=True)
class Pasted:
    """`pixels` `(n, side, side, 3)`, the `categories` of the things in them by number, and `behind` `(n,)` the rows of
    the photos behind them."""

    pixels: Pixels
    categories: NDArray[np.int64]
    behind: NDArray[np.int64]


def paste(photos: Pixels, rows: NDArray[np.int64], count: int, side: int, seed: int) -> Pasted:
    """`count` pictures, each category of `core.scenes` as often as any other, give or take once, before a photo of
    `rows`. The same arguments give the same pictures."""
    rng = np.random.default_rng(seed)
    known = scenes.categories()
    turns = [rng.permutation(len(known)) for _ in range(-(-count // len(known)))]
    categories = np.concatenate(turns)[:count] if turns else np.empty(0, dtype=np.int64)
    behind = rng.choice(rows, count)
    pixels = np.empty((count, side, side, 3), dtype=np.uint8)
    for number, (category, row) in enumerate(zip(categories, behind, strict=True)):
        thing = scenes.draw_cutout(known[category].name, int(rng.integers(1 << 31)))
        thing = thing.resize(_size(thing, side, rng), Image.Resampling.BICUBIC)
        picture = Image.fromarray(photos[row]).resize((side, side), Image.Resampling.BICUBIC)
        left, top = (int(rng.integers(0, side - own + 1)) for own in thing.size)
        surface = Image.fromarray(photos[rng.choice(rows)])
        picture.paste(Image.fromarray(_lit(thing, surface, rng)), (left, top), thing.getchannel("A"))
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, _BLUR)))
        pixels[number] = np.asarray(picture)
    return Pasted(pixels, categories, behind)


def _size(thing: Image.Image, side: int, rng: np.random.Generator) -> tuple[int, int]:
    squeeze = np.exp(rng.uniform(-np.log(_SQUEEZE), np.log(_SQUEEZE)) / 2)
    width, height = thing.width * squeeze, thing.height / squeeze
    scale = rng.uniform(_SMALLEST, _LARGEST) * side / max(width, height)
    return max(4, int(width * scale)), max(4, int(height * scale))


def _lit(thing: Image.Image, surface: Image.Image, rng: np.random.Generator) -> Pixels:
    """The thing's colours with some of a photo's surface, in a light from one side."""
    seen = np.asarray(thing.convert("RGB"), dtype=np.float32)
    if rng.random() < _GREY:
        seen = np.repeat(seen.mean(axis=2, keepdims=True), 3, axis=2)
    if rng.random() < _SURFACED:
        share = rng.uniform(*_SURFACE)
        seen = (1.0 - share) * seen + share * np.asarray(surface.resize(thing.size), dtype=np.float32)
    start, end = rng.uniform(_DARK, _BRIGHT, 2)
    across = rng.random() < 0.5
    light = np.linspace(start, end, thing.width if across else thing.height, dtype=np.float32)
    light = light[None, :, None] if across else light[:, None, None]
    lit: Pixels = (seen * light).clip(0, 255).astype(np.uint8)
    return lit
