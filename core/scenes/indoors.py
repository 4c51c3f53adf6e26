"""The backgrounds with a roof: rooms, table tops, bathroom, stage."""

from __future__ import annotations

from random import Random

from core.scenes.backdrop import INDOORS, Backdrop, Zone
from core.scenes.canvas import RGB, Canvas, mix, vary

_WALLS: tuple[tuple[str, RGB], ...] = (
    ("yellow", (250, 226, 150)),
    ("blue", (158, 200, 226)),
    ("green", (172, 212, 170)),
    ("pink", (246, 198, 204)),
    ("white", (242, 240, 234)),
    ("gray", (196, 200, 206)),
    ("orange", (248, 196, 140)),
    ("purple", (202, 184, 226)),
)
_SURFACES: tuple[tuple[str, RGB], ...] = (
    ("wooden", (190, 136, 88)),
    ("dark wooden", (122, 82, 58)),
    ("white", (240, 238, 232)),
    ("gray", (176, 180, 186)),
)
_COOKING = (
    "cup", "bowl", "knife", "spoon", "fork", "banana", "apple", "orange", "carrot", "broccoli",
    "bottle", "wine glass", "cake", "pizza", "donut", "sandwich", "hot dog", "tomato", "bread",
    "cheese", "teapot", "lemon", "strawberry", "hamburger", "grapes", "fried egg", "pear",
)


def _window(canvas: Canvas, rng: Random, x: float, y: float, w: float, h: float) -> None:
    frame: RGB = (250, 248, 242)
    canvas.panel(x - 0.015, y - 0.015, w + 0.03, h + 0.03, 0.012, frame)
    sky = rng.choice(((150, 208, 240), (255, 196, 140), (40, 54, 110), (196, 206, 216)))
    canvas.rect(x, y, w, h, sky)
    canvas.ellipse(x + w * 0.3, y + h * 0.3, w * 0.12, h * 0.06, mix(sky, (255, 255, 255), 0.6))
    canvas.rect(x, y + h * 0.78, w, h * 0.22, mix((96, 160, 96), sky, 0.3))
    canvas.rect(x + w / 2 - 0.006, y, 0.012, h, frame)
    canvas.rect(x, y + h / 2 - 0.006, w, 0.012, frame)
    canvas.rect(x - 0.03, y + h + 0.012, w + 0.06, 0.018, mix(frame, (120, 110, 100), 0.2))


def _curtains(canvas: Canvas, x: float, y: float, w: float, h: float, colour: RGB) -> None:
    canvas.rect(x - 0.09, y - 0.045, w + 0.18, 0.014, (130, 100, 80))
    for left, outer in ((x - 0.08, 1), (x + w - 0.01, -1)):
        canvas.rect(left, y - 0.035, 0.09, h + 0.09, colour)
        for fold in (0.02, 0.05):
            canvas.rect(left + fold, y - 0.035, 0.008, h + 0.09, mix(colour, (40, 20, 40), 0.18))


def _wall(canvas: Canvas, rng: Random, floor: float) -> tuple[str, RGB]:
    name, base = rng.choice(_WALLS)
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


def _boards(canvas: Canvas, rng: Random, top: float, wood: RGB) -> None:
    """A plank floor in perspective below `top`."""
    canvas.gradient(top, 1, mix(wood, (255, 230, 200), 0.12), mix(wood, (60, 30, 20), 0.12))
    line = mix(wood, (60, 30, 20), 0.3)
    middle = canvas.aspect / 2
    for step in range(-9, 10):
        x = middle + step * 0.11
        canvas.line([(x, top), (middle + (x - middle) * 2.4, 1)], line, 0.004)
    canvas.rect(0, top - 0.022, canvas.aspect, 0.022, (246, 242, 234))


def _room(canvas: Canvas, rng: Random, place: str) -> tuple[tuple[str, ...], float]:
    """Wall, floor and a window or picture; returns the true details and the floor line."""
    floor = rng.uniform(0.54, 0.62)
    name, _ = _wall(canvas, rng, floor)
    _boards(canvas, rng, floor, vary(rng, rng.choice(((196, 146, 100), (160, 112, 80), (216, 180, 140)))))
    details = [f"with {name} walls"]
    x = rng.uniform(0.12, 0.6) * canvas.aspect
    if rng.random() < 0.65:
        _window(canvas, rng, x, 0.12, 0.3, 0.28)
        colour, cloth = rng.choice(_WALLS)
        _curtains(canvas, x, 0.12, 0.3, 0.28, mix(cloth, (120, 60, 60), 0.15))
        details += ["near a window", f"with {colour} curtains"]
    else:
        canvas.rect(x, 0.14, 0.28, 0.2, (120, 84, 58))
        canvas.rect(x + 0.015, 0.155, 0.25, 0.17, (200, 224, 236))
        canvas.polygon([(x + 0.015, 0.325), (x + 0.1, 0.21), (x + 0.18, 0.325)], (110, 140, 120))
        canvas.polygon([(x + 0.11, 0.325), (x + 0.19, 0.24), (x + 0.265, 0.325)], (140, 170, 130))
        details += ["with a picture on the wall"]
    if rng.random() < 0.6:
        colour, cloth = rng.choice(_WALLS)
        cloth = mix(cloth, (150, 60, 60), 0.12)
        middle = rng.uniform(0.35, 0.65) * canvas.aspect
        for ring, share in ((0.42, 0.0), (0.37, 0.45), (0.32, 0.0)):
            canvas.ellipse(middle, 0.83, ring, ring * 0.26, mix(cloth, (255, 255, 255), share))
        details += [f"with a {colour} rug"]
    return tuple(details), floor


