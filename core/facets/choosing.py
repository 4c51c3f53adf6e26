"""A facet's choice as a part of the filter, and back."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from core.facets.reading import parse
from core.facets.terms import All, Field, Filter, Has, Value
from core.facets.writing import format_filter


class Mode(StrEnum):
    """How several values chosen in one facet are meant."""

    ANY = "any"
    ALL = "all"


def own_parts(asked: Filter, field: Field) -> tuple[Has, ...]:
    """The parts of a filter that a facet has written, or could have."""
    return tuple(part for part in asked.root.parts if isinstance(part, Has) and part.field is field)


def chosen(asked: Filter, field: Field, default: Mode = Mode.ANY) -> tuple[tuple[Value, ...], Mode]:
    """The values chosen in a facet and how they are meant; `default` where the filter leaves that open."""
    parts = own_parts(asked, field)
    values = tuple(dict.fromkeys(value for part in parts for value in part.values))
    if len(parts) > 1:
        return values, Mode.ALL
    return values, Mode.ANY if len(values) > 1 else default


def choose(asked: Filter, field: Field, values: Sequence[Value], mode: Mode) -> Filter:
    """The filter with another choice in one facet: its place in the text stays, everything else too."""
    own = own_parts(asked, field)
    if not values:
        written: list[Has] = []
    elif mode is Mode.ALL:
        written = [Has(field, (value,)) for value in values]
    else:
        written = [Has(field, tuple(values))]
    parts = list(asked.root.parts)
    at = parts.index(own[0]) if own else len(parts)
    kept = [part for part in parts if not (isinstance(part, Has) and part.field is field)]
    root = All((*kept[:at], *written, *kept[at:]))
    return parse(format_filter(Filter(root)))
