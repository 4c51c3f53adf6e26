"""The backgrounds that people built: street, playing field, railway."""

# ruff: noqa: PLR0917 (a drawing call is position, size and colour, in that order)

from __future__ import annotations

from random import Random

from core.scenes.backdrop import Backdrop, Zone, far_zone, ground, paint_sky, sky_zone
from core.scenes.canvas import RGB, Canvas, mix, vary

_HOUSES: tuple[RGB, ...] = (
    (226, 150, 120),
    (240, 204, 150),
    (160, 184, 206),
    (206, 130, 120),
    (184, 200, 170),
    (200, 180, 206),
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
            Zone(
                "street",
                foot + 0.05,
                foot + 0.075,
                ("in the city", "beside the street", "in town"),
                4.0,
                0.36,
                1.0,
                share=0.7,
            ),
            sky_zone(foot - 0.26, ("above the city", "in the sky", "over the rooftops", "over the buildings"), 0.5),
        ),
        light,
        ("in front of colorful buildings", "with buildings in the background"),
        frozenset({"house", "tree"}),
        (
            "car",
            "car",
            "car",
            "bus",
            "bus",
            "truck",
            "motorcycle",
            "bicycle",
            "person",
            "person",
            "traffic light",
            "stop sign",
            "dog",
            "fire engine",
            "ambulance",
            "airplane",
            "helicopter",
        ),
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
            ground(
                horizon + 0.08,
                ("on a sports field", "on the playing field", "in a stadium", "on the grass of a stadium"),
            ),
            Zone(
                "pitch", horizon + 0.1, horizon + 0.2, ("on the playing field", "on a sports field"), far=0.8, share=0.7
            ),
            sky_zone(horizon - 0.14, ("above the stadium", "in the air", "in the sky"), 0.3),
        ),
        light,
        ("in front of a crowd", "with a crowd watching"),
        frozenset(),
        (
            "person",
            "person",
            "person",
            "sports ball",
            "sports ball",
            "goal",
            "tennis racket",
            "dog",
            "frisbee",
            "flag",
            "horse",
        ),
    )


def railway(canvas: Canvas, rng: Random) -> Backdrop:
    horizon = rng.uniform(0.34, 0.42)
    light = paint_sky(canvas, rng, horizon)
    canvas.ridge(rng, horizon + 0.02, 0.14, 0.8, vary(rng, (134, 176, 130)))
    for step in range(9):
        x = (step + rng.uniform(-0.4, 0.4)) / 8 * canvas.aspect
        canvas.round_tree(rng, x, horizon + 0.06, rng.uniform(0.1, 0.17), vary(rng, (96, 156, 96)))
    grass = vary(rng, (140, 180, 96))
    canvas.gradient(horizon + 0.05, 1, mix(grass, (250, 250, 180), 0.18), mix(grass, (30, 90, 50), 0.25))
    canvas.tufts(rng, horizon + 0.09, 45, mix(grass, (30, 90, 40), 0.35))
    if rng.random() < 0.35:
        zones = _track_ahead(canvas, horizon + 0.06)
    else:
        zones = _track_across(canvas, rng.uniform(0.66, 0.72))
    return Backdrop(
        "railway",
        ("railway line", "railroad track"),
        (
            *zones,
            far_zone(horizon, ("behind the railway", "beyond the tracks")),
            sky_zone(horizon - 0.05, ("in the sky", "above the railway", "in the air"), 0.4),
        ),
        light,
        ("with trees in the background",),
        frozenset({"tree"}),
        ("train", "train", "train", "train", "person", "dog", "suitcase", "bird", "cow", "bicycle"),
    )


_TRACKS = ("on the tracks", "on the railway", "on the railroad tracks")
_BESIDE = ("beside the railway tracks", "next to the train tracks", "near the tracks")


def _track_across(canvas: Canvas, y: float) -> tuple[Zone, ...]:
    """A track from side to side at `y`, for trains seen from the side."""
    canvas.rect(0, y - 0.035, canvas.aspect, 0.09, (160, 150, 140))
    for step in range(26):
        canvas.rect(step / 25 * canvas.aspect - 0.01, y - 0.02, 0.022, 0.058, (108, 80, 62))
    for dy in (-0.012, 0.026):
        canvas.rect(0, y + dy, canvas.aspect, 0.01, (96, 100, 110))
    return (
        Zone("rail", y + 0.02, y + 0.03, _TRACKS, 3.2, 0.42, 1.0, share=4),
        ground(0.8, _BESIDE, far=0.9),
    )


def _track_ahead(canvas: Canvas, top: float) -> tuple[Zone, ...]:
    """A track from the viewer to the horizon at `top`, for trains seen from the front."""
    middle = canvas.aspect / 2

    def at(depth: float) -> tuple[float, float]:
        """The y and half width of the track, `depth` from the horizon (0) to the viewer (1)."""
        return top + (1.02 - top) * depth, 0.012 + 0.3 * depth

    (y0, w0), (y1, w1) = at(0), at(1)
    canvas.polygon([(middle - w0, y0), (middle + w0, y0), (middle + w1, y1), (middle - w1, y1)], (160, 150, 140))
    for step in range(13):
        # Sleepers lie closer together the farther they are.
        y, half = at(((step + 0.5) / 13) ** 1.9)
        canvas.rect(middle - half * 0.8, y, half * 1.6, 0.004 + half * 0.09, (108, 80, 62))
    for side in (-0.5, 0.5):
        rail = [(middle + w0 * side, y0), (middle + w1 * side - 0.011, y1), (middle + w1 * side + 0.011, y1)]
        canvas.polygon(rail, (90, 94, 104))
    left = 0.5 - 0.34 / canvas.aspect
    return (
        Zone("ahead", top + 0.3, 0.9, _TRACKS, 3.2, 0.5, 0.6, share=4, span=(0.5, 0.5)),
        Zone("ground", 0.75, 0.95, _BESIDE, far=0.9, share=1.5, span=(0.0, left)),
        Zone("ground", 0.75, 0.95, _BESIDE, far=0.9, share=1.5, span=(1 - left, 1.0)),
    )
