"""Paint one scene: background, objects with shadows, boxes around what stays visible."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from core.scenes import (
    backdrop,
    beyond,
    captions,
    country,
    deeds,
    font,
    layout,
    phrases,
    rooms,
    tabletops,
    town,
    waters,
    woods,
)
from core.scenes.backdrop import Backdrop, Zone
from core.scenes.canvas import Canvas
from core.scenes.layout import Group, Placement

# Each place with its share of the scenes.
PLACES: dict[str, tuple[Callable[[Canvas, Random], Backdrop], float]] = {
    "beach": (waters.beach, 1.3),
    "sea": (waters.sea, 1.1),
    "lake": (waters.lake, 1.0),
    "meadow": (country.meadow, 1.2),
    "snow": (country.snow, 1.1),
    "desert": (country.desert, 1.0),
    "mountains": (country.mountains, 1.0),
    "forest": (woods.forest, 1.0),
    "farm": (woods.farm, 1.1),
    "park": (woods.park, 1.2),
    "sports field": (town.pitch, 0.8),
    "railway": (town.railway, 0.8),
    "street": (town.street, 2.0),
    "living room": (rooms.living_room, 1.2),
    "bedroom": (rooms.bedroom, 1.0),
    "kitchen": (tabletops.kitchen, 2.2),
    "table": (tabletops.table, 2.8),
    "office": (tabletops.office, 1.6),
    "bathroom": (rooms.bathroom, 0.6),
    "stage": (rooms.stage, 0.7),
    "underwater": (waters.underwater, 1.0),
    "space": (beyond.space, 0.7),
    "moon": (beyond.moon, 0.5),
    "plain": (beyond.plain, 1.8),
}
_SHAPES = ((4, 3), (3, 2), (1, 1), (3, 4))
_SHAPE_WEIGHTS = (48, 20, 17, 15)
# Half covered and above counts as visible: a box must not stretch to a faint edge.
_VISIBLE_ALPHA = 110
_SHADOWED = frozenset(
    ("ground", "road", "snow", "floor", "table", "far", "street", "stage", "bath", "pitch", "moon", "seabed", "plain")
)


@dataclass(frozen=True, slots=True)
class SceneObject:
    """One object of a scene. `box` is (left, top, width, height) in pixels, tight around the
    visible part; `area` counts its visible pixels."""

    category_id: int
    category: str
    box: tuple[float, float, float, float]
    area: float


@dataclass(frozen=True, slots=True)
class Scene:
    """A drawn picture with five captions, its objects (nearest last), the place's name and 4 to 8
    short phrases that are true of it, as a person would type them to find it."""

    picture: Image.Image
    captions: tuple[str, ...]
    objects: tuple[SceneObject, ...]
    place: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Composition:
    """A scene before painting: the empty background and what goes onto it. `blur` is how far the background is out of
    focus, in picture heights; `teller` captions the scene."""

    canvas: Canvas
    backdrop: Backdrop
    groups: tuple[Group, ...]
    blur: float = 0.0
    teller: captions.Teller = captions.describe


def draw_scene(seed: int, size: int = 320) -> Scene:
    """Draw the scene of `seed`, its longer side `size` pixels (64 or more).

    The result depends on the arguments alone, and the seed's layout and captions are the same
    at every size. Training draws seeds below 1,000,000, the bundled collection and the sample
    pictures from 1,000,000 on, a training run's validation from 2,000,000 on: they must not meet.
    Raises ConfigurationError where the emoji font is missing.
    """
    rng = Random(seed)
    aspect = shape(rng)
    names = list(PLACES)
    place = rng.choices(names, [PLACES[name][1] for name in names])[0]
    return paint(compose(rng, place, aspect, size), rng)


def shape(rng: Random) -> float:
    """A picture's width over its height, as people's pictures are."""
    across, down = rng.choices(_SHAPES, _SHAPE_WEIGHTS)[0]
    return across / down


def compose(rng: Random, place: str, aspect: float, size: int) -> Composition:
    """Paint the background of `place` and lay objects out on it."""
    canvas, scenery = paint_backdrop(rng, place, aspect, size)
    start = deeds.act(rng, scenery, aspect) or ()
    return Composition(canvas, scenery, layout.place_groups(rng, scenery, aspect, start))


def paint_backdrop(rng: Random, place: str, aspect: float, size: int) -> tuple[Canvas, Backdrop]:
    """The background of `place` (a key of PLACES), `aspect` wide to 1 high, its longer side `size` pixels."""
    width, height = (size, round(size / aspect)) if aspect >= 1 else (round(size * aspect), size)
    canvas = Canvas(width, height, aspect)
    return canvas, PLACES[place][0](canvas, rng)


def paint(composition: Composition, rng: Random) -> Scene:
    """Put a composition's objects onto its background, far ones first, and caption it."""
    picture = composition.canvas.finish()
    if composition.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(composition.blur * picture.height))
    ordered = sorted(
        ((group, one) for group in composition.groups for one in group.placements),
        key=lambda pair: (not pair[0].zone.airborne, pair[1].nearness),
    )
    for group in composition.groups:
        if group.deed is not None and group.deed.line:
            _string(picture, group.deed.line, composition.backdrop.light.name == "night")
    owner = np.full((picture.height, picture.width), -1, dtype=np.int8)
    for number, (group, placement) in enumerate(ordered):
        _paint_object(picture, owner, number, group, placement, composition.backdrop.light)
    drops = Random(rng.random())
    if composition.backdrop.light.name == "rain":
        picture = _rain(picture, drops)
    objects = []
    for number, (group, _) in enumerate(ordered):
        rows, columns = np.nonzero(owner == number)
        left, top = int(columns.min()), int(rows.min())
        box = (left, top, int(columns.max()) + 1 - left, int(rows.max()) + 1 - top)
        category = group.glyph.category
        objects.append(
            SceneObject(
                category.category_id,
                category.name,
                (float(box[0]), float(box[1]), float(box[2]), float(box[3])),
                float(len(rows)),
            )
        )
    words = composition.teller(rng, composition.backdrop, composition.groups, composition.canvas.aspect)
    # Drawn last: asking for other phrases changes neither picture nor captions.
    queries = phrases.short_phrases(rng, composition.backdrop, composition.groups)
    return Scene(picture, words, tuple(objects), composition.backdrop.place, queries)