def living_room(canvas: Canvas, rng: Random) -> Backdrop:
    details, floor = _room(canvas, rng, "living room")
    return Backdrop(
        "living room",
        ("living room", "room"),
        (
            Zone("floor", floor + 0.08, 0.95, ("in the living room", "in a living room", "on the floor",
                "on the living room floor"), 1.0, 0.4, 0.75, share=3),
            Zone("wall", 0.2, floor - 0.16, ("on the wall", "on the living room wall"), 0.5, 0.2, 1.0,
                 airborne=True, share=0.25),
        ),
        INDOORS,
        details,
        favourites=("couch", "chair", "tv", "cat", "dog", "person", "potted plant", "teddy bear",
            "book", "clock", "guitar", "balloon", "gift", "christmas tree", "heart"),
    )


def bedroom(canvas: Canvas, rng: Random) -> Backdrop:
    details, floor = _room(canvas, rng, "bedroom")
    return Backdrop(
        "bedroom",
        ("bedroom", "kid's room"),
        (
            Zone("floor", floor + 0.08, 0.95, ("in the bedroom", "in a bedroom", "on the bedroom floor",
                "on the floor of a bedroom"), 0.9, 0.4, 0.75, share=3),
            Zone("wall", 0.2, floor - 0.16, ("on the bedroom wall", "on the wall"), 0.5, 0.2, 1.0,
                 airborne=True, share=0.5),
        ),
        INDOORS,
        details,
        favourites=("bed", "bed", "teddy bear", "chair", "cat", "backpack", "suitcase", "shoe", "book",
            "t-shirt", "dress", "coat", "sports ball", "robot", "heart", "boot", "socks"),
    )


def _counter(canvas: Canvas, rng: Random, top: float) -> str:
    name, base = rng.choice(_SURFACES)
    paint = vary(rng, base, 8)
    canvas.gradient(top, 1, mix(paint, (255, 255, 255), 0.18), paint)
    canvas.rect(0, top, canvas.aspect, 0.014, mix(paint, (255, 255, 255), 0.4))
    if "wooden" in name:
        for _ in range(16):
            y = top + 0.03 + (0.97 - top) * rng.random()
            x, w = rng.uniform(-0.2, canvas.aspect), rng.uniform(0.2, 0.7)
            canvas.rect(x, y, w, 0.004, mix(paint, (60, 30, 20), 0.22))
    return name


def kitchen(canvas: Canvas, rng: Random) -> Backdrop:
    top = rng.uniform(0.5, 0.58)
    name, paint = _wall(canvas, rng, top)
    tile = mix(paint, (255, 255, 255), 0.5)
    for row in range(3):
        for step in range(18):
            x = step / 18 * canvas.aspect
            canvas.rect(x + 0.004, top - 0.2 + row * 0.066, canvas.aspect / 18 - 0.008, 0.06, tile)
    x = rng.uniform(0.1, 0.6) * canvas.aspect
    if rng.random() < 0.6:
        _window(canvas, rng, x, 0.06, 0.34, 0.22)
        details = ["near a window"]
    else:
        canvas.rect(0.08, 0.2, canvas.aspect - 0.16, 0.022, (150, 106, 72))
        for step in range(8):
            jar = vary(rng, rng.choice(((220, 120, 90), (120, 170, 150), (236, 206, 130))))
            spot = 0.14 + step / 8 * (canvas.aspect - 0.24)
            canvas.panel(spot, 0.2 - rng.uniform(0.07, 0.11), 0.055, 0.11, 0.012, jar)
            canvas.rect(spot - 0.01, 0.2, 0.08, 0.022, (150, 106, 72))
        details = ["with jars on a shelf"]
    canvas.rect(0, top, canvas.aspect, 0.5, (90, 60, 50))
    surface = _counter(canvas, rng, top)
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
        surface, base = rng.choice(_SURFACES[:2])
        wood = vary(rng, base, 10)
        canvas.gradient(0, 1, mix(wood, (255, 240, 210), 0.15), wood)
        for step in range(1, 6):
            canvas.rect(0, step / 6, canvas.aspect, 0.007, mix(wood, (50, 25, 15), 0.35))
        for _ in range(26):
            canvas.rect(rng.uniform(-0.2, canvas.aspect), rng.random(), rng.uniform(0.1, 0.5), 0.003,
                        mix(wood, (50, 25, 15), 0.2))
        words = (f"on a {surface} table", "on a wooden table", "on the table", "on a table")
        names: tuple[str, ...] = (f"{surface} table", "wooden table")
    else:
        colour, base = rng.choice((*_WALLS, ("red", (214, 90, 84))))
        cloth = vary(rng, base, 6)
        canvas.gradient(0, 1, mix(cloth, (255, 255, 255), 0.1), cloth)
        check = mix(cloth, (255, 255, 255), 0.55) if colour != "white" else (226, 216, 210)
        for step in range(0, 16, 2):
            canvas.rect(step / 12, 0, 1 / 12, 1, check, 110)
            canvas.rect(0, step / 12, canvas.aspect, 1 / 12, check, 110)
        words = (f"on a {colour} checkered tablecloth", f"on a {colour} tablecloth", "on the table",
                 "on a table")
        names = (f"{colour} tablecloth", f"table with a {colour} cloth")
    return Backdrop(
        "table", names,
        (Zone("table", 0.36, 0.95, words, 0.15, 0.29, 0.95, share=3),),
        INDOORS,
        favourites=_COOKING,
    )


