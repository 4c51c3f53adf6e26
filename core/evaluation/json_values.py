"""Frozen dataclasses to JSON and back, every type checked: a saved run may come from anywhere."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """Dataclasses, tuples, mappings and plain values as what `json.dumps` takes."""
    if dataclasses.is_dataclass(value):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [to_json(one) for one in value]
    return value.value if isinstance(value, Enum) else value


def from_json(kind: type[T], value: Any, place: str = "") -> T:
    """`value`, as `json.loads` gave it, as a `kind`. Raises `ValueError` naming the `place` of whatever is not as
    declared; a number must be finite. Fields that are missing take their defaults."""
    read: T = _read(kind, value, place or kind.__name__)
    return read


def _read(kind: Any, value: Any, place: str) -> Any:
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _one_of(typing.get_args(kind), value, place)
    if origin is tuple:
        _check(isinstance(value, list), "a list", value, place)
        inner = typing.get_args(kind)[0]
        return tuple(_read(inner, one, f"{place}[{at}]") for at, one in enumerate(value))
    if origin is not None and issubclass(origin, Mapping):
        _check(isinstance(value, dict), "an object", value, place)
        key_kind, inner = typing.get_args(kind)
        return {_read(key_kind, key, place): _read(inner, one, f"{place}.{key}") for key, one in value.items()}
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind, value, place)
    if issubclass(kind, Enum):
        _check(
            value in {one.value for one in kind}, f"one of {', '.join(str(one.value) for one in kind)}", value, place
        )
        return kind(value)
    if kind is float:
        _check(isinstance(value, (int, float)) and not isinstance(value, bool), "a number", value, place)
        _check(math.isfinite(value), "a finite number", value, place)
        return float(value)
    _check(isinstance(value, kind) and (kind is bool or not isinstance(value, bool)), kind.__name__, value, place)
    return value


def _one_of(kinds: tuple[Any, ...], value: Any, place: str) -> Any:
    if value is None and type(None) in kinds:
        return None
    return _read(next(kind for kind in kinds if kind is not type(None)), value, place)


def _dataclass(kind: Any, value: Any, place: str) -> Any:
    _check(isinstance(value, dict), "an object", value, place)
    hints = typing.get_type_hints(kind)
    known = {field.name: field for field in dataclasses.fields(kind)}
    made = {}
    for name, field in known.items():
        if name in value:
            made[name] = _read(hints[name], value[name], f"{place}.{name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ValueError(f"{place}: {name} is missing")
    return kind(**made)


def _check(fits: bool, expected: str, found: Any, place: str) -> None:
    if not fits:
        raise ValueError(f"{place}: expected {expected}, found {type(found).__name__} {str(found)[:60]!r}")
