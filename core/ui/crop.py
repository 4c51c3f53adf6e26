"""A picture of which a part can be chosen, and which part was.

The component is our own: of the croppers for Streamlit none can be used by keyboard and by touch, and those that are
kept draw in a frame of their own, outside the page's theme.
"""

from __future__ import annotations

from core import errors
from core.query import Crop
from core.ui import components

PLACE = "PART"
"""Stands in an address for the part that will be chosen."""

_LEAST = 0.001  # of a side; less is no part that anybody chose


def choose(
    src: str,
    key: str,
    region: Crop | None,
    *,
    alt: str = "",
    title: str = "",
    text: str = "",
    action: str = "Search this part",
    href: str = "",
) -> None:
    """Draw the picture `src` (a data URI) with the part `region` of it. What is chosen is told to the next run, where
    `taken` finds it under the same `key`; or, with `href`, it leads to that address, with "left,top,width,height" in
    the place of `PLACE`. `title` and `text` stand below the picture."""
    data = {
        "src": src,
        "alt": alt or title,
        "title": title,
        "text": text,
        "action": action,
        "href": href,
        "region": None if region is None else [region.left, region.top, region.width, region.height],
    }
    components.draw("crop", data, key, "apply", "clear")


def taken(key: str) -> tuple[Crop | None] | None:
    """What was just done to the component `key`, drawn later in this run: a part, or None in its place for the whole
    picture again; None alone where nothing was done."""
    if components.fired(key, "clear"):
        return (None,)
    sides = components.fired(key, "apply")
    if not (isinstance(sides, list) and len(sides) == 4 and all(isinstance(one, int | float) for one in sides)):
        return None
    try:
        region = Crop(*sides)
    except errors.QueryError:
        return None
    if min(region.width, region.height) < _LEAST:
        return None
    return (None,) if min(region.width, region.height) >= 1 else (region,)
