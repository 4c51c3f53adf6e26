"""The backgrounds of open country: beach, sea, lake, meadow, snow, forest and the like."""

from __future__ import annotations

from random import Random

from core.scenes.backdrop import Backdrop, Zone, far_zone, ground, paint_sky, sky_zone
from core.scenes.canvas import RGB, Canvas, mix, vary

_WILD = ("elephant", "zebra", "giraffe", "lion", "tiger", "monkey", "rhinoceros", "leopard")
_PETS = ("dog", "cat", "person", "person", "person", "bicycle", "sports ball")


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
        details = ("with palm trees", "lined with palm trees")
    return Backdrop(
        "beach",
        ("beach", "sandy beach", "seashore"),
        (
            ground(
                shore + 0.02,
                ("on the beach", "on the sand", "on a {adj} beach", "at the beach", "on the shore"),
            ),
            Zone(
                "water", horizon + 0.05, shore, ("in the sea", "in the ocean", "in the water",
                "off the shore"), 2.0, 0.22, 0.75, share=0.7,
            ),
            sky_zone(horizon, ("in the sky", "above the beach", "over the sea", "in the air")),
        ),
        light,
        details,
        frozenset({"tree"}) if details else frozenset(),
        (*_PETS, "umbrella", "crab", "boat", "kite", "surfboard", "frisbee", "bird", "bucket"),
    )


def sea(canvas: Canvas, rng: Random) -> Backdrop:
    horizon = rng.uniform(0.32, 0.48)
    light = paint_sky(canvas, rng, horizon)
    details: tuple[str, ...] = ()
    if rng.random() < 0.35:
        canvas.peaks(rng, horizon + 0.01, 0.16, (96, 128, 130), None)
        details = ("with mountains on the horizon", "near a mountainous coast")
    deep = vary(rng, rng.choice(((24, 92, 160), (20, 120, 160), (32, 76, 140))), 12)
    canvas.gradient(horizon, 1, mix(deep, (160, 220, 235), 0.4), deep)
    for band in range(5):
        y = horizon + (1 - horizon) * (0.14 + 0.2 * band)
        tint = mix(deep, (150, 220, 235), 0.28 - 0.05 * band)
        canvas.ridge(rng, y + 0.02, 0.02 + 0.008 * band, 2.2, tint, floor=y + 0.05 + 0.02 * band)
    _swell(canvas, rng, horizon + 0.02, 1, 40, (225, 245, 250))
    return Backdrop(
        "sea",
        ("sea", "ocean", "open sea"),
        (
            Zone(
                "water", horizon + 0.1, 0.94,
                ("on the sea", "in the ocean", "on the water", "on the open sea", "at sea"),
                2.6, 0.3, 0.5, share=3,
            ),
            sky_zone(horizon, ("in the sky", "above the sea", "over the ocean", "in the air")),
        ),
        light,
        details,
        frozenset({"volcano"}) if details else frozenset(),
        ("boat", "boat", "boat", "whale", "dolphin", "bird", "person", "airplane", "helicopter"),
    )


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
            Zone("water", horizon + 0.09, shore - 0.04, ("on the lake", "on a {adj} lake",
                "in the water", "on a calm lake"), 2.2, 0.28, 0.6, share=2),
            ground(shore, ("on the shore of a lake", "beside a lake", "on the grass by the lake",
                "by the water"), far=0.8),
            sky_zone(horizon, ("in the sky", "above the lake", "over the trees"), 0.5),
        ),
        light,
        ("with pine trees on the far shore", "surrounded by trees"),
        frozenset({"tree", "leaf"}),
        (*_PETS, "bird", "bird", "boat", "boat", "otter", "tent", "deer", "beaver", "campfire"),
    )


