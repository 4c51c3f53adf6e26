"""The backgrounds with water: beach, sea, lake, under the sea."""

# ruff: noqa: PLR0917 (a drawing call is position, size and colour, in that order)

from __future__ import annotations

from random import Random

from core.scenes.backdrop import INDOORS, Backdrop, Zone, ground, paint_sky, sky_zone
from core.scenes.canvas import RGB, Canvas, mix, vary

_COMPANY = ("dog", "cat", "person", "person", "person", "bicycle")


def _swell(canvas: Canvas, rng: Random, top: float, bottom: float, count: int, foam: RGB) -> None:
    """Short light strokes on water, larger towards the viewer."""
    for _ in range(count):
        depth = rng.random() ** 1.3
        x, y = rng.uniform(0, canvas.aspect), top + (bottom - top) * depth
        half, thick = 0.02 + 0.07 * depth, 0.003 + 0.006 * depth
        canvas.ellipse(x, y, half, thick, foam, 120)


def _wavy_edge(canvas: Canvas, rng: Random, y: float, rise: float, colour: RGB) -> None:
    canvas.ridge(rng, y, rise, rng.uniform(0.5, 1.1), colour)


def beach(canvas: Canvas, rng: Random) -> Backdrop:
    horizon = rng.uniform(0.28, 0.4)
    shore = horizon + rng.uniform(0.14, 0.22)
    light = paint_sky(canvas, rng, horizon)
    sea = vary(rng, rng.choice(((38, 150, 190), (46, 176, 190), (40, 120, 190))))
    canvas.gradient(horizon, shore + 0.05, sea, mix(sea, (190, 240, 235), 0.5))
    _swell(canvas, rng, horizon + 0.01, shore, 26, (235, 250, 255))
    sand = vary(rng, (240, 214, 160), 12)
    _wavy_edge(canvas, rng, shore - 0.005, 0.035, (250, 252, 252))
    _wavy_edge(canvas, rng, shore + 0.025, 0.03, mix(sand, (120, 90, 60), 0.25))
    state = rng.random()
    _wavy_edge(canvas, rng, shore + 0.045, 0.03, sand)
    canvas.speckle(rng, shore + 0.08, 50, (mix(sand, (110, 70, 30), 0.25), (255, 246, 220)))
    details: tuple[str, ...] = ()
    if state < 0.45:
        for x in (rng.uniform(0.0, 0.12), rng.uniform(0.88, 1.0)):
            canvas.palm_tree(rng, x * canvas.aspect, shore + 0.12, rng.uniform(0.42, 0.6))
        details = ("with palm trees in the background", "with palm trees on both sides")
    return Backdrop(
        "beach",
        ("beach", "sandy beach", "seashore"),
        (
            ground(
                shore + 0.02,
                ("on the beach", "on the sand", "on a {adj} beach", "at the beach", "on the shore"),
            ),
            Zone(
                "water",
                horizon + 0.05,
                shore,
                ("in the sea", "in the ocean", "in the water", "off the shore"),
                2.0,
                0.22,
                0.75,
                share=0.7,
            ),
            sky_zone(horizon, ("in the sky", "above the beach", "over the sea", "in the air")),
        ),
        light,
        details,
        frozenset({"tree"}) if details else frozenset(),
        (*_COMPANY, "umbrella", "crab", "boat", "kite", "frisbee", "bird", "bucket"),
    )


