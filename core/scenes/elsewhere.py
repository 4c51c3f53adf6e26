"""The remaining backgrounds: city street, under water, space, the moon, a plain colour."""

from __future__ import annotations

from random import Random

from core.scenes.backdrop import INDOORS, Backdrop, Zone, ground, paint_sky, sky_zone
from core.scenes.canvas import RGB, Canvas, mix, vary

_HOUSES: tuple[RGB, ...] = (
    (226, 150, 120), (240, 204, 150), (160, 184, 206), (206, 130, 120), (184, 200, 170), (200, 180, 206),
)
_PLAIN: tuple[tuple[str, RGB], ...] = (
    ("white", (248, 248, 246)), ("blue", (120, 180, 230)), ("green", (150, 206, 150)),
    ("yellow", (252, 226, 120)), ("pink", (250, 190, 204)), ("orange", (250, 180, 110)),
    ("purple", (186, 160, 220)), ("gray", (190, 194, 200)), ("red", (226, 110, 104)), ("black", (44, 44, 52)),
)


def street(canvas: Canvas, rng: Random) -> Backdrop:
    foot = rng.uniform(0.5, 0.56)
    light = paint_sky(canvas, rng, foot)
    dark = light.name == "night"
    for step in range(8):
        w, h = rng.uniform(0.12, 0.2), rng.uniform(0.3, 0.48)
        x = (step + rng.uniform(-0.3, 0.3)) / 7 * canvas.aspect - w / 2
        canvas.rect(x, foot - h, w, h, mix(vary(rng, (150, 170, 196), 10), (210, 220, 232), 0.4))
    x = -rng.uniform(0, 0.15)
    while x < canvas.aspect:
        w, h = rng.uniform(0.18, 0.3), rng.uniform(0.18, 0.36)
        _house(canvas, rng, x, foot, w, h, dark)
        x += w + 0.006
    canvas.rect(0, foot, canvas.aspect, 0.08, (196, 192, 186))
    canvas.rect(0, foot + 0.075, canvas.aspect, 0.014, (150, 148, 146))
    canvas.gradient(foot + 0.089, 1, (104, 108, 118), (84, 88, 98))
    middle = foot + 0.089 + (1 - foot - 0.089) * 0.5
    for step in range(8):
        canvas.rect((step + 0.2) / 8 * canvas.aspect, middle, canvas.aspect / 14, 0.014, (246, 240, 220))
    words = ("on the street", "on a city street", "on a {adj} street", "in the city", "on the road")
    return Backdrop(
        "street",
        ("street", "city street", "street in town"),
        (
            Zone("road", foot + 0.14, 0.95, words, 1.8, 0.31, 0.75, share=4),
            Zone("street", foot + 0.05, foot + 0.075, ("in the city", "on the sidewalk", "in town"), 4.0, 0.36, 1.0,
                 share=0.7),
            sky_zone(foot - 0.26, ("above the city", "in the sky", "over the rooftops", "over the buildings"), 0.5),
        ),
        light,
        ("in front of colorful buildings", "with buildings in the background"),
        frozenset({"house", "tree"}),
        ("car", "car", "car", "bus", "truck", "motorcycle", "bicycle", "person", "person", "traffic light",
         "stop sign", "dog", "fire engine", "ambulance", "airplane", "helicopter"),
    )


def _house(canvas: Canvas, rng: Random, x: float, foot: float, w: float, h: float, dark: bool) -> None:
    paint = vary(rng, rng.choice(_HOUSES), 8)
    canvas.rect(x, foot - h, w, h, paint)
    if rng.random() < 0.5:
        peak = [(x - 0.01, foot - h), (x + w / 2, foot - h - 0.08), (x + w + 0.01, foot - h)]
        canvas.polygon(peak, mix(paint, (110, 50, 40), 0.6))
    else:
        canvas.rect(x - 0.008, foot - h - 0.02, w + 0.016, 0.024, mix(paint, (60, 50, 50), 0.4))
    columns, rows = max(2, int(w / 0.075)), max(1, int((h - 0.1) / 0.085))
    tone = canvas.tone_share
    for column in range(columns):
        for row in range(rows):
            glass: RGB = (150, 196, 220) if rng.random() < 0.8 else (252, 224, 140)
            canvas.tone_share = 0.0 if dark and glass[0] > 200 else tone
            left = x + (column + 0.5) * w / columns - 0.018
            canvas.rect(left, foot - h + 0.025 + row * 0.085, 0.036, 0.05, glass)
    canvas.tone_share = tone
    if rng.random() < 0.6:
        stripe = rng.choice(((220, 80, 76), (70, 140, 180), (90, 150, 100)))
        for step in range(8):
            shade = stripe if step % 2 else (250, 246, 238)
            canvas.rect(x + w * (0.08 + 0.105 * step), foot - 0.1, w * 0.105, 0.028, shade)
        canvas.rect(x + w * 0.12, foot - 0.072, w * 0.5, 0.06, mix((150, 196, 220), paint, 0.2))
    canvas.rect(x + w * 0.7, foot - 0.075, w * 0.16, 0.075, mix(paint, (60, 30, 30), 0.55))


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
            Zone("deep", 0.2, floor, ("under water", "underwater", "under the sea", "near a coral reef",
                "below the surface of the sea"), 0.8, 0.25, 0.9, airborne=True, share=3),
        ),
        INDOORS,
        ("with coral and seaweed", "above the sandy seabed", "among bubbles"),
    )


