"""Two objects in one act: a man walking a dog, a cat on a couch, a woman flying a kite."""

# ruff: noqa: PLR0917 (every maker takes the act, its objects and where it happens, in that order)

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from core.scenes import catalog, habitats
from core.scenes.backdrop import Backdrop, Zone
from core.scenes.catalog import Glyph
from core.scenes.layout import MARGIN, Deed, Group, Placement, coloured, overlap, pose

_WALKERS = "🚶‍♂️ 🚶‍♀️"
_STANDERS = "🧍‍♂️ 🧍‍♀️"
_DOGS = "🐕 🐩 🦮 🐕‍🦺"
_MOUNTS = "🐘 🐎 🐪 🐫 🐄 🐃"
_TRIES = 8
_SHARE, _TABLE_SHARE = 0.34, 0.1
# Sizes in an act grow with the real ones to this power, down to a ratio and a picture height still to be seen.
_TRUTH, _TINY, _SMALLEST = 0.72, 0.12, 0.085
# Where the hand of a person's glyph is: shares of its width from its front edge, and of its height from the foot.
_HAND = (0.24, 0.47)


@dataclass(frozen=True, slots=True)
class _Act:
    """Who does what with which thing, in which zones.

    `how` is where the thing goes: "leash", "beside" and "behind" at the doer's feet, "string" in the air,
    "held" in the hand, "on" below the doer, whose foot is then `seat` heights above the thing's own.
    `words` stand between the two names, `back` between them the other way round.
    """

    doers: str
    things: str
    zones: str
    how: str
    words: tuple[str, ...]
    back: tuple[str, ...] = ()
    seat: float = 0.0


_WITH = ("next to", "beside", "with")
_UNDER = ("under", "beneath", "below")
_ACTS = (
    _Act(_WALKERS, _DOGS, "ground road", "leash", ("walking", "walking with", "taking a walk with"), _WITH),
    _Act(_STANDERS, "🪁", "ground", "string", ("flying", "flying", "playing with"), ("above", "over")),
    _Act(_STANDERS, "🎈", "ground floor stage", "string", ("holding", "with"), ("above", "over")),
    _Act(_STANDERS, "🚲 🛴", "ground road", "beside", ("standing next to", "standing beside", "next to"), _WITH),
    _Act(_STANDERS, "⚽ 🏀 🏐 🏈", "ground floor", "beside", ("playing with", "standing next to", "with"), _WITH),
    _Act("🏃‍♂️ 🏃‍♀️", "⚽", "ground", "beside", ("kicking", "running after", "playing with"), _WITH),
    _Act(_STANDERS, "☂️", "ground floor", "held", ("holding", "with", "carrying"), ("held by",)),
    _Act(_WALKERS, "🧳", "ground road floor", "behind", ("pulling", "walking with", "with"), _WITH),
    _Act(_WALKERS, "🛒", "road", "beside", ("pushing", "walking with"), _WITH),
    _Act("👨‍🌾", "🐑 🐄 🐖 🐐 🐎", "ground", "beside", ("looking after", "standing next to", "standing beside"), _WITH),
    _Act("👨‍🚀", "🚩", "moon", "beside", ("standing next to", "next to", "beside"), _WITH),
    _Act("🐈 🐈‍⬛ 🧸 🐕", "🛋️", "floor", "on", ("on", "sitting on", "on top of"), _UNDER, 0.34),
    _Act("🐈 🐈‍⬛ 🧸", "🛏️", "floor", "on", ("on", "resting on", "on top of"), _UNDER, 0.5),
    _Act("🐈 🐈‍⬛ 🧸", "🪑", "floor", "on", ("on", "sitting on", "on top of"), _UNDER, 0.47),
    _Act("🐈 🐈‍⬛ 🧸", "📦 🎁", "floor", "on", ("on", "sitting on", "on top of"), _UNDER, 0.9),
    _Act("🐕 🐩 🐒", "🛹", "ground road floor", "on", ("riding", "riding on", "on", "standing on"), _UNDER, 0.62),
    _Act("🐧 🐻‍❄️", "🛷", "snow", "on", ("riding", "on", "sitting on"), _UNDER, 0.62),
    _Act("🐒", _MOUNTS, "ground", "on", ("riding", "on the back of", "sitting on"), _UNDER, 0.8),
    _Act("🐦 🦜 🐤", f"{_MOUNTS} 🦏 🦛 🐑", "ground", "on", ("on the back of", "sitting on", "on"), _UNDER, 0.9),
    _Act("🐈 🐈‍⬛", "🚗 🚙 🚕", "road", "on", ("on the roof of", "on top of", "sitting on"), _UNDER, 0.93),
    _Act("🍎 🍏 ☕ 🍩 🧁 🍊", "📚", "table", "on", ("on", "on top of", "sitting on"), _UNDER, 0.88),
    _Act("🐈 🐈‍⬛", "💻", "table", "beside", ("next to", "beside"), ("next to", "beside")),
)


