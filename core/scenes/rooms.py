"""The backgrounds one stands in: living room, bedroom, bathroom, stage."""

from __future__ import annotations

from random import Random

from core.scenes import interior
from core.scenes.backdrop import INDOORS, Backdrop, Zone
from core.scenes.canvas import RGB, Canvas, mix, vary
from core.scenes.interior import WALLS


def _room(canvas: Canvas, rng: Random) -> tuple[tuple[str, ...], float, tuple[float, float]]:
    """Wall, floor, a window or picture, perhaps a rug.

    Returns the true details, the floor line and the free part of the wall (0-1 of the width).
    """
    floor = rng.uniform(0.54, 0.62)
    name, _ = interior.wall(canvas, rng, floor)
    wood: RGB = rng.choice(((196, 146, 100), (160, 112, 80), (216, 180, 140)))
    interior.boards(canvas, floor, vary(rng, wood))
    details = [f"with {name} walls"]
    left = rng.random() < 0.5
    x = 0.12 if left else canvas.aspect - 0.42
    x += rng.uniform(0, 0.12) * (1 if left else -1) * (canvas.aspect > 1)
    free = ((x + 0.4) / canvas.aspect, 1.0) if left else (0.0, (x - 0.1) / canvas.aspect)
    if rng.random() < 0.65:
        interior.window(canvas, rng, x, 0.12, 0.3, 0.28)
        colour, cloth = rng.choice(WALLS)
        interior.curtains(canvas, x, 0.12, 0.3, 0.28, mix(cloth, (120, 60, 60), 0.15))
        details += ["near a window", f"with {colour} curtains"]
    else:
        canvas.rect(x, 0.14, 0.28, 0.2, (120, 84, 58))
        canvas.rect(x + 0.015, 0.155, 0.25, 0.17, (200, 224, 236))
        canvas.polygon([(x + 0.015, 0.325), (x + 0.1, 0.21), (x + 0.18, 0.325)], (110, 140, 120))
        canvas.polygon([(x + 0.11, 0.325), (x + 0.19, 0.24), (x + 0.265, 0.325)], (140, 170, 130))
        details += ["with a picture on the wall"]
    if rng.random() < 0.6:
        colour, cloth = rng.choice(WALLS)
        cloth = mix(cloth, (150, 60, 60), 0.12)
        middle = rng.uniform(0.35, 0.65) * canvas.aspect
        for ring, share in ((0.42, 0.0), (0.37, 0.45), (0.32, 0.0)):
            canvas.ellipse(middle, 0.83, ring, ring * 0.26, mix(cloth, (255, 255, 255), share))
        details += [f"with a {colour} rug"]
    return tuple(details), floor, free


def living_room(canvas: Canvas, rng: Random) -> Backdrop:
    details, floor, free = _room(canvas, rng)
    return Backdrop(
        "living room",
        ("living room", "room"),
        (
            Zone(
                "floor",
                floor + 0.08,
                0.95,
                ("in the living room", "in a living room", "on the floor", "on the living room floor"),
                1.0,
                0.4,
                0.75,
                share=3,
            ),
            Zone(
                "wall",
                0.2,
                floor - 0.16,
                ("on the wall", "on the living room wall"),
                0.5,
                0.2,
                1.0,
                airborne=True,
                share=0.4,
                span=free,
            ),
        ),
        INDOORS,
        details,
        favourites=(
            "couch",
            "chair",
            "tv",
            "tv",
            "cat",
            "dog",
            "person",
            "potted plant",
            "teddy bear",
            "book",
            "clock",
            "guitar",
            "balloon",
            "gift",
            "christmas tree",
            "heart",
        ),
    )


def bedroom(canvas: Canvas, rng: Random) -> Backdrop:
    details, floor, free = _room(canvas, rng)
    return Backdrop(
        "bedroom",
        ("bedroom", "kid's room"),
        (
            Zone(
                "floor",
                floor + 0.08,
                0.95,
                ("in the bedroom", "in a bedroom", "on the bedroom floor", "on the floor of a bedroom"),
                0.9,
                0.4,
                0.75,
                share=3,
            ),
            Zone(
                "wall",
                0.2,
                floor - 0.16,
                ("on the bedroom wall", "on the wall"),
                0.5,
                0.2,
                1.0,
                airborne=True,
                share=0.6,
                span=free,
            ),
        ),
        INDOORS,
        details,
        favourites=(
            "bed",
            "bed",
            "teddy bear",
            "chair",
            "cat",
            "backpack",
            "suitcase",
            "handbag",
            "tv",
            "shoe",
            "book",
            "t-shirt",
            "dress",
            "coat",
            "sports ball",
            "robot",
            "heart",
            "boot",
            "socks",
        ),
    )


