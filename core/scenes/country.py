"""The backgrounds of open country: meadow, snow, desert, mountains."""

from __future__ import annotations

import math
from random import Random

from core.scenes.backdrop import Backdrop, Zone, far_zone, ground, paint_sky, sky_zone
from core.scenes.canvas import RGB, Canvas, mix, vary

_COMPANY = ("dog", "cat", "person", "person", "person", "bicycle")

_WILD = ("elephant", "zebra", "giraffe", "lion", "tiger", "monkey", "rhinoceros", "leopard")

_PETALS: tuple[tuple[str, RGB], ...] = (
    ("yellow", (255, 222, 70)),
    ("red", (226, 62, 60)),
    ("white", (252, 252, 246)),
    ("purple", (156, 100, 206)),
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
    feature, excludes = rng.random(), frozenset[str]()
    if feature < 0.3:
        for step in range(11):
            x = (step + rng.uniform(-0.4, 0.4)) / 10 * canvas.aspect
            canvas.round_tree(rng, x, horizon + 0.07, rng.uniform(0.1, 0.2), vary(rng, mix(grass, (40, 120, 70), 0.4)))
        details, excludes = ("with trees in the distance", "with a row of trees behind"), frozenset({"tree"})
    elif feature < 0.5:
        _windmill(canvas, rng.uniform(0.15, 0.85) * canvas.aspect, horizon + 0.08)
        details = ("with a windmill in the background", "near a windmill")
    if rng.random() < 0.5:
        name, petal = rng.choice(_PETALS)
        canvas.speckle(rng, horizon + 0.1, 70, (petal, mix(petal, (255, 255, 255), 0.3)), 0.008)
        details += (f"among {name} flowers", f"with {name} flowers in the grass")
    return Backdrop(
        "meadow",
        ("meadow", "grassy field", "grassy meadow"),
        (
            ground(
                horizon + 0.05,
                ("in a meadow", "on the grass", "in a {adj} meadow", "in a green field", "in a grassy field"),
            ),
            far_zone(horizon, ("on the hills behind the meadow", "beyond the meadow", "at the edge of the meadow")),
            sky_zone(horizon, ("in the sky", "above the meadow", "over the field", "in the air")),
        ),
        light,
        details,
        excludes,
        (*_COMPANY, "horse", "cow", "sheep", "rabbit", "butterfly", "tree", "kite", "goat", "deer"),
    )


def _windmill(canvas: Canvas, x: float, foot: float) -> None:
    canvas.polygon(
        [(x - 0.05, foot), (x + 0.05, foot), (x + 0.03, foot - 0.2), (x - 0.03, foot - 0.2)], (232, 220, 200)
    )
    canvas.polygon([(x - 0.04, foot - 0.195), (x, foot - 0.25), (x + 0.04, foot - 0.195)], (150, 84, 66))
    canvas.rect(x - 0.014, foot - 0.05, 0.028, 0.05, (130, 90, 70))
    for turn in (0.5, 2.07, 3.64, 5.21):
        tip = (x + math.cos(turn) * 0.15, foot - 0.2 + math.sin(turn) * 0.15)
        side = (math.sin(turn) * 0.03, -math.cos(turn) * 0.03)
        root = (x + math.cos(turn) * 0.04, foot - 0.2 + math.sin(turn) * 0.04)
        canvas.polygon(
            [root, tip, (tip[0] + side[0], tip[1] + side[1]), (root[0] + side[0], root[1] + side[1])], (250, 246, 236)
        )
        canvas.line([(x, foot - 0.2), tip], (140, 100, 76), 0.008)


def snow(canvas: Canvas, rng: Random) -> Backdrop:
    horizon = rng.uniform(0.36, 0.46)
    light = paint_sky(canvas, rng, horizon, rain=False)
    canvas.peaks(rng, horizon + 0.05, 0.24, (160, 184, 214), (248, 252, 255))
    white: RGB = (236, 243, 250)
    canvas.ridge(rng, horizon + 0.06, 0.07, 0.8, mix(white, (150, 180, 220), 0.3))
    pines = rng.random() < 0.6
    if pines:
        for _ in range(rng.randint(5, 9)):
            x, size = rng.uniform(0, canvas.aspect), rng.uniform(0.12, 0.24)
            canvas.pine_tree(x, horizon + 0.07, size, vary(rng, (64, 110, 100), 8), snow=True)
    cabin = rng.random() < 0.3
    if cabin:
        _cabin(canvas, rng.uniform(0.15, 0.75) * canvas.aspect, horizon + 0.08)
    canvas.gradient(horizon + 0.065, 1, mix(white, (190, 212, 238), 0.5), white)
    for _ in range(3):
        y = rng.uniform(horizon + 0.15, 0.9)
        canvas.ridge(rng, y, 0.03, 0.7, mix(white, (255, 255, 255), 0.6), floor=y + 0.06)
    falling = rng.random() < 0.45
    if falling:
        for _ in range(70):
            r = rng.uniform(0.003, 0.008)
            canvas.ellipse(rng.uniform(0, canvas.aspect), rng.random(), r, r, (255, 255, 255), 210)
    details: tuple[str, ...] = ("with snowy pine trees behind", "near snow-covered trees") if pines else ()
    details += ("near a wooden cabin", "with a cabin in the background") if cabin else ()
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
        frozenset({"tree", "house", "hut"}),
        ("moon", "snowman", "person", "person", "bird", "bear", "sled", "dog", "wolf", "skis", "deer"),
    )


