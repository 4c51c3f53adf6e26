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
    """Every noun of the catalog, one and many, that means one category only."""
    meanings: dict[str, set[str]] = {}
    for glyph in catalog.glyphs():
        own = glyph.category.name
        for word in (own, catalog.plural(own), *(form for noun in glyph.nouns for form in (noun.one, noun.many))):
            meanings.setdefault(word.lower(), set()).add(own)
    return {word: next(iter(owners)) for word, owners in meanings.items() if len(owners) == 1}


@cache
def _pattern() -> re.Pattern[str]:
    # The longest noun wins: a teddy bear is no bear.
    ordered = sorted(_words(), key=len, reverse=True)
    return re.compile(r"\b(" + "|".join(map(re.escape, ordered)) + r")\b")
