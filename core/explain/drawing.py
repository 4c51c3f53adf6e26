"""A heat-map drawn over its picture.

The picture turns grey and pale, so that every colour in the result is heat. Opacity grows with the heat's size, from
nothing at zero. Where places only add, the colour runs from yellow to vermilion; where some speak against the term,
these are blue and the others vermilion. Blue, yellow and vermilion are those of Okabe and Ito's palette, which people
with any of the usual colour blindnesses can tell apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from core.explain.values import Explanation, enlarge

if TYPE_CHECKING:
    from numpy.typing import NDArray

YELLOW, VERMILION, BLUE = (240, 228, 66), (213, 94, 0), (0, 114, 178)
_OPAQUE = 0.8  # at the strongest place; the picture must stay to be seen
_PALE = 0.35  # share of white, so that colours stay themselves over dark pictures
# Rounding leaves specks below zero in a map that only adds.
_NEGLIGIBLE = 1e-3


def overlay(picture: Image.Image, found: Explanation, *, strongest: float | None = None) -> Image.Image:
    """`picture` in grey under the colours of `found`, RGB of the same size.

    `strongest` is the heat that gets the full colour; None takes the map's own largest. Give the same value to the
    maps of several terms and they can be compared.
    """
    grey = Image.blend(picture.convert("L").convert("RGB"), Image.new("RGB", picture.size, "white"), _PALE)
    colours = layer(found, picture.size, strongest=strongest)
    grey.paste(colours, mask=colours.getchannel("A").point(lambda opacity: round(_OPAQUE * opacity)))
    return grey


def layer(found: Explanation, size: tuple[int, int], *, strongest: float | None = None) -> Image.Image:
    """The colours of `found` alone, RGBA of `size` (width, height), to lay over a picture: opaque at the strongest
    heat, transparent where there is none. `strongest` as for `overlay`."""
    heat = enlarge(found, size)
    top = float(np.abs(heat).max()) if strongest is None else strongest
    level = np.clip(heat / top, -1, 1) if top > 0 else np.zeros_like(heat)  # (height, width)
    colours = _diverging(level) if level.min() < -_NEGLIGIBLE else _sequential(level)
    opacity = np.rint(255 * np.abs(level)).astype(np.uint8)
    return Image.fromarray(np.concatenate([colours, opacity[..., None]], axis=-1))


def _sequential(level: NDArray[np.float32]) -> NDArray[np.uint8]:
    share = np.clip(level, 0, 1)[..., None]
    mixed: NDArray[np.uint8] = np.rint(np.array(YELLOW) * (1 - share) + np.array(VERMILION) * share).astype(np.uint8)
    return mixed


def _diverging(level: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.where(level[..., None] < 0, np.array(BLUE), np.array(VERMILION)).astype(np.uint8)
