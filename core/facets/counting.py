"""How many pictures each value of a facet would leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.facets.choosing import Mode, chosen, own_parts
from core.facets.matching import mask
from core.facets.stop_words import STOP_WORDS
from core.facets.terms import ORIENTATIONS, Field, Named, Range, Value
from core.facets.writing import write_value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.facets.columns import Columns, Mask
    from core.facets.terms import Filter

MOST_WORDS = 60
"""Caption words offered; a collection has thousands."""

_STEPS: dict[Field, tuple[Range, ...]] = {
    Field.OBJECTS: (Range(0, 0), Range(1, 1), Range(2, 2), Range(3, 5), Range(6, 10), Range(11, None)),
    Field.CAPTIONS: (*(Range(number, number) for number in range(6)), Range(6, 10), Range(11, None)),
    Field.SIDE: (Range(0, 0), Range(1, 320), Range(321, 640), Range(641, 1280), Range(1281, 2560), Range(2561, None)),
}


@dataclass(frozen=True, slots=True)
class Facet:
    """A field that is offered to choose from; `several` where one picture can have more than one value, so that all of
    them can be asked for at once."""

    field: Field
    title: str
    several: bool = False


FACETS = (
    Facet(Field.CATEGORY, "Category", several=True),
    Facet(Field.SUPERCATEGORY, "Supercategory", several=True),
    Facet(Field.OBJECTS, "Objects"),
    Facet(Field.WORD, "Words", several=True),
    Facet(Field.CAPTIONS, "Captions"),
    Facet(Field.SIDE, "Longer side"),
    Facet(Field.ORIENTATION, "Orientation"),
    Facet(Field.LICENSE, "Licence"),
)
"""What a collection can be counted and filtered by, in the order in which it is offered."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value: as it stands in the filter, as people read it, the pictures it would leave, whether it is chosen."""

    text: str
    shown: str
    pictures: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """A facet with its choices, most pictures first (steps of numbers in their order), those without any left out."""

    facet: Facet
    choices: tuple[Choice, ...]
    mode: Mode


def count(
    columns: Columns, asked: Filter, modes: Mapping[Field, Mode] | None = None
) -> tuple[Mask, tuple[FacetCounts, ...]]:
    """The pictures a filter leaves, bool `(len(columns),)`, and for each facet how many it would leave by value.

    A facet whose values are meant as "any" is counted as if nothing were chosen in it: the number beside a value is
    what choosing that one alone gives. One meant as "all" is counted among what is left. `modes` says how a choice of
    one value is meant. Facets that cannot part the collection are left out. Raises as `mask`.
    """
    held = [mask(columns, asked, part) for part in asked.root.parts]
    whole = _together(held) if held else None
    found = []
    for facet in FACETS:
        values, mode = chosen(asked, facet.field, (modes or {}).get(facet.field, Mode.ANY))
        among = whole
        if mode is Mode.ANY and values:
            own = own_parts(asked, facet.field)
            others = [one for one, part in zip(held, asked.root.parts, strict=True) if part not in own]
            among = _together(others) if others else None
        choices = _choices(columns, facet.field, among, values)
        if len(choices) > 1 or any(choice.chosen for choice in choices):
            found.append(FacetCounts(facet, choices, mode))
    return (np.ones(len(columns), np.bool_) if whole is None else whole), tuple(found)


def _together(held: list[Mask]) -> Mask:
    found: Mask = np.logical_and.reduce(held)
    return found


def _choices(columns: Columns, field: Field, among: Mask | None, values: tuple[Value, ...]) -> tuple[Choice, ...]:
    if field in _STEPS:
        return _steps(columns.numbers[field], field, among, values)
    if field is Field.ORIENTATION:
        names: tuple[str, ...] = ORIENTATIONS
        codes = columns.orientation if among is None else columns.orientation[among]
        counts = np.bincount(codes, minlength=len(names))
    else:
        names, counts = columns.several[field].names, columns.several[field].counts(among)
    picked = {value.name.casefold() for value in values if isinstance(value, Named)}
    if field is Field.LICENSE:
        picked |= {columns.license_ids[int(name)].casefold() for name in picked if _is_number(columns, name)}
    offered = _telling(names, counts) if field is Field.WORD else [at for at in _by_count(counts) if counts[at]]
    offered += [at for at, name in enumerate(names) if picked and name.casefold() in picked and at not in set(offered)]
    return tuple(
        Choice(write_value(Named(names[at])), names[at], int(counts[at]), names[at].casefold() in picked)
        for at in offered
    )


def _by_count(counts: NDArray[np.int64]) -> list[int]:
    found: list[int] = np.argsort(-counts, kind="stable").tolist()
    return found


def _telling(names: tuple[str, ...], counts: NDArray[np.int64]) -> list[int]:
    """The commonest words that say something about a picture."""
    offered: list[int] = []
    for at in _by_count(counts):
        if len(offered) >= MOST_WORDS or not counts[at]:
            break
        if names[at] not in STOP_WORDS and len(names[at]) > 1:
            offered.append(at)
    return offered


def _steps(
    column: NDArray[np.int64], field: Field, among: Mask | None, values: tuple[Value, ...]
) -> tuple[Choice, ...]:
    numbers = np.sort(column if among is None else column[among])
    ranges = [*_STEPS[field], *(value for value in values if isinstance(value, Range) and value not in _STEPS[field])]
    choices = []
    for step in ranges:
        low = 0 if step.low is None else int(np.searchsorted(numbers, step.low, "left"))
        high = len(numbers) if step.high is None else int(np.searchsorted(numbers, step.high, "right"))
        if high > low or step in values:
            choices.append(Choice(write_value(step), _shown(step, field), max(0, high - low), step in values))
    return tuple(choices)


def _shown(step: Range, field: Field) -> str:
    unit = " px" if field is Field.SIDE else ""
    if field is Field.SIDE and (step.low, step.high) == (0, 0):
        return "unknown"
    if step.low == step.high:
        return f"{step.low}{unit}"
    if step.high is None:
        return f"{step.low}{unit} or more"
    if step.low is None or (field is Field.SIDE and step.low == 1):
        return f"up to {step.high}{unit}"
    return f"{step.low}–{step.high}{unit}"


def _is_number(columns: Columns, name: str) -> bool:
    return name.isascii() and name.isdigit() and int(name) in columns.license_ids
