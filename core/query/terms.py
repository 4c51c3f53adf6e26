"""What a query is made of."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from core.errors import QueryError

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_TERMS = 16
"""The most that a query can have."""
MIN_WEIGHT = 0.001
"""The least that a weight can be, whatever its sign: below it the other terms are all there is."""
MAX_WEIGHT = 1000.0
"""The most: beyond it one term is all there is, and the others only cost time."""

_ROUNDING = 1e-9  # 0.7 + 0.3 may lie above 1


@dataclass(frozen=True, slots=True)
class Text:
    """What the picture should show, in words. Raises `QueryError` for blank text."""

    text: str

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise QueryError("the query is empty; type what the picture should show")


@dataclass(frozen=True, slots=True)
class Known:
    """A picture of the collection itself, which is left out of its own results."""

    image_id: int


@dataclass(frozen=True, slots=True)
class File:
    """A picture file by its path: absolute, under `~`, or relative to the folder one works in. Raises `QueryError`
    for a blank path."""

    path: str

    def __post_init__(self) -> None:
        if not self.path.strip():
            raise QueryError("file: needs the path of a picture after it")


@dataclass(frozen=True, slots=True)
class Handed:
    """A picture handed in: the bytes of a file, or a Pillow image. `name` is how it is shown. It has no typed form."""

    picture: bytes | Image = field(repr=False, hash=False)  # a Pillow image compares but has no hash
    name: str = "a picture"


Subject: TypeAlias = Text | Known | File | Handed
"""What a term asks for."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a picture: its left and top edge, width and height, as shares (0 to 1) of the upright picture's width
    and height. Raises `QueryError` for a box that is empty or reaches outside."""

    left: float
    top: float
    width: float
    height: float

    def __post_init__(self) -> None:
        for start, length, sides in ((self.left, self.width, "left, width"), (self.top, self.height, "top, height")):
            if not (start >= 0 and length > 0 and start + length <= 1 + _ROUNDING):  # false for NaN too
                raise QueryError(
                    f"a crop of {sides} {start:g}, {length:g} is no part of the picture; all four numbers are shares "
                    "of it: left and top from 0, width and height above 0, left + width and top + height at most 1"
                )


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a query. A negative weight asks for less of it. Raises `QueryError` for a weight whose size is not
    within `MIN_WEIGHT` and `MAX_WEIGHT`, and for a crop of a text."""

    subject: Subject
    weight: float = 1.0
    crop: Crop | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.weight) and MIN_WEIGHT <= abs(self.weight) <= MAX_WEIGHT):
            raise QueryError(f"the weight {self.weight:g} is not between {MIN_WEIGHT:g} and {MAX_WEIGHT:g}")
        if self.crop is not None and isinstance(self.subject, Text):
            raise QueryError("a text has no part to crop; only pictures do")

    @property
    def is_text(self) -> bool:
        """True for words, False for any picture."""
        return isinstance(self.subject, Text)


@dataclass(frozen=True, slots=True)
class Query:
    """One to `MAX_TERMS` terms. Raises `QueryError` for fewer or more."""

    terms: tuple[Term, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", tuple(self.terms))
        if not self.terms:
            raise QueryError("the query is empty; type what the picture should show")
        if len(self.terms) > MAX_TERMS:
            raise QueryError(f"the query has {len(self.terms)} terms; at most {MAX_TERMS} can be weighed together")

    @property
    def linkable(self) -> bool:
        """True when the typed form says everything: no term is a picture that was handed in."""
        return not any(isinstance(term.subject, Handed) for term in self.terms)

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts among the terms, in order."""
        return tuple(term.subject.text for term in self.terms if isinstance(term.subject, Text))

    @property
    def known_ids(self) -> tuple[int, ...]:
        """Ids of the collection's pictures among the terms, in order."""
        return tuple(term.subject.image_id for term in self.terms if isinstance(term.subject, Known))

    @property
    def has_pictures(self) -> bool:
        """True when any term is a picture."""
        return not all(term.is_text for term in self.terms)