def sea(canvas: Canvas, rng: Random) -> Backdrop:
    horizon = rng.uniform(0.32, 0.48)
    light = paint_sky(canvas, rng, horizon)
    details: tuple[str, ...] = ()
    feature = rng.random()
    if feature < 0.28:
        canvas.peaks(rng, horizon + 0.01, 0.16, (96, 128, 130), None)
        details = ("with mountains on the horizon", "near a mountainous coast")
    elif feature < 0.46:
        _lighthouse(canvas, rng.uniform(0.15, 0.85) * canvas.aspect, horizon + 0.02)
        details = ("with a lighthouse on the horizon", "near a lighthouse")
    elif feature < 0.64:
        x = rng.uniform(0.15, 0.85) * canvas.aspect
        canvas.ellipse(x, horizon + 0.02, 0.2, 0.05, (236, 208, 150))
        for shift, size in ((-0.05, 0.2), (0.06, 0.25)):
            canvas.palm_tree(rng, x + shift, horizon, size)
        details = ("with a small island behind", "near a small island with palms")
    deep = vary(rng, rng.choice(((24, 92, 160), (20, 120, 160), (32, 76, 140))), 12)
    canvas.gradient(horizon, 1, mix(deep, (160, 220, 235), 0.4), deep)
    for band in range(5):
        y = horizon + (1 - horizon) * (0.14 + 0.2 * band)
        tint = mix(deep, (150, 220, 235), 0.28 - 0.05 * band)
        canvas.ridge(rng, y + 0.02, 0.02 + 0.008 * band, 2.2, tint, floor=y + 0.05 + 0.02 * band)
    _swell(canvas, rng, horizon + 0.02, 1, 40, (225, 245, 250))
    return Backdrop(
        "sea",
        ("seascape", "sea view", "ocean scene"),
        (
            Zone(
                "water",
                horizon + 0.1,
                0.94,
                ("on the sea", "in the ocean", "on the water", "on the open sea", "at sea"),
                2.6,
                0.3,
                0.5,
                share=3,
            ),
            sky_zone(horizon, ("in the sky", "above the sea", "over the ocean", "in the air")),
        ),
        light,
        details,
        frozenset({"volcano", "tree"}),
        ("moon", "boat", "boat", "boat", "whale", "dolphin", "bird", "person", "airplane", "helicopter"),
    )


def _lighthouse(canvas: Canvas, x: float, foot: float) -> None:
    """A red and white lighthouse on a rock; its lamp keeps its brightness at night."""
    canvas.ellipse(x, foot, 0.13, 0.045, (110, 112, 120))
    for step in range(5):
        paint: RGB = (214, 66, 60) if step % 2 else (248, 246, 240)
        low, high = 0.036 - step * 0.003, 0.033 - step * 0.003
        y = foot - 0.02 - step * 0.045
        canvas.polygon([(x - low, y), (x + low, y), (x + high, y - 0.046), (x - high, y - 0.046)], paint)
    top = foot - 0.245
    canvas.rect(x - 0.03, top - 0.008, 0.06, 0.01, (70, 74, 86))
    tone, canvas.tone_share = canvas.tone_share, 0.0
    canvas.rect(x - 0.016, top - 0.038, 0.032, 0.03, (255, 236, 150))
    canvas.tone_share = tone
    canvas.polygon([(x - 0.024, top - 0.036), (x, top - 0.064), (x + 0.024, top - 0.036)], (190, 56, 52))


def lake(canvas: Canvas, rng: Random) -> Backdrop:
    horizon = rng.uniform(0.32, 0.4)
    shore = rng.uniform(0.68, 0.76)
    light = paint_sky(canvas, rng, horizon)
    canvas.ridge(rng, horizon - 0.02, 0.14, 0.8, vary(rng, (112, 150, 130)))
    wood = vary(rng, (60, 120, 84))
    for step in range(22):
        x = (step + rng.uniform(-0.4, 0.4)) / 21 * canvas.aspect
        canvas.pine_tree(x, horizon + 0.015, rng.uniform(0.1, 0.18), vary(rng, wood, 9))
    water = vary(rng, (70, 150, 190))
    canvas.gradient(horizon, 1, mix(water, wood, 0.45), water)
    _swell(canvas, rng, horizon + 0.04, shore, 26, (215, 240, 245))
    grass = vary(rng, (110, 170, 84))
    _wavy_edge(canvas, rng, shore, 0.03, mix(grass, (120, 90, 50), 0.5))
    _wavy_edge(canvas, rng, shore + 0.02, 0.03, grass)
    canvas.tufts(rng, shore + 0.04, 36, mix(grass, (30, 90, 40), 0.4))
    return Backdrop(
        "lake",
        ("lake", "forest lake", "calm lake"),
        (
            Zone(
                "water",
                horizon + 0.09,
                shore - 0.04,
                ("on the lake", "on a {adj} lake", "in the water", "on a calm lake"),
                2.2,
                0.28,
                0.6,
                share=2,
            ),
            ground(
                shore, ("on the shore of a lake", "beside a lake", "on the grass by the lake", "by the water"), far=0.8
            ),
            sky_zone(horizon, ("in the sky", "above the lake", "over the trees"), 0.5),
        ),
        light,
        ("with pine trees on the far shore", "with trees all around"),
        frozenset({"tree", "leaf", "whale", "dolphin", "shark"}),
        (*_COMPANY, "bird", "bird", "boat", "boat", "moon", "otter", "tent", "deer", "beaver", "campfire"),
    )


