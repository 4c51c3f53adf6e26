"""Parts of rooms that several backgrounds share: walls, windows, boards, table surfaces."""

# ruff: noqa: PLR0917 (a drawing call is position, size and colour, in that order)

from __future__ import annotations

from random import Random

from core.scenes.canvas import RGB, Canvas, mix, vary

WALLS: tuple[tuple[str, RGB], ...] = (
    ("yellow", (250, 226, 150)),
    ("blue", (158, 200, 226)),
    ("green", (172, 212, 170)),
    ("pink", (246, 198, 204)),
    ("white", (242, 240, 234)),
    ("gray", (196, 200, 206)),
    ("orange", (248, 196, 140)),
    ("purple", (202, 184, 226)),
)
SURFACES: tuple[tuple[str, RGB], ...] = (
    ("wooden", (190, 136, 88)),
    ("dark wooden", (122, 82, 58)),
    ("white", (240, 238, 232)),
    ("gray", (176, 180, 186)),
)


def window(canvas: Canvas, rng: Random, x: float, y: float, w: float, h: float) -> None:
    """A window with a view, its pane `w` by `h` from (`x`, `y`)."""
    frame: RGB = (250, 248, 242)
    canvas.panel(x - 0.015, y - 0.015, w + 0.03, h + 0.03, 0.012, frame)
    sky = rng.choice(((150, 208, 240), (255, 196, 140), (40, 54, 110), (196, 206, 216)))
    canvas.rect(x, y, w, h, sky)
    canvas.ellipse(x + w * 0.3, y + h * 0.3, w * 0.12, h * 0.06, mix(sky, (255, 255, 255), 0.6))
    canvas.rect(x, y + h * 0.78, w, h * 0.22, mix((96, 160, 96), sky, 0.3))
    canvas.rect(x + w / 2 - 0.006, y, 0.012, h, frame)
    canvas.rect(x, y + h / 2 - 0.006, w, 0.012, frame)
    canvas.rect(x - 0.03, y + h + 0.012, w + 0.06, 0.018, mix(frame, (120, 110, 100), 0.2))


def curtains(canvas: Canvas, x: float, y: float, w: float, h: float, colour: RGB) -> None:
    """Curtains beside the window of the same place and size."""
    canvas.rect(x - 0.09, y - 0.045, w + 0.18, 0.014, (130, 100, 80))
    for left in (x - 0.08, x + w - 0.01):
        canvas.rect(left, y - 0.035, 0.09, h + 0.09, colour)
        for fold in (0.02, 0.05):
            canvas.rect(left + fold, y - 0.035, 0.008, h + 0.09, mix(colour, (40, 20, 40), 0.18))


def wall(canvas: Canvas, rng: Random, floor: float) -> tuple[str, RGB]:
    """A plain, striped or dotted wall down to `floor`; returns its colour's name and value."""
    name, base = rng.choice(WALLS)
    paint = vary(rng, base, 6)
    canvas.gradient(0, floor, mix(paint, (255, 255, 255), 0.15), mix(paint, (120, 90, 80), 0.06))
    pattern = rng.random()
    if pattern < 0.25:
        for step in range(0, 30, 2):
            x = step / 30 * canvas.aspect
            canvas.rect(x, 0, canvas.aspect / 30, floor, mix(paint, (255, 255, 255), 0.22))
    elif pattern < 0.4:
        for row in range(7):
            for step in range(12):
                x = (step + 0.5 * (row % 2)) / 12 * canvas.aspect
                canvas.ellipse(x, (row + 0.5) / 7 * floor, 0.008, 0.008, mix(paint, (255, 255, 255), 0.4))
    return name, paint


def boards(canvas: Canvas, top: float, wood: RGB) -> None:
    """A plank floor in perspective below `top`."""
    canvas.gradient(top, 1, mix(wood, (255, 230, 200), 0.12), mix(wood, (60, 30, 20), 0.12))
    line = mix(wood, (60, 30, 20), 0.3)
    middle = canvas.aspect / 2
    for step in range(-9, 10):
        x = middle + step * 0.11
        canvas.line([(x, top), (middle + (x - middle) * 2.4, 1)], line, 0.004)
    canvas.rect(0, top - 0.022, canvas.aspect, 0.022, (246, 242, 234))


def counter(canvas: Canvas, rng: Random, top: float) -> str:
    """A table or counter surface from `top` down; returns what to call it ("dark wooden")."""
    name, base = rng.choice(SURFACES)
    paint = vary(rng, base, 8)
    canvas.gradient(top, 1, mix(paint, (255, 255, 255), 0.18), paint)
    canvas.rect(0, top, canvas.aspect, 0.014, mix(paint, (255, 255, 255), 0.4))
    if "wooden" in name:
        for _ in range(16):
            y = top + 0.03 + (0.97 - top) * rng.random()
            x, w = rng.uniform(-0.2, canvas.aspect), rng.uniform(0.2, 0.7)
            canvas.rect(x, y, w, 0.004, mix(paint, (60, 30, 20), 0.22))
    return name


def shelf(canvas: Canvas, rng: Random, x: float, y: float, w: float, kind: str) -> None:
    """A wooden shelf at `y` with a row of "jars" or "folders" standing on it."""
    wood: RGB = (150, 106, 72)
    palette: tuple[RGB, ...] = ((220, 120, 90), (120, 170, 150), (236, 206, 130), (120, 150, 196))
    step, tall = (0.085, 0.1) if kind == "jars" else (0.042, 0.13)
    spot = x + 0.02
    while spot < x + w - step:
        paint, high = vary(rng, rng.choice(palette)), tall * rng.uniform(0.75, 1.0)
        if kind == "jars":
            canvas.panel(spot, y - high, 0.06, high + 0.004, 0.014, paint)
            canvas.rect(spot + 0.005, y - high - 0.012, 0.05, 0.018, (238, 232, 222))
        elif rng.random() < 0.85:
            canvas.rect(spot, y - high, step - 0.006, high, paint)
            canvas.rect(spot + 0.008, y - high * 0.7, step - 0.022, 0.03, (246, 242, 232))
        spot += step
    canvas.rect(x, y, w, 0.02, wood)
    for foot in (x + 0.05, x + w - 0.07):
        canvas.polygon([(foot, y + 0.02), (foot + 0.02, y + 0.02), (foot, y + 0.06)], mix(wood, (60, 30, 20), 0.3))
