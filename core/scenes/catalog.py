"""What can be drawn: the categories with their ids, and the glyphs with the words for them.

Both are read from `catalog.txt`, whose head explains its fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

_CATALOG = Path(__file__).with_name("catalog.txt")
_FIELDS = 8

# Words whose plural no ending rule finds; they are looked up by the last word of a noun.
_IRREGULAR = {
    "man": "men",
    "woman": "women",
    "person": "people",
    "mouse": "mice",
    "wolf": "wolves",
    "knife": "knives",
    "leaf": "leaves",
}


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of object. Ids 1-90 are COCO's own with COCO's names; ours start at 1001."""

    category_id: int
    name: str
    supercategory: str


@dataclass(frozen=True, slots=True)
class Noun:
    """A word for one object and the word for several of them."""

    one: str
    many: str


@dataclass(frozen=True, slots=True)
class Glyph:
    """One picture of the emoji font and what may be done with and said about it.

    `metres` is the visible height of the real thing; `colour` is "" where none stands out;
    `recolours` names the colours the picture may be turned into.
    """

    text: str
    category: Category
    nouns: tuple[Noun, ...]
    colour: str
    recolours: tuple[str, ...]
    metres: float
    zones: frozenset[str]
    verbs: tuple[str, ...]
    flags: frozenset[str]


def plural(noun: str) -> str:
    """The plural of an English noun phrase whose last word is the head."""
    *before, head = noun.split(" ")
    if head in _IRREGULAR:
        head = _IRREGULAR[head]
    elif head.endswith(("s", "x", "ch", "sh")):
        head += "es"
    elif head.endswith("y") and head[-2] not in "aeiou":
        head = head[:-1] + "ies"
    else:
        head += "s"
    return " ".join([*before, head])


def categories() -> tuple[Category, ...]:
    """Every category, ordered by id."""
    return _read()[0]


def glyphs() -> tuple[Glyph, ...]:
    """Every glyph, in the order of the file (which scenes' random draws depend on)."""
    return _read()[1]


@cache
def glyphs_by_category(zone: str) -> dict[str, tuple[Glyph, ...]]:
    """The glyphs that may stand in `zone`, by category name."""
    found: dict[str, tuple[Glyph, ...]] = {}
    for glyph in glyphs():
        if zone in glyph.zones or zone == "plain":
            found[glyph.category.name] = (*found.get(glyph.category.name, ()), glyph)
    return found


@cache
def _read() -> tuple[tuple[Category, ...], tuple[Glyph, ...]]:
    by_name: dict[str, Category] = {}
    rows: list[Glyph] = []
    section = ""
    for line in _CATALOG.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("["):
            section = line.strip("[]")
        elif section == "categories":
            number, name, supercategory = (part.strip() for part in line.split(";"))
            by_name[name] = Category(int(number), name, supercategory)
        else:
            rows.append(_glyph(line, by_name))
    ordered = sorted(by_name.values(), key=lambda category: category.category_id)
    return tuple(ordered), tuple(rows)


def _glyph(line: str, by_name: dict[str, Category]) -> Glyph:
    parts = [part.strip() for part in line.split(";")]
    parts += [""] * (_FIELDS - len(parts))
    text, category, nouns, colour, metres, zones, verbs, flags = parts
    base, _, others = colour.partition(">")
    return Glyph(
        text=text,
        category=by_name[category],
        nouns=tuple(_noun(word) for word in nouns.split(", ")),
        colour="" if base == "-" else base,
        recolours=tuple(others.split(",")) if others else (),
        metres=float(metres),
        zones=frozenset(zones.split()),
        verbs=tuple(verbs.split(", ")) if verbs else (),
        flags=frozenset(flags.split()),
    )


def _noun(word: str) -> Noun:
    one, _, many = word.partition("/")
    return Noun(one, many or plural(one))