def _cabin(canvas: Canvas, x: float, foot: float) -> None:
    canvas.rect(x, foot - 0.12, 0.22, 0.12, (150, 98, 66))
    for y in (0.03, 0.06, 0.09):
        canvas.rect(x, foot - y, 0.22, 0.005, (116, 74, 52))
    canvas.rect(x + 0.15, foot - 0.25, 0.03, 0.09, (130, 90, 80))
    canvas.polygon([(x - 0.03, foot - 0.11), (x + 0.11, foot - 0.22), (x + 0.25, foot - 0.11)], (246, 250, 255))
    canvas.polygon([(x - 0.005, foot - 0.11), (x + 0.11, foot - 0.2), (x + 0.225, foot - 0.11)], (128, 82, 58))
    tone, canvas.tone_share = canvas.tone_share, canvas.tone_share * 0.3
    canvas.rect(x + 0.04, foot - 0.085, 0.05, 0.04, (255, 226, 140))
    canvas.tone_share = tone
    canvas.rect(x + 0.14, foot - 0.085, 0.045, 0.085, (98, 62, 46))


def desert(canvas: Canvas, rng: Random) -> Backdrop:
    horizon = rng.uniform(0.36, 0.48)
    light = paint_sky(canvas, rng, horizon, rain=False)
    sand = vary(rng, rng.choice(((232, 184, 112), (222, 160, 96), (238, 200, 140))))
    details: tuple[str, ...] = ("with sand dunes behind", "with dunes in the background")
    feature = rng.random()
    if feature < 0.25:
        for _ in range(rng.randint(1, 3)):
            x, half = rng.uniform(0.1, 0.9) * canvas.aspect, rng.uniform(0.16, 0.26)
            foot, top = horizon + 0.03, horizon - half * 0.85
            canvas.polygon([(x - half, foot), (x, top), (x + half, foot)], vary(rng, (232, 190, 120), 6))
            canvas.polygon([(x, top), (x + half, foot), (x + half * 0.3, foot)], (190, 140, 84))
        details = ("near the pyramids", "with pyramids in the background")
    elif feature < 0.6:
        details = ("with red rocks behind", "with rocky cliffs in the background")
        for _ in range(3):
            x, w, h = rng.uniform(0, canvas.aspect), rng.uniform(0.12, 0.3), rng.uniform(0.06, 0.18)
            rock = vary(rng, (190, 110, 74))
            canvas.polygon(
                [
                    (x - w, horizon + 0.04),
                    (x - w * 0.7, horizon - h),
                    (x + w * 0.65, horizon - h * 0.95),
                    (x + w, horizon + 0.04),
                ],
                rock,
            )
    canvas.ridge(rng, horizon + 0.03, 0.08, 0.6, mix(sand, (255, 220, 170), 0.3))
    for step in range(4):
        y = horizon + 0.08 + step * 0.14
        canvas.ridge(rng, y, 0.09, rng.uniform(0.4, 0.8), mix(sand, (150, 84, 40), 0.1 * (step % 2) + 0.04))
    canvas.speckle(rng, horizon + 0.2, 40, (mix(sand, (120, 60, 30), 0.3),))
    return Backdrop(
        "desert",
        ("desert", "sandy desert"),
        (
            ground(horizon + 0.05, ("in the desert", "on the desert sand", "in a {adj} desert", "among the dunes")),
            far_zone(horizon, ("far out in the desert", "behind the dunes")),
            sky_zone(horizon, ("in the sky", "above the desert", "over the dunes"), 0.5),
        ),
        light,
        details,
        frozenset(),
        ("moon", "camel", "camel", "cactus", "snake", "scorpion", "lizard", "person", "truck", *_WILD),
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
            ground(
                horizon + 0.06,
                ("in the mountains", "at the foot of the mountains", "in a mountain valley", "on a mountain meadow"),
            ),
            far_zone(horizon, ("below the mountains", "in the mountains")),
            sky_zone(horizon - 0.1, ("in the sky", "above the mountains", "over the peaks"), 0.6),
        ),
        light,
        ("with snow-capped mountains behind", "with high peaks in the background"),
        frozenset({"tree", "volcano"}),
        ("moon", "goat", "person", "bear", "bird", "tent", "backpack", "deer", "wolf", "sheep", "llama"),
    )
