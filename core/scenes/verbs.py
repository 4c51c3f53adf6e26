"""What a group can be said to do where it is."""

from __future__ import annotations

import re

from core.scenes.catalog import plural
from core.scenes.layout import Group

# Verbs by the kind of thing where a glyph names none; "be parked" is "is parked" / "parked".
_KIND_VERBS = {
    "person": ("stand",),
    "animal": ("stand", "walk", "rest"),
    "building": ("stand",),
    "plant": ("grow", "stand"),
    "nature": ("lie", "rest"),
}
_FLOATING = ("float", "hover")


def verbs(group: Group) -> tuple[str, ...]:
    """Verb phrases in base form, one of which a caption takes; "" where naming it is enough.

    Several riders "ride bicycles" where one "rides a bicycle".
    """
    found = _verbs(group)
    if len(group.placements) == 1:
        return found
    return tuple(re.sub(r"\ban? ([\w ]+)$", lambda thing: plural(thing.group(1)), verb) for verb in found)


def _verbs(group: Group) -> tuple[str, ...]:
    glyph, zone = group.glyph, group.zone.name
    kind, own = glyph.category.supercategory, glyph.verbs
    if zone == "plain":
        return own if kind == "person" else ("",)
    if zone == "sky" and kind == "animal":
        return own if {"fly", "flutter"} & set(own) else ("fly", "fly", "soar")
    if zone == "seabed" and kind == "animal":
        return own if "crawl" in own else ("rest", "lie")
    if zone in ("deep", "water") and kind == "animal":
        return own if {"swim", "float", "wade", "crawl"} & set(own) else ("swim",)
    if own:
        return own
    if zone == "road" and kind == "vehicle":
        return ("drive", "travel", "be parked", "wait")
    if zone in ("rail", "ahead"):
        return ("travel", "stand", "run")
    if kind == "vehicle":
        return ("stand", "be parked") if zone == "ground" else ("",)
    if zone in ("sky", "space"):
        return _FLOATING
    if zone == "wall":
        return ("hang", "")
    return _KIND_VERBS.get(kind, ("sit", "rest", "", ""))
