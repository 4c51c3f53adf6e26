"""Flat-illustration drawing: colours, gradients, hills, clouds and trees on one picture.

Coordinates are in units of the picture's height: x runs from 0 to `aspect`, y from 0 (top)
to 1, so a drawing looks the same at every size.
"""

# ruff: noqa: PLR0917 (a drawing call is position, size and colour, in that order)

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

import numpy as np
from PIL import Image, ImageDraw

RGB = tuple[int, int, int]
Point = tuple[float, float]

# Shapes are drawn twice as large and averaged down: Pillow's polygons have no smooth edges.
_OVERSAMPLING = 2


def mix(first: RGB, second: RGB, share: float) -> RGB:
    """The colour `share` (0-1) of the way from `first` to `second`."""
    r, g, b = (round(a + (z - a) * share) for a, z in zip(first, second, strict=True))
    return (r, g, b)


def vary(rng: Random, colour: RGB, amount: int = 10) -> RGB:
    """`colour` made a little lighter or darker and shifted in hue; each channel 0-255."""
    level = rng.randint(-amount, amount)
    r, g, b = (min(255, max(0, part + level + rng.randint(-amount // 2, amount // 2))) for part in colour)
    return (r, g, b)


class Canvas:
    """A picture under construction, lit by one `tone`: every fill is mixed towards it.

    `tone` and `tone_share` (0-1) are how evening and night reach everything on the picture.
    """

    def __init__(self, width: int, height: int, aspect: float) -> None:
        self.width, self.height = width, height
        # Not width / height: rounding to whole pixels would make a seed's layout depend on size.
        self.aspect = aspect
        self.tone: RGB = (255, 255, 255)
        self.tone_share = 0.0
        self._unit = height * _OVERSAMPLING
        size = (width * _OVERSAMPLING, height * _OVERSAMPLING)
        self._image = Image.new("RGB", size)
        self._pen = ImageDraw.Draw(self._image, "RGBA")

    def finish(self) -> Image.Image:
        """The picture, `(width, height)` RGB."""
        return self._image.reduce(_OVERSAMPLING)

    def lit(self, colour: RGB) -> RGB:
        """`colour` as it looks in the canvas's light."""
        return mix(colour, self.tone, self.tone_share)

    def gradient(self, top: float, bottom: float, upper: RGB, lower: RGB) -> None:
        """Fill the full width from y=`top` to y=`bottom`, `upper` fading into `lower`."""
        y0, y1 = round(top * self._unit), round(bottom * self._unit)
        if y1 <= y0:
            return
        share = np.linspace(0, 1, y1 - y0)[:, None]
        first, last = np.array(self.lit(upper)), np.array(self.lit(lower))
        column = (first + (last - first) * share).round().astype(np.uint8)  # (rows, 3)
        strip = Image.fromarray(column[:, None, :])
        self._image.paste(strip.resize((self._image.width, y1 - y0)), (0, y0))

    def rect(self, x: float, y: float, w: float, h: float, colour: RGB, alpha: int = 255) -> None:
        self.polygon([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], colour, alpha)

    def panel(self, x: float, y: float, w: float, h: float, radius: float, colour: RGB) -> None:
        """A rectangle with round corners."""
        u = self._unit
        box = (x * u, y * u, (x + w) * u, (y + h) * u)
        self._pen.rounded_rectangle(box, radius * u, fill=self.lit(colour))

    def ellipse(self, x: float, y: float, rx: float, ry: float, colour: RGB, alpha: int = 255) -> None:
        u = self._unit
        box = ((x - rx) * u, (y - ry) * u, (x + rx) * u, (y + ry) * u)
        self._pen.ellipse(box, fill=(*self.lit(colour), alpha))

    def polygon(self, points: Sequence[Point], colour: RGB, alpha: int = 255) -> None:
        u = self._unit
        self._pen.polygon([(x * u, y * u) for x, y in points], fill=(*self.lit(colour), alpha))

    def line(self, points: Sequence[Point], colour: RGB, thick: float, alpha: int = 255) -> None:
        u = self._unit
        width = max(1, round(thick * u))
        fill = (*self.lit(colour), alpha)
        self._pen.line([(x * u, y * u) for x, y in points], fill=fill, width=width, joint="curve")

    def ridge(self, rng: Random, y: float, rise: float, waves: float, colour: RGB, floor: float = 1.0) -> None:
        """A rolling skyline around `y`, `rise` high, filled down to `floor`."""
        phase, second = rng.uniform(0, 6.3), rng.uniform(0, 6.3)
        points = []
        for step in range(41):
            x = step / 40
            swell = math.sin(phase + waves * x * 6.3) + 0.45 * math.sin(second + waves * x * 14)
            points.append((x * self.aspect, y - rise * (0.5 + swell / 2.9)))
        self.polygon([*points, (self.aspect, floor), (0, floor)], colour)

    def peaks(self, rng: Random, y: float, rise: float, colour: RGB, snow: RGB | None) -> None:
        """A row of pointed mountains standing on `y`, snow-capped where `snow` is given."""
        x = rng.uniform(-0.3, 0.0)
        while x < self.aspect + 0.2:
            half, top = rng.uniform(0.22, 0.42), rise * rng.uniform(0.6, 1.0)
            left, tip, right = (x - half, y), (x, y - top), (x + half, y)
            face = vary(rng, colour, 8)
            self.polygon([left, tip, right], face)
            self.polygon([tip, right, (x + half * 0.15, y)], mix(face, (30, 40, 70), 0.16))
            if snow is not None and top > rise * 0.6:
                cut = 0.34
                edge = [(x - half * cut, y - top * (1 - cut))]
                edge += [(x + half * cut * k, y - top * (1 - cut * d)) for k, d in _SNOW_EDGE]
                self.polygon([tip, *edge, (x + half * cut, y - top * (1 - cut))], snow)
            x += rng.uniform(0.22, 0.45)

    def cloud(self, x: float, y: float, size: float, colour: RGB, alpha: int = 255) -> None:
        """A flat-bottomed cloud, `size` wide."""
        for dx, dy, radius in _CLOUD:
            self.ellipse(x + dx * size, y + dy * size, radius * size, radius * size, colour, alpha)
        u = self._unit
        box = ((x - size * 0.5) * u, (y - size * 0.1) * u, (x + size * 0.5) * u, (y + size * 0.1) * u)
        self._pen.rounded_rectangle(box, size * 0.1 * u, fill=(*self.lit(colour), 255))

    def glow(self, x: float, y: float, radius: float, colour: RGB) -> None:
        """A bright disc with a fading halo."""
        for ring, alpha in ((2.6, 26), (1.9, 34), (1.4, 46)):
            self.ellipse(x, y, radius * ring, radius * ring, colour, alpha)
        self.ellipse(x, y, radius, radius, colour)

    def round_tree(self, rng: Random, x: float, y: float, size: float, leaf: RGB) -> None:
        """A leafy tree standing on `y`, `size` tall."""
        self.rect(x - size * 0.05, y - size * 0.45, size * 0.1, size * 0.45, (122, 84, 58))
        dark = mix(leaf, (20, 50, 40), 0.22)
        for dx, dy, radius in ((-0.2, 0.5, 0.2), (0.2, 0.5, 0.2), (0.0, 0.66, 0.27)):
            self.ellipse(x + dx * size, y - dy * size, radius * size, radius * size, dark)
        for dx, dy, radius in ((-0.17, 0.55, 0.16), (0.12, 0.57, 0.15), (-0.03, 0.72, 0.2)):
            self.ellipse(x + dx * size, y - dy * size, radius * size, radius * size, leaf)
        if rng.random() < 0.4:
            light = mix(leaf, (255, 255, 220), 0.22)
            self.ellipse(x - size * 0.08, y - size * 0.76, size * 0.1, size * 0.09, light)

    def pine_tree(self, x: float, y: float, size: float, leaf: RGB, snow: bool = False) -> None:
        """A pine standing on `y`, `size` tall, its branches white-edged where `snow`."""
        self.rect(x - size * 0.04, y - size * 0.16, size * 0.08, size * 0.16, (104, 74, 56))
        for level, half in ((0.12, 0.27), (0.36, 0.21), (0.6, 0.15)):
            base, tip = y - size * level, y - size * (level + 0.4)
            self.polygon([(x - half * size, base), (x, tip), (x + half * size, base)], leaf)
            shade = mix(leaf, (10, 40, 50), 0.25)
            self.polygon([(x, tip), (x + half * size, base), (x + half * 0.1 * size, base)], shade)
            if snow:
                cap = 0.45 * half * size
                low = tip + size * 0.4 * 0.45
                self.polygon([(x - cap, low), (x, tip), (x + cap, low)], (245, 250, 255))

    def palm_tree(self, rng: Random, x: float, y: float, size: float) -> None:
        """A leaning palm standing on `y`, `size` tall."""
        lean = rng.choice((-1, 1)) * rng.uniform(0.1, 0.25) * size
        trunk = [(x + lean * t * t, y - size * t) for t in (0, 0.25, 0.5, 0.75, 0.95)]
        self.line(trunk, (150, 108, 70), size * 0.055)
        top_x, top_y = trunk[-1]
        for angle in (-2.9, -2.3, -1.57, -0.85, -0.25):
            bend = vary(rng, (52, 140, 78), 12)
            reach = size * 0.36
            tip = (top_x + math.cos(angle) * reach, top_y + math.sin(angle) * reach * 0.5 + reach * 0.3)
            mid = (top_x + math.cos(angle) * reach * 0.6, top_y + math.sin(angle) * reach * 0.62)
            low = (mid[0], mid[1] + size * 0.1)
            self.polygon([(top_x, top_y), mid, tip, low], bend)

    def speckle(self, rng: Random, top: float, count: int, colours: Sequence[RGB], size: float = 0.006) -> None:
        """Scatter small flat dots over the ground below `top`; nearer ones are larger."""
        for _ in range(count):
            depth = rng.random()
            y = top + (1 - top) * depth
            radius = size * (0.4 + depth)
            self.ellipse(rng.uniform(0, self.aspect), y, radius * 1.5, radius * 0.7, rng.choice(colours))

    def tufts(self, rng: Random, top: float, count: int, colour: RGB) -> None:
        """Scatter blades of grass over the ground below `top`."""
        for _ in range(count):
            depth = rng.random()
            x, y = rng.uniform(0, self.aspect), top + (1 - top) * depth
            size = 0.008 + 0.022 * depth
            self.polygon(
                [
                    (x - size * 0.7, y - size * 0.8),
                    (x - size * 0.2, y - size * 0.35),
                    (x, y - size * 1.2),
                    (x + size * 0.25, y - size * 0.35),
                    (x + size * 0.8, y - size * 0.7),
                    (x + size * 0.3, y),
                    (x - size * 0.3, y),
                ],
                colour,
            )


_SNOW_EDGE = ((-0.45, 0.8), (-0.1, 1.1), (0.3, 0.75), (0.6, 1.05))
_CLOUD = ((-0.27, -0.1, 0.16), (-0.03, -0.19, 0.23), (0.24, -0.1, 0.17))
