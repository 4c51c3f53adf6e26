"""The backgrounds with trees: forest clearing, farm, park."""

from __future__ import annotations

from random import Random

from core.scenes.backdrop import Backdrop, ground, paint_sky, sky_zone
from core.scenes.canvas import RGB, Canvas, mix, vary

_COMPANY = ("dog", "cat", "person", "person", "person", "bicycle")


def _grass(canvas: Canvas, rng: Random, top: float, base: RGB) -> RGB:
    grass = vary(rng, base, 12)
    canvas.gradient(top, 1, mix(grass, (250, 250, 180), 0.18), mix(grass, (30, 90, 50), 0.25))
    canvas.tufts(rng, top + 0.04, 45, mix(grass, (30, 90, 40), 0.35))
    return grass


def forest(canvas: Canvas, rng: Random) -> Backdrop:
    horizon = rng.uniform(0.46, 0.56)
    light = paint_sky(canvas, rng, horizon)
    season = rng.choice(("green", "green", "autumn"))
    leaf: RGB = (74, 140, 84) if season == "green" else (214, 130, 54)
    pines = season == "green" and rng.random() < 0.5
    canvas.rect(0, horizon - 0.06, canvas.aspect, 0.2, mix(leaf, (30, 50, 40), 0.45))
    for row, (pale, size) in enumerate(((0.55, 0.42), (0.3, 0.52), (0.08, 0.62))):
        base = horizon + 0.01 + 0.035 * row
        for step in range(9 - row):
            x = (step + rng.uniform(-0.3, 0.3)) / (8 - row) * canvas.aspect
            shade = mix(vary(rng, leaf, 14), (196, 216, 206), pale)
            height = size * rng.uniform(0.8, 1.1)
            if pines:
                canvas.pine_tree(x, base, height, shade)
            else:
                canvas.round_tree(rng, x, base, height, shade)
    floor: RGB = (96, 140, 74) if season == "green" else (170, 120, 66)
    _grass(canvas, rng, horizon + 0.07, floor)
    if season == "autumn":
        canvas.speckle(rng, horizon + 0.1, 70, ((226, 120, 40), (200, 70, 40), (236, 170, 60)), 0.01)
    words = ("in the forest", "in the woods", "among the trees", "in a {adj} forest")
    if season == "autumn":
        words = ("in an autumn forest", "in the autumn woods", "among orange trees", "on the forest floor")
    return Backdrop(
        "forest",
        ("autumn forest",) if season == "autumn" else ("forest", "green forest"),
        (
            ground(horizon + 0.06, words),
            sky_zone(horizon, ("among the treetops", "above the forest floor", "in the air"), 0.4),
        ),
        light,
        ("with orange leaves on the ground",) if season == "autumn" else ("with tall trees behind",),
        frozenset({"tree", "leaf", "rainbow", "moon", "airplane", "rocket", "flying saucer"}),
        (
            "deer",
            "fox",
            "bear",
            "squirrel",
            "bird",
            "hedgehog",
            "mushroom",
            "rabbit",
            "wolf",
            "person",
            "tent",
            "campfire",
            "tiger",
            "monkey",
            "butterfly",
        ),
    )


def farm(canvas: Canvas, rng: Random) -> Backdrop:
    horizon = rng.uniform(0.38, 0.46)
    light = paint_sky(canvas, rng, horizon)
    canvas.ridge(rng, horizon + 0.02, 0.1, 0.7, vary(rng, (150, 186, 110)))
    field = vary(rng, (222, 190, 96))
    canvas.gradient(horizon, horizon + 0.1, field, mix(field, (120, 140, 60), 0.3))
    _grass(canvas, rng, horizon + 0.08, (124, 176, 84))
    colour, paint = rng.choice((("red", (190, 60, 52)), ("brown", (140, 96, 66)), ("white", (232, 228, 220))))
    x = rng.uniform(0.1, 0.7) * canvas.aspect
    _barn(canvas, x, horizon + 0.09, paint)
    post, rail = (234, 226, 210), horizon + 0.13
    for y in (rail - 0.055, rail - 0.025):
        canvas.rect(0, y, canvas.aspect, 0.012, post)
    for step in range(15):
        canvas.rect(step / 14 * canvas.aspect - 0.008, rail - 0.08, 0.016, 0.09, post)
    return Backdrop(
        "farm",
        ("farm", "farmyard"),
        (
            ground(horizon + 0.1, ("on a farm", "on the farm", "on a {adj} farm", "in the farmyard", "in a pasture")),
            sky_zone(horizon, ("in the sky", "above the farm", "over the barn"), 0.5),
        ),
        light,
        (f"with a {colour} barn", f"in front of a {colour} barn", "with a white fence"),
        frozenset({"house", "hut"}),
        (
            "cow",
            "cow",
            "pig",
            "pig",
            "sheep",
            "horse",
            "goat",
            "bird",
            "bird",
            "tractor",
            "dog",
            "person",
            "truck",
            "cat",
            "basket",
            "sunflower",
        ),
    )