def bathroom(canvas: Canvas, rng: Random) -> Backdrop:
    floor = rng.uniform(0.6, 0.66)
    name, base = rng.choice(WALLS)
    paint = vary(rng, base, 6)
    canvas.gradient(0, floor, mix(paint, (255, 255, 255), 0.5), mix(paint, (255, 255, 255), 0.35))
    for row in range(8):
        for step in range(14):
            w = canvas.aspect / 14
            canvas.rect(
                step * w + 0.004,
                row * floor / 8 + 0.004,
                w - 0.008,
                floor / 8 - 0.008,
                mix(paint, (255, 255, 255), 0.12 + 0.1 * ((row + step) % 2)),
            )
    canvas.gradient(floor, 1, (214, 218, 222), (176, 184, 192))
    for step in range(-8, 9):
        middle = canvas.aspect / 2
        canvas.line([(middle + step * 0.14, floor), (middle + step * 0.34, 1)], (150, 158, 168), 0.004)
    for y in (0.06, 0.15, 0.28):
        canvas.rect(0, floor + y, canvas.aspect, 0.004, (150, 158, 168))
    words = ("in the bathroom", "in a bathroom", "on the bathroom floor", f"in a bathroom with {name} tiles")
    return Backdrop(
        "bathroom",
        ("bathroom", f"{name} bathroom"),
        (
            Zone("bath", floor + 0.1, 0.93, words[:2], 0.9, 0.44, 0.85, share=4),
            Zone("floor", floor + 0.1, 0.95, words, 0.9, 0.4, 0.8, share=1.5),
            Zone(
                "wall",
                0.2,
                floor - 0.2,
                ("on the bathroom wall", "on the tiled wall"),
                0.5,
                0.22,
                1.0,
                airborne=True,
                share=0.3,
            ),
        ),
        INDOORS,
        (f"with {name} tiles",),
        excludes=frozenset(
            {"guitar", "violin", "drum", "trumpet", "saxophone", "accordion", "banjo", "couch", "bed", "christmas tree"}
            | {"tv", "bicycle", "suitcase", "ice skate", "ladder", "tennis racket", "boxing glove", "newspaper"}
            | {"umbrella", "balloon", "hammer", "jack-o'-lantern"}
        ),
        favourites=("toilet", "bathtub", "cat", "dog", "potted plant", "bucket", "broom", "mirror"),
    )


def stage(canvas: Canvas, rng: Random) -> Backdrop:
    floor = rng.uniform(0.62, 0.7)
    colour, cloth = rng.choice(
        (("red", (168, 36, 46)), ("blue", (48, 66, 150)), ("purple", (106, 52, 140)), ("green", (36, 110, 84)))
    )
    canvas.gradient(0, floor, mix(cloth, (0, 0, 0), 0.45), mix(cloth, (0, 0, 0), 0.2))
    folds = 22
    for step in range(folds):
        x, w = step / folds * canvas.aspect, canvas.aspect / folds
        canvas.rect(x, 0, w * 0.5, floor, mix(cloth, (0, 0, 0), 0.12))
        canvas.rect(x, 0, w * 0.2, floor, mix(cloth, (255, 255, 255), 0.12))
    for step in range(7):
        canvas.ellipse((step + 0.5) / 7 * canvas.aspect, 0, canvas.aspect / 13, 0.09, mix(cloth, (255, 220, 120), 0.25))
    interior.boards(canvas, floor, (150, 100, 66))
    middle = rng.uniform(0.35, 0.65) * canvas.aspect
    canvas.polygon(
        [(middle - 0.05, 0), (middle + 0.05, 0), (middle + 0.42, 0.93), (middle - 0.42, 0.93)], (255, 246, 200), 46
    )
    canvas.ellipse(middle, 0.88, 0.43, 0.09, (255, 246, 200), 60)
    return Backdrop(
        "stage",
        ("stage", "theater stage"),
        (
            Zone(
                "stage",
                floor + 0.1,
                0.95,
                ("on stage", "on a stage", "on the stage", "on a theater stage"),
                1.3,
                0.42,
                0.8,
                share=4,
            ),
        ),
        INDOORS,
        (f"in front of a {colour} curtain", f"with a {colour} curtain"),
        favourites=(
            "person",
            "person",
            "person",
            "guitar",
            "violin",
            "drum",
            "trumpet",
            "saxophone",
            "microphone",
            "balloon",
            "accordion",
            "banjo",
        ),
    )