def underwater(canvas: Canvas, rng: Random) -> Backdrop:
    water = vary(rng, rng.choice(((40, 140, 190), (30, 150, 170), (28, 100, 170))), 10)
    floor = rng.uniform(0.76, 0.84)
    canvas.gradient(0, 1, mix(water, (200, 250, 250), 0.45), mix(water, (8, 30, 70), 0.5))
    for _ in range(4):
        x, w = rng.uniform(0, canvas.aspect), rng.uniform(0.04, 0.12)
        canvas.polygon([(x, 0), (x + w, 0), (x + w * 2.2 - 0.3, 1), (x - 0.34, 1)], (220, 255, 255), 24)
    canvas.ridge(rng, floor, 0.12, 0.8, mix(water, (10, 40, 70), 0.35))
    sand = mix((226, 206, 156), water, 0.3)
    canvas.ridge(rng, floor + 0.07, 0.05, 0.9, sand)
    coral: tuple[RGB, ...] = ((230, 110, 120), (240, 150, 90), (180, 110, 190))
    for _ in range(rng.randint(3, 6)):
        x, size = rng.uniform(0, canvas.aspect), rng.uniform(0.05, 0.1)
        paint = mix(rng.choice(coral), water, 0.2)
        for dx in (-0.5, -0.15, 0.2, 0.5):
            top = (x + dx * size * 1.4, floor + 0.1 - size * (1.5 - abs(dx)))
            canvas.line([(x, floor + 0.11), top], paint, size * 0.28)
            canvas.ellipse(*top, size * 0.16, size * 0.16, paint)
    weed = mix((60, 150, 90), water, 0.2)
    for _ in range(rng.randint(6, 12)):
        x, tall, lean = rng.uniform(0, canvas.aspect), rng.uniform(0.1, 0.26), rng.choice((-1, 1)) * 0.02
        blade = [(x + lean * (k % 2), floor + 0.12 - tall * k / 5) for k in range(6)]
        canvas.line(blade, vary(rng, weed, 14), 0.014)
    for _ in range(18):
        r = rng.uniform(0.004, 0.013)
        x, y = rng.uniform(0, canvas.aspect), rng.uniform(0.05, floor)
        canvas.ellipse(x, y, r, r, (225, 250, 255), 110)
    return Backdrop(
        "underwater",
        ("underwater scene", "coral reef"),
        (
            Zone(
                "deep",
                0.2,
                floor,
                ("under water", "underwater", "under the sea", "near a coral reef", "below the surface of the sea"),
                0.8,
                0.25,
                0.9,
                airborne=True,
                share=3,
            ),
            Zone(
                "seabed",
                floor + 0.06,
                0.96,
                ("on the seabed", "on the bottom of the sea", "on the sandy sea floor"),
                0.8,
                0.25,
                0.9,
                share=1.5,
            ),
        ),
        INDOORS,
        ("with coral and seaweed", "among bubbles"),
    )