def _paint_object(  # noqa: PLR0917
    picture: Image.Image,
    owner: np.ndarray[tuple[int, int], np.dtype[np.int8]],
    number: int,
    group: Group,
    placement: Placement,
    light: backdrop.Light,
) -> None:
    unit = picture.height
    glyph = font.glyph_picture(placement.text, group.glyph.colour, group.colour)
    if placement.mirrored:
        glyph = glyph.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    size = (max(4, round(placement.width * unit)), max(4, round(placement.height * unit)))
    if placement.angle:
        glyph = glyph.rotate(placement.angle, Image.Resampling.BICUBIC, expand=True)
        glyph = glyph.crop(glyph.getchannel("A").getbbox())
        share = min(size[0] / glyph.width, size[1] / glyph.height)
        size = (max(4, round(glyph.width * share)), max(4, round(glyph.height * share)))
    glyph = glyph.resize(size, Image.Resampling.BILINEAR)
    left = round(placement.left * unit)
    top = min(picture.height - size[1], round(placement.foot * unit) - size[1])
    left = min(left, picture.width - size[0])
    _ground(picture, group.zone, left, top, size)
    alpha = glyph.getchannel("A")
    coloured = glyph.convert("RGB")
    if light.tone_share and "night" not in group.glyph.flags:
        coloured = Image.blend(coloured, Image.new("RGB", size, light.tone), light.tone_share * 0.55)
    picture.paste(coloured, (left, top), alpha)
    window = owner[top : top + size[1], left : left + size[0]]
    window[np.asarray(alpha) >= _VISIBLE_ALPHA] = number


def _string(picture: Image.Image, line: Sequence[float], dark: bool) -> None:
    """A leash or a kite's string; the objects painted after it cover its ends."""
    colour = (190, 194, 206) if dark else (70, 62, 66)
    width = max(1, round(picture.height * 0.006))
    ImageDraw.Draw(picture).line([part * picture.height for part in line], fill=colour, width=width)


def _rain(picture: Image.Image, rng: Random) -> Image.Image:
    """`picture` behind slanting streaks."""
    unit = picture.height
    streaks = Image.new("L", picture.size)
    pen = ImageDraw.Draw(streaks)
    for _ in range(90):
        x, y, long = rng.uniform(0, picture.width * 1.1), rng.uniform(-0.05, 1) * unit, rng.uniform(0.03, 0.07) * unit
        pen.line([x, y, x - long * 0.3, y + long], fill=rng.randint(70, 130), width=max(1, round(unit * 0.004)))
    return Image.composite(Image.new("RGB", picture.size, (226, 234, 244)), picture, streaks)


def _ground(picture: Image.Image, zone: Zone, left: int, top: int, size: tuple[int, int]) -> None:
    """A soft shadow where the object touches the ground, or ripples where it floats."""
    width, foot = size[0], top + size[1]
    if zone.name in _SHADOWED:
        deep = max(3, round(min(width, size[1] * 1.3) * 0.22))
        mask = _shadow().resize((max(4, round(width * 1.06)), deep))
        picture.paste((24, 26, 44), (left - round(width * 0.03), foot - round(deep * 0.62)), mask)
    elif zone.name == "water":
        deep = max(2, round(width * 0.1))
        mask = _shadow().resize((round(width * 1.25), deep))
        where = (left - round(width * 0.125), foot - round(deep * 0.6))
        picture.paste((228, 246, 252), where, mask)


@cache
def _shadow() -> Image.Image:
    """A blurred ellipse as a mask, stretched to each object's width."""
    mask = Image.new("L", (96, 40))
    ImageDraw.Draw(mask).ellipse((10, 8, 86, 32), fill=120)
    return mask.filter(ImageFilter.GaussianBlur(5))