def _barn(canvas: Canvas, x: float, foot: float, paint: RGB) -> None:
    width, wall = 0.3, 0.15
    roof = mix(paint, (60, 50, 60), 0.6)
    canvas.rect(x, foot - wall, width, wall, paint)
    gable = [
        (x - 0.02, foot - wall),
        (x + 0.05, foot - wall - 0.08),
        (x + width / 2, foot - wall - 0.12),
        (x + width - 0.05, foot - wall - 0.08),
        (x + width + 0.02, foot - wall),
    ]
    canvas.polygon(gable, roof)
    trim = mix(paint, (255, 255, 255), 0.75) if paint[1] < 200 else (150, 120, 100)
    canvas.rect(x + 0.1, foot - 0.1, 0.1, 0.1, trim)
    canvas.rect(x + 0.107, foot - 0.093, 0.086, 0.093, mix(paint, (40, 20, 20), 0.35))
    canvas.line([(x + 0.107, foot), (x + 0.193, foot - 0.093)], trim, 0.008)
    canvas.line([(x + 0.193, foot), (x + 0.107, foot - 0.093)], trim, 0.008)


def park(canvas: Canvas, rng: Random) -> Backdrop:
    horizon = rng.uniform(0.38, 0.46)
    light = paint_sky(canvas, rng, horizon)
    if rng.random() < 0.5:
        for step in range(9):
            w, h = rng.uniform(0.07, 0.14), rng.uniform(0.1, 0.28)
            x = step / 8 * canvas.aspect - w / 2
            canvas.rect(x, horizon - h, w, h + 0.05, vary(rng, (170, 186, 206), 12))
    leaf = vary(rng, rng.choice(((96, 164, 92), (110, 176, 80), (232, 150, 176))))
    canvas.ridge(rng, horizon + 0.04, 0.06, 3.2, mix(leaf, (60, 110, 80), 0.3))
    blossom = leaf[0] > 200
    for step in range(6):
        x = (step + rng.uniform(-0.3, 0.3)) / 5 * canvas.aspect
        canvas.round_tree(rng, x, horizon + 0.07, rng.uniform(0.22, 0.36), vary(rng, leaf, 10))
    _grass(canvas, rng, horizon + 0.06, (126, 184, 92))
    bend, foot = rng.uniform(0.3, 0.7) * canvas.aspect, rng.uniform(0.1, 0.9) * canvas.aspect
    path: RGB = (226, 208, 176)
    canvas.polygon(
        [
            (bend - 0.02, horizon + 0.06),
            (bend + 0.02, horizon + 0.06),
            (bend + 0.16, horizon + 0.2),
            (foot + 0.26, 1),
            (foot - 0.2, 1),
            (bend + 0.04, horizon + 0.2),
        ],
        path,
    )
    detail = "with pink blossoming trees" if blossom else "with green trees"
    return Backdrop(
        "park",
        ("park", "city park"),
        (
            ground(horizon + 0.05, ("in the park", "in a {adj} park", "in a park", "on the grass in a park")),
            sky_zone(horizon, ("in the sky", "above the park", "over the trees", "in the air"), 0.6),
        ),
        light,
        (detail, "beside a path"),
        frozenset({"tree"}),
        (
            *_COMPANY,
            *_COMPANY,
            "sports ball",
            "bird",
            "squirrel",
            "frisbee",
            "skateboard",
            "balloon",
            "kite",
            "scooter",
            "fountain",
            "butterfly",
            "tennis racket",
        ),
    )