def space(canvas: Canvas, rng: Random) -> Backdrop:
    canvas.gradient(0, 1, *rng.choice((((8, 8, 32), (44, 26, 84)), ((10, 22, 50), (16, 60, 84)), ((6, 6, 18), (30, 34, 64)))))
    haze = rng.choice(((120, 70, 190), (60, 120, 200), (190, 80, 140)))
    for _ in range(9):
        x, y = rng.uniform(0, canvas.aspect), rng.random()
        canvas.ellipse(x, y, rng.uniform(0.2, 0.5), rng.uniform(0.08, 0.2), haze, 14)
    for _ in range(130):
        r = rng.uniform(0.001, 0.005)
        canvas.ellipse(rng.uniform(0, canvas.aspect), rng.random(), r, r, (255, 250, 230), rng.randint(120, 255))
    return Backdrop(
        "space",
        ("outer space", "starry space"),
        (Zone("space", 0.22, 0.8, ("in space", "in outer space", "among the stars", "in starry space"),
              2.6, 0.32, 0.9, airborne=True, share=3),),
        INDOORS,
    )


def moon(canvas: Canvas, rng: Random) -> Backdrop:
    horizon = rng.uniform(0.46, 0.56)
    canvas.gradient(0, 1, (6, 8, 28), (24, 26, 60))
    for _ in range(90):
        r = rng.uniform(0.001, 0.005)
        canvas.ellipse(rng.uniform(0, canvas.aspect), rng.uniform(0, horizon), r, r, (255, 250, 230), 230)
    red = rng.random() < 0.4
    dust: RGB = (206, 116, 76) if red else (186, 188, 196)
    canvas.ridge(rng, horizon, 0.08, 0.8, mix(dust, (20, 20, 40), 0.35))
    canvas.ridge(rng, horizon + 0.06, 0.05, 0.6, dust)
    for _ in range(12):
        depth = rng.random()
        x, y, r = rng.uniform(0, canvas.aspect), horizon + 0.08 + (0.9 - horizon) * depth, 0.02 + 0.06 * depth
        canvas.ellipse(x, y, r, r * 0.32, mix(dust, (30, 30, 50), 0.22))
        canvas.ellipse(x, y + r * 0.08, r * 0.86, r * 0.22, mix(dust, (30, 30, 50), 0.34))
    words = (("on a red planet", "on the surface of a red planet", "on mars") if red
             else ("on the moon", "on the surface of the moon", "on a gray moon"))
    surface = ground(horizon + 0.04, words)
    return Backdrop(
        "red planet" if red else "moon surface",
        ("red planet",) if red else ("lunar surface", "moonscape"),
        (
            Zone("moon", surface.top, surface.bottom, words, far=0.6, share=3),
            Zone("space", 0.16, horizon - 0.12, ("in the starry sky", "in the black sky", "among the stars"),
                 3.0, 0.26, 1.0, airborne=True),
        ),
        INDOORS,
        ("among craters",),
        frozenset({"moon", "star"}),
    )


def plain(canvas: Canvas, rng: Random) -> Backdrop:
    name, base = rng.choice(_PLAIN)
    paint = vary(rng, base, 5)
    canvas.gradient(0, 1, mix(paint, (255, 255, 255), 0.15), paint)
    if rng.random() < 0.4:
        canvas.ellipse(canvas.aspect / 2, 0.5, 0.5, 0.44, mix(paint, (255, 255, 255), 0.25))
    words = (f"on a {name} background", f"against a {name} background", f"in front of a plain {name} wall",
             f"on a plain {name} background")
    return Backdrop(
        "plain background",
        (f"plain {name} background", f"{name} background"),
        (Zone("plain", 0.3, 0.7, words, 1.0, 0.34, 1.0, airborne=True, share=3),),
        INDOORS,
    )