def office(canvas: Canvas, rng: Random) -> Backdrop:
    top = rng.uniform(0.54, 0.62)
    name, _ = _wall(canvas, rng, top)
    details = [f"in front of a {name} wall"]
    if rng.random() < 0.5:
        _window(canvas, rng, rng.uniform(0.1, 0.6) * canvas.aspect, 0.08, 0.34, 0.3)
        details += ["by a window"]
    surface = _counter(canvas, rng, top)
    words = ("on the desk", "on a desk", f"on a {surface} desk", "on an office desk")
    return Backdrop(
        "office",
        ("desk", "office desk", "work desk"),
        (
            Zone("table", top + 0.12, 0.95, words, 0.2, 0.29, 0.8, share=3),
            Zone("wall", 0.16, top - 0.2, ("on the wall", "on the office wall"), 0.4, 0.2, 1.0,
                 airborne=True, share=0.3),
        ),
        INDOORS,
        tuple(details),
        favourites=("laptop", "mouse", "keyboard", "cell phone", "book", "cup", "scissors", "clock",
            "potted plant", "pencil", "printer", "globe", "camera", "telephone", "envelope",
            "glasses", "newspaper", "microscope", "trophy"),
    )


def bathroom(canvas: Canvas, rng: Random) -> Backdrop:
    floor = rng.uniform(0.6, 0.66)
    name, base = rng.choice(_WALLS)
    paint = vary(rng, base, 6)
    canvas.gradient(0, floor, mix(paint, (255, 255, 255), 0.5), mix(paint, (255, 255, 255), 0.35))
    for row in range(8):
        for step in range(14):
            w = canvas.aspect / 14
            canvas.rect(step * w + 0.004, row * floor / 8 + 0.004, w - 0.008, floor / 8 - 0.008,
                        mix(paint, (255, 255, 255), 0.12 + 0.1 * ((row + step) % 2)))
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
            Zone("wall", 0.2, floor - 0.2, ("on the bathroom wall", "on the tiled wall"), 0.5, 0.22, 1.0,
                 airborne=True, share=0.3),
        ),
        INDOORS,
        (f"with {name} tiles",),
        favourites=("toilet", "bathtub", "cat", "dog", "potted plant", "bucket", "broom", "mirror"),
    )


def stage(canvas: Canvas, rng: Random) -> Backdrop:
    floor = rng.uniform(0.62, 0.7)
    colour, cloth = rng.choice((("red", (168, 36, 46)), ("blue", (48, 66, 150)), ("purple", (106, 52, 140)),
        ("green", (36, 110, 84))))
    canvas.gradient(0, floor, mix(cloth, (0, 0, 0), 0.45), mix(cloth, (0, 0, 0), 0.2))
    folds = 22
    for step in range(folds):
        x, w = step / folds * canvas.aspect, canvas.aspect / folds
        canvas.rect(x, 0, w * 0.5, floor, mix(cloth, (0, 0, 0), 0.12))
        canvas.rect(x, 0, w * 0.2, floor, mix(cloth, (255, 255, 255), 0.12))
    for step in range(7):
        canvas.ellipse((step + 0.5) / 7 * canvas.aspect, 0, canvas.aspect / 13, 0.09, mix(cloth, (255, 220, 120), 0.25))
    _boards(canvas, rng, floor, (150, 100, 66))
    middle = rng.uniform(0.35, 0.65) * canvas.aspect
    canvas.polygon([(middle - 0.05, 0), (middle + 0.05, 0), (middle + 0.42, 0.93), (middle - 0.42, 0.93)],
                   (255, 246, 200), 46)
    canvas.ellipse(middle, 0.88, 0.43, 0.09, (255, 246, 200), 60)
    return Backdrop(
        "stage",
        ("stage", "theater stage"),
        (
            Zone("stage", floor + 0.1, 0.95, ("on stage", "on a stage", "on the stage", "on a theater stage"),
                 1.3, 0.42, 0.8, share=4),
        ),
        INDOORS,
        (f"in front of a {colour} curtain", f"with a {colour} curtain"),
        favourites=("person", "person", "person", "guitar", "violin", "drum", "trumpet", "saxophone", "microphone",
            "balloon", "accordion", "banjo"),
    )
