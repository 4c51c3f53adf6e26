"""Close-ups: one thing near the eye, its place soft behind it, as people photograph what they like."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from core.errors import ConfigurationError
from core.scenes import captions, catalog, draw, font, layout
from core.scenes.backdrop import Backdrop, Zone
from core.scenes.catalog import Glyph
from core.scenes.draw import Composition, Scene
from core.scenes.layout import MARGIN, Group, Placement

# Of the picture: how high a thing stands in it, and how wide and high it may at most be.
_HEIGHTS, _WIDEST, _HIGHEST = (0.56, 0.86), 0.88, 0.9
# Feet of what stands near lie below where the others' do.
_LOWEST = 0.97
# In these zones things are in or on something painted that ends at the zone's bottom, so that nothing can come nearer.
# Where that is too far up, nothing near is in them.
_ENDING = frozenset(("rail", "ahead", "bath", "water"))
_LEAST_BOTTOM = 0.62
# Of the height: how far the place is out of focus.
_BLUR = 0.008
# A plain background shows a thing best and says least about it.
_PLAIN_SHARE = 0.15
_LOOKED_FOR_AT = 64
# What has the fewest places, a bathtub or a toilet, is at home in two draws of a hundred: 400 were not always enough.
_TRIES = 4_000


def draw_close_up(category: str, seed: int, size: int = 320) -> Scene:
    """Draw the close-up of a thing of `category` (a name of `catalog.categories`) that follows from `seed`, its longer
    side `size` pixels (64 or more). As with `draw_scene`, size changes the pixels alone.

    Raises ConfigurationError for a category that is not known and where the emoji font is missing.
    """
    if category not in {one.name for one in catalog.categories()}:
        raise ConfigurationError(f"No category is called {category!r}: core/scenes/catalog.txt lists them.")
    rng = Random(f"{category} {seed}")
    return draw.paint(compose(rng, category, size), rng)


def compose(rng: Random, category: str, size: int) -> Composition:
    """A place where a thing of `category` may be, and one of them large before it."""
    names = [name for name in draw.PLACES if name != "plain"]
    shares = [draw.PLACES[name][1] for name in names]
    aspect = draw.shape(rng)
    plain = rng.random() < _PLAIN_SHARE
    for _ in range(_TRIES):
        place = "plain" if plain else rng.choices(names, shares)[0]
        before = rng.getstate()
        # Most places do not suit a thing; what they hold is known after painting them, which is cheap when small.
        backdrop = draw.paint_backdrop(rng, place, aspect, _LOOKED_FOR_AT)[1]
        offered = _offered(category, backdrop)
        if not offered:
            plain = False  # the moon hangs in no room
            continue
        rng.setstate(before)
        canvas, backdrop = draw.paint_backdrop(rng, place, aspect, size)
        zone, glyph = rng.choice(offered)
        colour = layout.coloured(rng, glyph)
        group = Group(glyph, colour, zone, (_near(rng, glyph, colour, zone, aspect),))
        # What is painted behind a large thing may not be seen.
        return Composition(canvas, replace(backdrop, details=()), (group,), blur=_BLUR, teller=captions.describe_close)
    raise ConfigurationError(f"The category {category!r} found no place to be in {_TRIES} draws.")


def _offered(category: str, backdrop: Backdrop) -> list[tuple[Zone, Glyph]]:
    """Where in `backdrop` something of `category` would look at home."""
    if category in backdrop.excludes:
        return []
    return [
        (zone, glyph)
        for zone in backdrop.zones
        if zone.name not in _ENDING or zone.bottom > _LEAST_BOTTOM
        for glyph in catalog.glyphs_by_category(zone.name).get(category, ())
        if layout.suits(glyph, zone, backdrop)
    ]


def _near(rng: Random, glyph: Glyph, colour: str, zone: Zone, aspect: float) -> Placement:
    text = layout.with_skin(rng, glyph)
    picture = font.glyph_picture(text, glyph.colour, colour)
    shape = picture.width / picture.height
    lowest = zone.bottom if zone.name in _ENDING else _LOWEST
    most = _HIGHEST if zone.airborne else lowest - MARGIN
    height = min(rng.uniform(*_HEIGHTS), most, _WIDEST * aspect / shape)
    width = height * shape
    left = rng.triangular(MARGIN, aspect - MARGIN - width)
    if zone.airborne:
        top = rng.triangular(MARGIN, 1 - MARGIN - height)
    else:
        top = max(min(zone.bottom, lowest), rng.uniform(height + MARGIN, lowest)) - height
    mirrored = "fixed" not in glyph.flags and rng.random() < 0.5
    if "enter" in glyph.flags and zone.name != "plain":
        left = 0.0 if mirrored else aspect - width
    angle = rng.uniform(-12, 12) if "tilt" in glyph.flags else 0.0
    return Placement(text, left, top, width, height, mirrored, angle)