def meadow(canvas: Canvas, rng: Random) -> Backdrop:
    horizon = rng.uniform(0.36, 0.48)
    light = paint_sky(canvas, rng, horizon)
    grass = vary(rng, rng.choice(((120, 186, 84), (96, 170, 84), (150, 186, 80))), 12)
    canvas.ridge(rng, horizon + 0.01, 0.12, 0.7, mix(grass, (120, 180, 200), 0.45))
    canvas.ridge(rng, horizon + 0.06, 0.09, 0.9, mix(grass, (90, 160, 130), 0.4))
    canvas.gradient(horizon + 0.05, 1, mix(grass, (255, 255, 190), 0.2), mix(grass, (30, 100, 50), 0.25))
    canvas.tufts(rng, horizon + 0.08, 60, mix(grass, (30, 100, 40), 0.35))
    details: tuple[str, ...] = ()
    if rng.random() < 0.5:
        name, petal = rng.choice(_PETALS)
        canvas.speckle(rng, horizon + 0.1, 70, (petal, mix(petal, (255, 255, 255), 0.3)), 0.008)
        details = (f"full of {name} flowers", f"with {name} wildflowers")
    return Backdrop(
        "meadow",
        ("meadow", "green field", "grassy meadow"),
        (
            ground(horizon + 0.05, ("in a meadow", "on the grass", "in a {adj} meadow",
                "in a green field", "in a grassy field")),
            far_zone(horizon, ("on the hills behind the meadow", "beyond the meadow",
                "at the edge of the meadow")),
            sky_zone(horizon, ("in the sky", "above the meadow", "over the field", "in the air")),
        ),
        light,
        details,
        frozenset(),
        (*_PETS, "horse", "cow", "sheep", "rabbit", "butterfly", "tree", "kite", "goat", "deer"),
    )


_PETALS: tuple[tuple[str, RGB], ...] = (
    ("yellow", (255, 222, 70)),
    ("red", (226, 62, 60)),
    ("white", (252, 252, 246)),
    ("purple", (156, 100, 206)),
)


def snow(canvas: Canvas, rng: Random) -> Backdrop:
    horizon = rng.uniform(0.36, 0.46)
    light = paint_sky(canvas, rng, horizon)
    canvas.peaks(rng, horizon + 0.05, 0.24, (160, 184, 214), (248, 252, 255))
    white: RGB = (236, 243, 250)
    canvas.ridge(rng, horizon + 0.06, 0.07, 0.8, mix(white, (150, 180, 220), 0.3))
    pines = rng.random() < 0.6
    if pines:
        for _ in range(rng.randint(5, 9)):
            x, size = rng.uniform(0, canvas.aspect), rng.uniform(0.12, 0.24)
            canvas.pine_tree(x, horizon + 0.07, size, vary(rng, (64, 110, 100), 8), snow=True)
    canvas.gradient(horizon + 0.065, 1, mix(white, (190, 212, 238), 0.5), white)
    for _ in range(3):
        y = rng.uniform(horizon + 0.15, 0.9)
        canvas.ridge(rng, y, 0.03, 0.7, mix(white, (255, 255, 255), 0.6), floor=y + 0.06)
    falling = rng.random() < 0.45
    if falling:
        for _ in range(70):
            r = rng.uniform(0.003, 0.008)
            canvas.ellipse(rng.uniform(0, canvas.aspect), rng.random(), r, r, (255, 255, 255), 210)
    details = ("with snowy pine trees behind", "near snow-covered trees") if pines else ()
    details += ("as snow falls", "while it is snowing") if falling else ()
    slope = ("in the snow", "on a snowy hill", "on the snow", "in a snowy field")
    return Backdrop(
        "snow",
        ("snowy landscape", "snowy field", "winter landscape"),
        (
            ground(horizon + 0.06, slope),
            Zone("snow", horizon + 0.2, 0.95, slope, far=0.6, share=2.0),
            far_zone(horizon, ("in a winter landscape", "beyond the snowy field")),
            sky_zone(horizon, ("in the sky", "above the snow", "over the snowy mountains"), 0.4),
        ),
        light,
        details,
        frozenset({"tree"}) if pines else frozenset(),
        ("snowman", "person", "person", "bird", "bear", "sled", "dog", "wolf", "skis", "deer"),
    )