def act(rng: Random, backdrop: Backdrop, aspect: float) -> tuple[Group, Group] | None:
    """An act, as its doer's group and its thing's, in some of the scenes that allow one; else None."""
    laid = any(zone.name == "table" for zone in backdrop.zones)
    if rng.random() >= (_TABLE_SHARE if laid else _SHARE):
        return None
    offered = [(one, zone) for one in _ACTS for zone in backdrop.zones if _fits(one, zone, backdrop)]
    if not offered:
        return None
    if backdrop.light.name == "rain":
        # Who is out in the rain mostly holds an umbrella.
        offered += [(one, zone) for one, zone in offered if one.how == "held"] * 6
    chosen, zone = rng.choice(offered)
    doer, thing = (_glyph(rng, texts) for texts in (chosen.doers, chosen.things))
    if {doer.category.name, thing.category.name} & backdrop.excludes:
        return None
    if not all(habitats.fits(glyph, zone.name, backdrop.place) for glyph in (doer, thing)):
        return None
    colours = coloured(rng, doer), coloured(rng, thing)
    for _ in range(_TRIES):
        pair = _MAKERS[chosen.how](rng, chosen, ((doer, colours[0]), (thing, colours[1])), zone, backdrop, aspect)
        if pair is not None and all(_inside(one, aspect) for group in pair for one in group.placements):
            return pair
    return None


def _fits(chosen: _Act, zone: Zone, backdrop: Backdrop) -> bool:
    sky = any(other.name == "sky" for other in backdrop.zones)
    return zone.name in chosen.zones.split() and (sky or "🪁" not in chosen.things)


def _glyph(rng: Random, texts: str) -> Glyph:
    text = rng.choice(texts.split())
    return next(glyph for glyph in catalog.glyphs() if glyph.text == text)


Named = tuple[Glyph, str]


def _beside(
    rng: Random, chosen: _Act, named: tuple[Named, Named], zone: Zone, backdrop: Backdrop, aspect: float
) -> tuple[Group, Group] | None:
    """The thing on the ground before the doer, a line from hand to collar where it is led."""
    (doer, shade), (thing, colour) = named
    one, other = pose(rng, doer, shade, zone, aspect), pose(rng, thing, colour, zone, aspect)
    scale = _scale(one, doer, other, thing)
    gap = one.width * (0.5 if chosen.how == "leash" else 0.06)
    wide, tall = other.width * scale, other.height * scale
    # The font's walkers look to the left.
    ahead = one.mirrored != (chosen.how == "behind")
    left = one.left + one.width + gap if ahead else one.left - gap - wide
    placed = replace(other, left=left, top=one.foot + 0.012 - tall, width=wide, height=tall, angle=0.0)
    line: tuple[float, ...] = ()
    if chosen.how == "leash":
        # A dog that looks ahead shows its back to the hand.
        collar = placed.left + placed.width * (0.35 if one.mirrored else 0.65)
        line = (*_hand(one), collar, placed.top + placed.height * 0.45)
    return _groups(chosen, (doer, shade, zone, one), (thing, colour, zone, placed), line)


