"""Which of the drawing program's categories a picture shows, by its drawing, its class name or its captions.

Photos and drawings of the same thing can so be told to belong together, though no caption is about both.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import ConfigurationError
from core.scenes import catalog

Things = NDArray[np.uint8]
"""`(n, categories)`: 1 where the picture shows that category, in the order of `core.scenes.categories()`."""

# What people say of photos, and the drawing program never does.
_SAID_OF_PHOTOS = {
    "person": (
        *("girl", "girls", "child", "children", "kid", "kids", "baby", "babies", "toddler", "toddlers", "teenager"),
        *("teenagers", "adult", "adults", "player", "players", "runner", "runners", "climber", "climbers", "hiker"),
        *("hikers", "skateboarder", "skateboarders", "skater", "skaters", "wrestler", "wrestlers", "crowd"),
    ),
    "boat": ("kayak", "kayaks"),
    "cell phone": ("cellphone", "cellphones"),
    "glasses": ("sunglasses",),
    "skis": ("skiing",),
    "sports ball": ("ball", "balls"),
}
# Of photos rather a colour ("an orange shirt") and what people do ("a man watches") than the thing.
_MEANT_OTHERWISE = frozenset({"orange", "watch", "watches"})


def none(pictures: int) -> Things:
    """Pictures of which nothing is known."""
    return np.zeros((pictures, len(catalog.categories())), dtype=np.uint8)


def rows(names: Sequence[Iterable[str]]) -> Things:
    """The categories of each picture by name."""
    known = {category.name: number for number, category in enumerate(catalog.categories())}
    found = none(len(names))
    for picture, own in enumerate(names):
        found[picture, [known[name] for name in own]] = 1
    return found


def category(column: int) -> str:
    """The category of a column of `Things`."""
    return catalog.categories()[column].name


def known(name: str) -> list[str]:
    """The category of this name in a list, or none."""
    return [name] if name in {category.name for category in catalog.categories()} else []


def names() -> tuple[str, ...]:
    """How a person calls each category, in the order of `Things`: without what only tells two of a name apart."""
    return tuple(category.name.partition(" (")[0] for category in catalog.categories())


def told(captions: Sequence[str]) -> set[str]:
    """The categories that at least half of a picture's captions name."""
    counts = Counter(name for caption in captions for name in _named(caption.lower()))
    return {name for name, count in counts.items() if 2 * count >= len(captions)}


def read_everyday(path: Path) -> dict[str, str]:
    """Class names to categories, from a TOML file with a list of class names for each category.

    Raises `ConfigurationError` for a file that cannot be read and for a category that nothing is drawn of.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"Everyday words {path} cannot be read: {error}.") from error
    known = {category.name for category in catalog.categories()}
    if unknown := sorted(set(table) - known):
        raise ConfigurationError(f"Everyday words {path}: {unknown[0]!r} is no category of the drawing program.")
    return {name: category for category, names in table.items() for name in names}


def _named(text: str) -> set[str]:
    return {_words()[found] for found in _pattern().findall(text)}


@cache
def _words() -> dict[str, str]:
    """What captions call a category: every noun of the catalog, one and many, that means one category only, and what is
    said of photos alone."""
    meanings: dict[str, set[str]] = {}
    for glyph in catalog.glyphs():
        own = glyph.category.name
        for word in (own, catalog.plural(own), *(form for noun in glyph.nouns for form in (noun.one, noun.many))):
            meanings.setdefault(word.lower(), set()).add(own)
    words = {word: next(iter(owners)) for word, owners in meanings.items() if len(owners) == 1}
    words |= {word: own for own, said in _SAID_OF_PHOTOS.items() for word in said}
    return {word: own for word, own in words.items() if word not in _MEANT_OTHERWISE}


@cache
def _pattern() -> re.Pattern[str]:
    # The longest noun wins: a teddy bear is no bear.
    ordered = sorted(_words(), key=len, reverse=True)
    return re.compile(r"\b(" + "|".join(map(re.escape, ordered)) + r")\b")
