"""The backgrounds with small things on top: kitchen counter, table, office desk."""

from __future__ import annotations

from random import Random

from core.scenes import interior
from core.scenes.backdrop import INDOORS, Backdrop, Zone
from core.scenes.canvas import RGB, Canvas, mix, vary
from core.scenes.interior import SURFACES, WALLS

_COOKING = (
    "cup",
    "bowl",
    "knife",
    "spoon",
    "fork",
    "banana",
    "apple",
    "orange",
    "carrot",
    "broccoli",
    "bottle",
    "wine glass",
    "cake",
    "pizza",
    "donut",
    "sandwich",
    "hot dog",
    "tomato",
    "bread",
    "cheese",
    "teapot",
    "lemon",
    "strawberry",
    "hamburger",
    "grapes",
    "fried egg",
    "pear",
)


def kitchen(canvas: Canvas, rng: Random) -> Backdrop:
    top = rng.uniform(0.5, 0.58)
    name, paint = interior.wall(canvas, rng, top)
    tile = mix(paint, (255, 255, 255), 0.5)
    for row in range(3):
        for step in range(18):
            x = step / 18 * canvas.aspect
            canvas.rect(x + 0.004, top - 0.2 + row * 0.066, canvas.aspect / 18 - 0.008, 0.06, tile)
    x = rng.uniform(0.1, 0.6) * canvas.aspect
    if rng.random() < 0.6:
        interior.window(canvas, rng, x, 0.06, 0.34, 0.22)
        details = ["near a window"]
    else:
        interior.shelf(canvas, rng, 0.08, 0.22, canvas.aspect - 0.16, "jars")
        details = ["with jars on a shelf"]
    canvas.rect(0, top, canvas.aspect, 0.5, (90, 60, 50))
    surface = interior.counter(canvas, rng, top)
    words = ("on the kitchen counter", "in the kitchen", f"on a {surface} kitchen counter", "in a kitchen")
    return Backdrop(
        "kitchen",
        ("kitchen",),
        (Zone("table", top + 0.12, 0.95, words, 0.15, 0.27, 0.75, share=3),),
        INDOORS,
        (f"with {name} tiles", *details),
        favourites=_COOKING,
    )


def table(canvas: Canvas, rng: Random) -> Backdrop:
    """A table top seen from above, close by."""
    if rng.random() < 0.5:
        surface, base = rng.choice(SURFACES[:2])
        wood = vary(rng, base, 10)
        canvas.gradient(0, 1, mix(wood, (255, 240, 210), 0.15), wood)
        for step in range(1, 6):
            canvas.rect(0, step / 6, canvas.aspect, 0.007, mix(wood, (50, 25, 15), 0.35))
        for _ in range(26):
            canvas.rect(
                rng.uniform(-0.2, canvas.aspect),
                rng.random(),
                rng.uniform(0.1, 0.5),
                0.003,
                mix(wood, (50, 25, 15), 0.2),
            )
        words = (f"on a {surface} table", "on a wooden table", "on the table", "on a table")
        names: tuple[str, ...] = (f"{surface} table", "wooden table")
    else:
        colour, base = rng.choice((*WALLS, ("red", (214, 90, 84))))
        cloth = vary(rng, base, 6)
        canvas.gradient(0, 1, mix(cloth, (255, 255, 255), 0.1), cloth)
        check = mix(cloth, (255, 255, 255), 0.55) if colour != "white" else (226, 216, 210)
        for step in range(0, 16, 2):
            canvas.rect(step / 12, 0, 1 / 12, 1, check, 110)
            canvas.rect(0, step / 12, canvas.aspect, 1 / 12, check, 110)
        words = (f"on a {colour} checkered tablecloth", f"on a {colour} tablecloth", "on the table", "on a table")
        names = (f"{colour} tablecloth", f"{colour} checkered tablecloth")
    return Backdrop(
        "table",
        names,
        (Zone("table", 0.36, 0.95, words, 0.15, 0.29, 0.95, share=3),),
        INDOORS,
        favourites=_COOKING,
    )


def office(canvas: Canvas, rng: Random) -> Backdrop:
    top = rng.uniform(0.54, 0.62)
    name, _ = interior.wall(canvas, rng, top)
    details = [f"in front of a {name} wall"]
    left = rng.random() < 0.5
    x = 0.08 if left else canvas.aspect - 0.48
    free = (0.52 / canvas.aspect, 1.0) if left else (0.0, (x - 0.04) / canvas.aspect)
    decor = rng.random()
    if decor < 0.35:
        interior.window(canvas, rng, x + 0.03, 0.08, 0.34, 0.3)
        details += ["by a window"]
    elif decor < 0.7:
        interior.shelf(canvas, rng, x, 0.24, 0.4, "folders")
        interior.shelf(canvas, rng, x, 0.44, 0.4, "folders")
        details += ["under shelves of folders"]
    else:
        canvas.panel(x, 0.1, 0.4, 0.3, 0.01, (150, 106, 72))
        canvas.rect(x + 0.015, 0.115, 0.37, 0.27, (214, 170, 120))
        for _ in range(6):
            note: RGB = rng.choice(((255, 240, 130), (190, 230, 160), (250, 190, 200), (250, 250, 246)))
            canvas.rect(x + rng.uniform(0.03, 0.3), rng.uniform(0.13, 0.31), 0.06, 0.055, note)
        details += ["with notes pinned to a board"]
    surface = interior.counter(canvas, rng, top)
    words = ("on the desk", "on a desk", f"on a {surface} desk", "on an office desk")
    return Backdrop(
        "office",
        ("desk", "office desk", "work desk"),
        (
            Zone("table", top + 0.12, 0.95, words, 0.2, 0.29, 0.8, share=3),
            Zone(
                "wall",
                0.16,
                top - 0.2,
                ("on the wall", "on the office wall"),
                0.4,
                0.2,
                1.0,
                airborne=True,
                share=0.4,
                span=free,
            ),
        ),
        INDOORS,
        tuple(details),
        favourites=(
            "laptop",
            "mouse",
            "keyboard",
            "keyboard",
            "cell phone",
            "book",
            "cup",
            "scissors",
            "clock",
            "potted plant",
            "pencil",
            "printer",
            "globe",
            "camera",
            "telephone",
            "envelope",
            "glasses",
            "newspaper",
            "microscope",
            "trophy",
        ),
    )