def _string(
    rng: Random, chosen: _Act, named: tuple[Named, Named], zone: Zone, backdrop: Backdrop, aspect: float
) -> tuple[Group, Group] | None:
    """The thing in the air on a string: a kite far up, a balloon just above the hand."""
    (doer, shade), (thing, colour) = named
    one = pose(rng, doer, shade, zone, aspect)
    sky = next((other for other in backdrop.zones if other.name == "sky"), None)
    if "sky" in thing.zones and "floor" not in thing.zones:
        if sky is None:
            return None
        placed = pose(rng, thing, colour, sky, aspect)
        if overlap(one, placed) > 0 or placed.foot > one.top + one.height * 0.3:
            return None
        line = (*_hand(one), placed.left + placed.width * 0.5, placed.top + placed.height * 0.5)
        return _groups(chosen, (doer, shade, zone, one), (thing, colour, sky, placed), line)
    other = pose(rng, thing, colour, zone, aspect)
    scale = _scale(one, doer, other, thing)
    x, y = _hand(one)
    wide, tall = other.width * scale, other.height * scale
    left = x - wide * (0.1 if one.mirrored else 0.9)
    placed = replace(other, left=left, top=y - one.height * 0.3 - tall, width=wide, height=tall)
    air = replace(zone, name="held", phrases=_places(zone))
    return _groups(chosen, (doer, shade, zone, one), (thing, colour, air, placed), (x, y, placed.middle, placed.foot))


def _held(
    rng: Random, chosen: _Act, named: tuple[Named, Named], zone: Zone, backdrop: Backdrop, aspect: float
) -> tuple[Group, Group] | None:
    """The thing in the doer's hand, its lower end there."""
    (doer, shade), (thing, colour) = named
    one, other = pose(rng, doer, shade, zone, aspect), pose(rng, thing, colour, zone, aspect)
    scale = _scale(one, doer, other, thing)
    wide, tall = other.width * scale, other.height * scale
    x, y = _hand(one)
    left = x - wide * (0.15 if one.mirrored else 0.85)
    placed = replace(other, left=left, top=y - tall, width=wide, height=tall, line=one.foot + 0.001)
    air = replace(zone, name="held", phrases=_places(zone))
    return _groups(chosen, (doer, shade, zone, one), (thing, colour, air, placed), ())


def _on(
    rng: Random, chosen: _Act, named: tuple[Named, Named], zone: Zone, backdrop: Backdrop, aspect: float
) -> tuple[Group, Group] | None:
    """The doer on top of the thing."""
    (doer, shade), (thing, colour) = named
    below, other = pose(rng, thing, colour, zone, aspect), pose(rng, doer, shade, zone, aspect)
    below = replace(below, angle=0.0)
    scale = _scale(below, thing, other, doer)
    wide, tall = other.width * scale, other.height * scale
    middle = below.middle + rng.uniform(-0.1, 0.1) * below.width
    foot = below.foot - below.height * chosen.seat
    placed = replace(
        other, left=middle - wide / 2, top=foot - tall, width=wide, height=tall, angle=0.0, line=below.foot + 0.001
    )
    place = replace(zone, phrases=_places(zone))
    return _groups(
        chosen, (doer, shade, replace(place, name="held"), placed), (thing, colour, place, below), (), place=place
    )


_MAKERS = {"beside": _beside, "behind": _beside, "leash": _beside, "string": _string, "held": _held, "on": _on}


def _groups(
    chosen: _Act,
    first: tuple[Glyph, str, Zone, Placement],
    second: tuple[Glyph, str, Zone, Placement],
    line: Sequence[float],
    place: Zone | None = None,
) -> tuple[Group, Group]:
    glyph, colour, zone, placed = second
    thing = Group(glyph, colour, zone, (placed,))
    glyph, colour, zone, placed = first
    return Group(glyph, colour, zone, (placed,), Deed(chosen.words, chosen.back, thing, tuple(line))), thing


def _scale(one: Placement, glyph: Glyph, other: Placement, other_glyph: Glyph) -> float:
    """What brings `other` to the size it has beside `one`: nearer the truth than objects that stand apart."""
    true = max(other_glyph.metres / glyph.metres, _TINY)
    return min(max(one.height * math.pow(true, _TRUTH), _SMALLEST) / other.height, 1.35)


def _hand(one: Placement) -> tuple[float, float]:
    across, up = _HAND
    x = one.left + one.width * (1 - across if one.mirrored else across)
    return x, one.foot - one.height * up


def _places(zone: Zone) -> tuple[str, ...]:
    """The phrases of `zone` that stay true of what does not touch its ground."""
    kept = tuple(phrase for phrase in zone.phrases if not phrase.startswith("on ") or "street" in phrase)
    return kept or zone.phrases


def _inside(one: Placement, aspect: float) -> bool:
    right, foot = aspect - MARGIN - one.width, 1 - MARGIN - one.height
    return MARGIN <= one.left <= right and MARGIN <= one.top <= foot
