"""The backgrounds away from the world: space, another planet, a plain colour."""

from __future__ import annotations

from random import Random

from core.scenes.backdrop import INDOORS, Backdrop, Zone, ground
from core.scenes.canvas import RGB, Canvas, mix, vary

_PLAIN: tuple[tuple[str, RGB], ...] = (
    ("white", (248, 248, 246)),
    ("blue", (120, 180, 230)),
    ("green", (150, 206, 150)),
    ("yellow", (252, 226, 120)),
    ("pink", (250, 190, 204)),
    ("orange", (250, 180, 110)),
    ("purple", (186, 160, 220)),
    ("gray", (190, 194, 200)),
    ("red", (226, 110, 104)),
    ("black", (44, 44, 52)),
)


def space(canvas: Canvas, rng: Random) -> Backdrop:
    canvas.gradient(
        0, 1, *rng.choice((((8, 8, 32), (44, 26, 84)), ((10, 22, 50), (16, 60, 84)), ((6, 6, 18), (30, 34, 64))))
    )
    haze = rng.choice(((120, 70, 190), (60, 120, 200), (190, 80, 140)))
    for _ in range(9):
        x, y = rng.uniform(0, canvas.aspect), rng.random()
        canvas.ellipse(x, y, rng.uniform(0.2, 0.5), rng.uniform(0.08, 0.2), haze, 14)
    for _ in range(130):
        r = rng.uniform(0.001, 0.005)
        canvas.ellipse(rng.uniform(0, canvas.aspect), rng.random(), r, r, (255, 250, 230), rng.randint(120, 255))
    return Backdrop(
        "space",
        ("space scene", "starry space scene"),
        (
            Zone(
                "space",
                0.22,
                0.8,
                ("in space", "in outer space", "among the stars", "in starry space"),
                2.6,
                0.32,
                0.9,
                airborne=True,
                share=3,
            ),
        ),
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
    words = (
        ("on a red planet", "on the surface of a red planet", "on mars")
        if red
        else ("on the moon", "on the surface of the moon", "on a gray moon")
    )
    surface = ground(horizon + 0.04, words)
    return Backdrop(
        "red planet" if red else "moon surface",
        ("red planet",) if red else ("lunar surface", "moonscape"),
        (
            Zone("moon", surface.top, surface.bottom, words, far=0.6, share=3),
            Zone(
                "space",
                0.16,
                horizon - 0.12,
                ("in the starry sky", "in the black sky", "among the stars"),
                3.0,
                0.26,
                1.0,
                airborne=True,
            ),
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
    words = (
        f"on a {name} background",
        f"against a {name} background",
        f"in front of a plain {name} wall",
        f"on a plain {name} background",
    )
    return Backdrop(
        "plain background",
        (f"plain {name} background", f"{name} background"),
        (Zone("plain", 0.3, 0.7, words, 1.0, 0.36, 1.0, airborne=True, share=3),),
        INDOORS,
    )
