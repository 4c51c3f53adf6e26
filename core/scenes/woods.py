"""The backgrounds that people tend: forest clearing, farm, park, playing field, railway."""

from __future__ import annotations

from random import Random

from core.scenes.backdrop import Backdrop, Zone, far_zone, ground, paint_sky, sky_zone
from core.scenes.canvas import RGB, Canvas, mix, vary

_PETS = ("dog", "cat", "person", "person", "person", "bicycle")


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
        ("deer", "fox", "bear", "squirrel", "bird", "hedgehog", "mushroom", "rabbit", "wolf",
         "person", "tent", "campfire", "tiger", "monkey", "butterfly"),
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
            ground(horizon + 0.1, ("on a farm", "on the farm", "on a {adj} farm", "in the farmyard",
                "in a pasture")),
            sky_zone(horizon, ("in the sky", "above the farm", "over the barn"), 0.5),
        ),
        light,
        (f"with a {colour} barn", f"in front of a {colour} barn", "with a white fence"),
        frozenset({"house", "hut"}),
        ("cow", "cow", "pig", "pig", "sheep", "horse", "goat", "bird", "bird", "tractor", "dog",
         "person", "truck", "cat", "basket", "sunflower"),
    )


def _barn(canvas: Canvas, x: float, foot: float, paint: RGB) -> None:
    width, wall = 0.3, 0.15
    roof = mix(paint, (60, 50, 60), 0.6)
    canvas.rect(x, foot - wall, width, wall, paint)
    gable = [(x - 0.02, foot - wall), (x + 0.05, foot - wall - 0.08), (x + width / 2, foot - wall - 0.12),
             (x + width - 0.05, foot - wall - 0.08), (x + width + 0.02, foot - wall)]
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
    canvas.polygon([(bend - 0.02, horizon + 0.06), (bend + 0.02, horizon + 0.06),
        (bend + 0.16, horizon + 0.2), (foot + 0.26, 1), (foot - 0.2, 1), (bend + 0.04, horizon + 0.2)], path)
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
        (*_PETS, *_PETS, "sports ball", "bird", "squirrel", "frisbee", "skateboard", "balloon",
         "kite", "scooter", "fountain", "butterfly", "tennis racket"),
    )


def pitch(canvas: Canvas, rng: Random) -> Backdrop:
    horizon = rng.uniform(0.36, 0.44)
    light = paint_sky(canvas, rng, horizon)
    stand = vary(rng, (120, 130, 150))
    canvas.rect(0, horizon - 0.14, canvas.aspect, 0.2, stand)
    crowd: tuple[RGB, ...] = ((230, 80, 70), (70, 130, 220), (250, 210, 80), (240, 240, 240), (70, 60, 80))
    for row in range(6):
        y = horizon - 0.125 + row * 0.022
        for step in range(46):
            canvas.ellipse((step + rng.random()) / 46 * canvas.aspect, y, 0.009, 0.009, rng.choice(crowd))
    grass = vary(rng, (92, 176, 84))
    top = horizon + 0.02
    for step in range(7):
        y0, y1 = top + (1 - top) * (step / 7) ** 1.4, top + (1 - top) * ((step + 1) / 7) ** 1.4
        canvas.rect(0, y0, canvas.aspect, y1 - y0 + 0.003, mix(grass, (40, 120, 60), 0.22 * (step % 2)))
    chalk: RGB = (246, 250, 244)
    canvas.rect(0, top + 0.04, canvas.aspect, 0.009, chalk)
    canvas.line([(canvas.aspect / 2 + s * 0.0, top + 0.04) for s in (0, 1)], chalk, 0.01)
    canvas.line([(canvas.aspect * 0.5, top + 0.04), (canvas.aspect * 0.5, 1)], chalk, 0.012)
    return Backdrop(
        "sports field",
        ("sports field", "stadium", "playing field"),
        (
            ground(horizon + 0.08, ("on a sports field", "on the playing field", "in a stadium",
                "on the grass of a stadium")),
            Zone("pitch", horizon + 0.1, horizon + 0.2, ("on the playing field", "on a sports field"),
                 far=0.8, share=0.7),
            sky_zone(horizon - 0.14, ("above the stadium", "in the air", "in the sky"), 0.3),
        ),
        light,
        ("in front of a crowd", "with a crowd watching"),
        frozenset(),
        ("person", "person", "person", "sports ball", "sports ball", "goal", "tennis racket",
         "dog", "frisbee", "flag", "horse"),
    )


def railway(canvas: Canvas, rng: Random) -> Backdrop:
    horizon = rng.uniform(0.34, 0.42)
    light = paint_sky(canvas, rng, horizon)
    canvas.ridge(rng, horizon + 0.02, 0.14, 0.8, vary(rng, (134, 176, 130)))
    for step in range(9):
        x = (step + rng.uniform(-0.4, 0.4)) / 8 * canvas.aspect
        canvas.round_tree(rng, x, horizon + 0.06, rng.uniform(0.1, 0.17), vary(rng, (96, 156, 96)))
    _grass(canvas, rng, horizon + 0.05, (140, 180, 96))
    y = rng.uniform(0.66, 0.72)
    canvas.rect(0, y - 0.035, canvas.aspect, 0.09, (160, 150, 140))
    for step in range(26):
        canvas.rect(step / 25 * canvas.aspect - 0.01, y - 0.02, 0.022, 0.058, (108, 80, 62))
    for dy in (-0.012, 0.026):
        canvas.rect(0, y + dy, canvas.aspect, 0.01, (96, 100, 110))
    return Backdrop(
        "railway",
        ("railway line", "railroad track"),
        (
            Zone("rail", y + 0.02, y + 0.03, ("on the tracks", "on the railway", "on the railroad tracks"),
                 3.2, 0.42, 1.0, share=4),
            ground(0.8, ("beside the railway tracks", "next to the train tracks", "near the tracks"), far=0.9),
            far_zone(horizon, ("behind the railway", "beyond the tracks")),
            sky_zone(horizon - 0.05, ("in the sky", "above the railway", "in the air"), 0.4),
        ),
        light,
        ("with trees in the background",),
        frozenset({"tree"}),
        ("train", "train", "train", "train", "person", "dog", "suitcase", "bird", "cow", "bicycle"),
    )
