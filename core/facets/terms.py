"""What a filter is made of. `at` is where a part stands in the text, for messages; it says nothing about what is meant,
so parts that differ only there are equal."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as part
from enum import StrEnum
from typing import TypeAlias


class Field(StrEnum):
    """What can be asked of a picture, by the name it has in the text."""

    CATEGORY = "category"
    SUPERCATEGORY = "supercategory"
    WORD = "word"
    LICENSE = "license"
    ORIENTATION = "orientation"
    FILE = "file"
    OBJECTS = "objects"
    CAPTIONS = "captions"
    WIDTH = "width"
    HEIGHT = "height"
    SIDE = "side"
    ID = "id"

    @property
    def is_number(self) -> bool:
        """True where values are whole numbers and ranges of them."""
        return self in _NUMBERS


_NUMBERS = frozenset({Field.OBJECTS, Field.CAPTIONS, Field.WIDTH, Field.HEIGHT, Field.SIDE, Field.ID})
ORIENTATIONS = ("landscape", "portrait", "square", "unknown")
NO_LICENSE = "none"


@dataclass(frozen=True, slots=True)
class Named:
    """A value by its name, letter case aside."""

    name: str
    at: int = part(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Range:
    """Whole numbers from `low` to `high`, both included; None for no bound."""

    low: int | None
    high: int | None
    at: int = part(default=0, compare=False)


Value: TypeAlias = Named | Range


@dataclass(frozen=True, slots=True)
class Has:
    """The picture has any of these values."""

    field: Field
    values: tuple[Value, ...]
    at: int = part(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Words:
    """The picture's captions have words that begin like this; a `phrase` is words in a row, whole."""

    text: str
    phrase: bool = False
    at: int = part(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Node


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without parts, always."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Node, ...]


Node: TypeAlias = "Has | Words | Not | All | AnyOf"


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter as a tree, whose top is always an `All`, and the text it was read from."""

    root: All
    text: str = part(default="", compare=False)

    def __bool__(self) -> bool:
        """True when anything is asked for."""
        return bool(self.root.parts)


EVERYTHING = Filter(All())
"""The filter that every picture passes."""