def desert(canvas: Canvas, rng: Random) -> Backdrop:
    horizon = rng.uniform(0.36, 0.48)
    light = paint_sky(canvas, rng, horizon)
    sand = vary(rng, rng.choice(((232, 184, 112), (222, 160, 96), (238, 200, 140))))
    if rng.random() < 0.5:
        for _ in range(3):
            x, w, h = rng.uniform(0, canvas.aspect), rng.uniform(0.12, 0.3), rng.uniform(0.06, 0.18)
            rock = vary(rng, (190, 110, 74))
            canvas.polygon([(x - w, horizon + 0.04), (x - w * 0.7, horizon - h),
                (x + w * 0.65, horizon - h * 0.95), (x + w, horizon + 0.04)], rock)
    canvas.ridge(rng, horizon + 0.03, 0.08, 0.6, mix(sand, (255, 220, 170), 0.3))
    for step in range(4):
        y = horizon + 0.08 + step * 0.14
        canvas.ridge(rng, y, 0.09, rng.uniform(0.4, 0.8), mix(sand, (150, 84, 40), 0.1 * (step % 2) + 0.04))
    canvas.speckle(rng, horizon + 0.2, 40, (mix(sand, (120, 60, 30), 0.3),))
    return Backdrop(
        "desert",
        ("desert", "sandy desert"),
        (
            ground(horizon + 0.05, ("in the desert", "on the desert sand", "in a {adj} desert",
                "among the dunes")),
            far_zone(horizon, ("far out in the desert", "behind the dunes")),
            sky_zone(horizon, ("in the sky", "above the desert", "over the dunes"), 0.5),
        ),
        light,
        ("with sand dunes behind", "with dunes in the background"),
        frozenset(),
        ("camel", "camel", "cactus", "snake", "scorpion", "lizard", "person", "truck", *_WILD),
    )


def mountains(canvas: Canvas, rng: Random) -> Backdrop:
    horizon = rng.uniform(0.46, 0.56)
    light = paint_sky(canvas, rng, horizon)
    stone = vary(rng, rng.choice(((120, 140, 176), (140, 130, 150), (104, 136, 156))))
    canvas.peaks(rng, horizon, 0.42, mix(stone, (220, 230, 245), 0.35), (250, 252, 255))
    canvas.peaks(rng, horizon + 0.04, 0.24, stone, None)
    grass = vary(rng, (116, 164, 92))
    canvas.ridge(rng, horizon + 0.06, 0.08, 0.7, mix(grass, (70, 120, 110), 0.4))
    for _ in range(12):
        x = rng.uniform(0, canvas.aspect)
        canvas.pine_tree(x, horizon + 0.07, rng.uniform(0.07, 0.13), vary(rng, (64, 116, 88), 9))
    canvas.gradient(horizon + 0.06, 1, mix(grass, (230, 240, 170), 0.25), mix(grass, (30, 80, 50), 0.2))
    canvas.tufts(rng, horizon + 0.1, 40, mix(grass, (40, 90, 50), 0.4))
    return Backdrop(
        "mountains",
        ("mountain landscape", "mountain valley"),
        (
            ground(horizon + 0.06, ("in the mountains", "at the foot of the mountains",
                "in a mountain valley", "on a mountain meadow")),
            far_zone(horizon, ("below the mountains", "in the mountains")),
            sky_zone(horizon - 0.1, ("in the sky", "above the mountains", "over the peaks"), 0.6),
        ),
        light,
        ("with snow-capped mountains behind", "with high peaks in the background"),
        frozenset({"tree", "volcano"}),
        ("goat", "person", "bear", "bird", "tent", "backpack", "deer", "wolf", "sheep", "llama"),
    )
