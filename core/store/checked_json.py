"""Reading our own JSON back with every type checked: a store may come from anywhere."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from core.errors import StoreCorruptError

T = TypeVar("T")


def parse(data: bytes, place: str) -> Any:
    """JSON bytes to values. Raises `StoreCorruptError` naming `place`."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise StoreCorruptError(f"{place}: not readable as JSON ({error})") from error


def field(entry: Any, key: str, kind: type[T], place: str, default: T | None = None) -> T:
    """`entry[key]`, checked to be of the type `kind`; an int passes for a float. `default` where the key is absent."""
    value = entry.get(key, default) if isinstance(entry, dict) else None
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise StoreCorruptError(f"{place}: {key}: expected {kind.__name__}, found {type(value).__name__}")
    return value


def items(values: Any, kind: type[T], place: str) -> tuple[T, ...]:
    """A list whose items all have the type `kind`."""
    if not isinstance(values, list) or not all(type(value) is kind for value in values):
        raise StoreCorruptError(f"{place}: expected a list of {kind.__name__}")
    return tuple(values)
