"""Which objects a scene holds and where each stands, decided before anything is painted."""

# ruff: noqa: PLR0917 (a drawing call is position, size and colour, in that order)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from core.scenes import catalog, font, habitats
from core.scenes.backdrop import Backdrop, Zone
from core.scenes.catalog import Glyph

_MOST_OBJECTS = 6
_LAST_OF_COCO = 90
_TRIES = 24
# Apparent size grows with real size to this power: a true 30:1 range would hide the small.
# What lies on a table is all small, and differs less already.
_SIZE_POWER, _TABLE_POWER, _TABLE_METRES = 0.46, 0.42, 0.5
_LEAST, _TALLEST, _WIDEST = 0.145, 0.6, 0.62
# An object alone in its picture is drawn this much larger.
_ALONE = 1.3
# Largest share of the smaller of two objects that the other may cover.
_OVERLAP = 0.08
MARGIN = 0.012
_SKIN_TONES = ("", "", "\U0001f3fb", "\U0001f3fc", "\U0001f3fd", "\U0001f3fe", "\U0001f3ff")


@dataclass(frozen=True, slots=True)
class Placement:
    """One object: its box's left, top, width and height in picture heights, and its pose.

    `line` is where the ground is below what does not touch it (nearer things hide farther ones);
    negative: its own foot.
    """

    text: str
    left: float
    top: float
    width: float
    height: float
    mirrored: bool
    angle: float
    line: float = -1.0

    @property
    def nearness(self) -> float:
        """Larger for what hides others."""
        return self.line if self.line >= 0 else self.foot

    @property
    def foot(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> float:
        return self.left + self.width / 2


@dataclass(frozen=True, slots=True)
class Deed:
    """What one object does with another: `words` lead from its name to `partner`'s ("walking"), `back`
    the other way ("next to"). `line` is a leash or string to draw, (x, y, x, y) in picture heights."""

    words: tuple[str, ...]
    back: tuple[str, ...]
    partner: Group
    line: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Objects of one glyph and colour in one zone; captions speak of them together."""

    glyph: Glyph
    colour: str
    zone: Zone
    placements: tuple[Placement, ...]
    deed: Deed | None = None


def place_groups(rng: Random, backdrop: Backdrop, aspect: float, start: Sequence[Group] = ()) -> tuple[Group, ...]:
    """Fill `backdrop` with 1 to 6 objects in 1 to 4 groups, of which `start` are there already.

    `aspect` is width over height.
    """
    wanted = rng.choices((1, 2, 3, 4), (17, 41, 30, 12))[0]
    if start:
        wanted = len(start) + rng.choices((0, 1, 2), (45, 40, 15))[0]
    groups: list[Group] = list(start)
    for _ in range(wanted * 5):
        taken = [placement for group in groups for placement in group.placements]
        room = _MOST_OBJECTS - len(taken)
        if len(groups) == wanted or room == 0:
            break
        # Nothing but a small bird in the sky makes a dull picture: what stands comes first.
        zones = backdrop.zones if groups else _standing(backdrop)
        zone = rng.choices(zones, [zone.share for zone in zones])[0]
        chosen = _choose(rng, backdrop, zone, groups)
        if chosen is None:
            continue
        glyph, colour = chosen
        most = 1 if "solo" in glyph.flags else 2 if glyph.metres > 3 else room
        count = min(most, room, rng.choices((1, 2, 3, 4, 5), (62, 20, 11, 5, 2))[0])
        placements = _spread(rng, glyph, colour, zone, aspect, taken, count)
        if placements:
            groups.append(Group(glyph, colour, zone, placements))
    if len(groups) == len(groups[0].placements if groups else ()) == 1:
        alone = pose(rng, groups[0].glyph, groups[0].colour, groups[0].zone, aspect, grow=_ALONE)
        return (replace(groups[0], placements=(alone,)),)
    if groups:
        return tuple(groups)
    # Only a zone too narrow for its objects comes here; another draw finds another glyph.
    return place_groups(rng, backdrop, aspect)


def _standing(backdrop: Backdrop) -> tuple[Zone, ...]:
    return tuple(zone for zone in backdrop.zones if not zone.airborne) or backdrop.zones


def place_wanted(
    rng: Random, backdrop: Backdrop, aspect: float, wanted: Sequence[tuple[Glyph, str, int]]
) -> tuple[Group, ...] | None:
    """Lay out exactly `wanted` (glyph, colour, count); None where this draw leaves no room.

    Each goes to the first zone of `backdrop` that takes it; None as well where there is none.
    """
    groups: list[Group] = []
    for glyph, colour, count in wanted:
        zone = next((zone for zone in backdrop.zones if zone.name in glyph.zones), None)
        if zone is None:
            return None
        taken = [placement for group in groups for placement in group.placements]
        placements = _spread(rng, glyph, colour, zone, aspect, taken, count)
        if len(placements) < count:
            return None
        groups.append(Group(glyph, colour, zone, placements))
    return tuple(groups)


def pose(
    rng: Random,
    glyph: Glyph,
    colour: str,
    zone: Zone,
    aspect: float,
    near: float | None = None,
    grow: float = 1.0,
) -> Placement:
    """A random pose and place for one glyph in `zone`, `near` this x where given, `grow` times as large."""
    text = with_skin(rng, glyph)
    picture = font.glyph_picture(text, glyph.colour, colour)
    depth = rng.random()
    scale = zone.far + (1 - zone.far) * depth
    # Nothing on a plain colour tells how far away a thing is, so all may be large.
    power = _SIZE_POWER if zone.metres > _TABLE_METRES else _TABLE_POWER
    if zone.name == "plain":
        power = 0.12
    height = grow * zone.size * (glyph.metres / zone.metres) ** power * scale
    height *= min(1.0, 0.5 + 0.45 * aspect) * rng.uniform(1.02, 1.2)
    shape = picture.width / picture.height
    # Long things may lie flat: a knife's picture is as wide as it is high, a race car's twice.
    if shape > 1:
        height /= shape**0.5
    height = max(height, _LEAST * (0.6 + 0.4 * scale) / max(1.0, shape))
    height = min(height, _TALLEST, _WIDEST * aspect / shape)
    width = height * shape
    angle = rng.uniform(-16, 16) if "tilt" in glyph.flags else 0.0
    first = max(MARGIN, zone.span[0] * aspect)
    last = min(aspect - MARGIN, zone.span[1] * aspect) - width
    if last < first:
        # Wider than its zone: in the zone's middle.
        first = last = (first + last) / 2
    if near is None:
        # Alone, nearer the middle.
        left = rng.uniform(first, last) if grow == 1.0 else rng.triangular(first, last)
    else:
        shift = rng.choice((-1, 1)) * rng.uniform(0.9, 1.7) * width
        left = min(last, max(first, near - width / 2 + shift))
    left = max(MARGIN, min(left, aspect - MARGIN - width))
    line = zone.top + (zone.bottom - zone.top) * depth
    top = line - height / 2 if zone.airborne else line - height
    top = min(max(top, MARGIN), 1 - MARGIN - height)
    mirrored = "fixed" not in glyph.flags and rng.random() < 0.5
    if "enter" in glyph.flags and zone.name != "plain":
        left = 0.0 if mirrored else aspect - width
    return Placement(text, left, top, width, height, mirrored, angle)


def overlap(first: Placement, second: Placement) -> float:
    """The share of the smaller box that the two have in common, 0-1."""
    across = min(first.left + first.width, second.left + second.width) - max(first.left, second.left)
    down = min(first.foot, second.foot) - max(first.top, second.top)
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / min(first.width * first.height, second.width * second.height)


def _choose(rng: Random, backdrop: Backdrop, zone: Zone, groups: Sequence[Group]) -> tuple[Glyph, str] | None:
    """A glyph and colour for `zone` that captions can tell from those of `groups`."""
    offered = catalog.glyphs_by_category(zone.name)
    names = [name for name in offered if name not in backdrop.excludes]
    favourites = [name for name in backdrop.favourites if name in names]
    kin = [group.glyph.category.name for group in groups if group.colour and group.glyph.category.name in names]
    if not names:
        return None
    pool = favourites if favourites and rng.random() < 0.55 else names
    # Every one of COCO's categories should come up: people compare photos with the drawings.
    known = [name for name in names if offered[name][0].category.category_id <= _LAST_OF_COCO]
    if pool is names and known and rng.random() < 0.4:
        pool = known
    # A red car beside a blue one: what tells scenes apart is which colour belongs to which.
    if kin and rng.random() < 0.15:
        pool = kin
    glyph = rng.choice(offered[rng.choice(pool)])
    colour = coloured(rng, glyph)
    if not suits(glyph, zone, backdrop):
        return None
    if any(_confusable(glyph, colour, group) for group in groups):
        return None
    return glyph, colour


def suits(glyph: Glyph, zone: Zone, backdrop: Backdrop) -> bool:
    """Whether `glyph` looks at home in `zone` of `backdrop` and in its light."""
    dark = backdrop.light.name == "night" or zone.name in ("space", "moon")
    unfit = "day" if dark else "night"
    return unfit not in glyph.flags and habitats.fits(glyph, zone.name, backdrop.place)


def coloured(rng: Random, glyph: Glyph) -> str:
    """The glyph's own colour or, mostly, one of those it may be turned into."""
    return rng.choice(glyph.recolours) if glyph.recolours and rng.random() < 0.7 else glyph.colour


def _confusable(glyph: Glyph, colour: str, group: Group) -> bool:
    """Whether a caption could not tell `glyph` in `colour` from `group`."""
    if glyph.category != group.glyph.category:
        return False
    if glyph.category.supercategory == "person":
        return bool({noun.one for noun in glyph.nouns} & {noun.one for noun in group.glyph.nouns})
    return not colour or not group.colour or colour == group.colour


def _spread(
    rng: Random,
    glyph: Glyph,
    colour: str,
    zone: Zone,
    aspect: float,
    taken: Sequence[Placement],
    count: int,
) -> tuple[Placement, ...]:
    placed: list[Placement] = []
    together = rng.random() < 0.6
    for _ in range(_TRIES):
        if len(placed) == count:
            break
        near = rng.choice(placed).middle if placed and together else None
        trial = pose(rng, glyph, colour, zone, aspect, near)
        if all(overlap(trial, other) <= _OVERLAP for other in (*taken, *placed)):
            placed.append(trial)
    return tuple(placed)


def with_skin(rng: Random, glyph: Glyph) -> str:
    """The glyph's text in a random skin tone, which follows the first code point."""
    tone = rng.choice(_SKIN_TONES) if "tone" in glyph.flags else ""
    if not tone:
        return glyph.text
    rest = glyph.text[1:].removeprefix("\ufe0f")
    return glyph.text[0] + tone + rest
