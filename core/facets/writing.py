"""A filter in its typed form, which reads back as an equal filter."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.facets.terms import All, AnyOf, Field, Filter, Has, Named, Node, Not, Range, Value, Words

_BARE = re.compile(r"[^\s,()\"\\]+")


def format_filter(asked: Filter) -> str:
    """The typed form: `core.facets.parse` reads it as an equal filter."""
    return " ".join(_written(part, inside=True) for part in asked.root.parts)


def of_ids(ids: Iterable[int]) -> str:
    """The filter that leaves exactly the pictures with these ids, at least one."""
    return f"{Field.ID}:{','.join(map(str, ids))}"


def write_value(value: Value) -> str:
    """One value as it stands after a colon."""
    if isinstance(value, Named):
        return value.name if _BARE.fullmatch(value.name) else _quoted(value.name)
    if value.low == value.high:
        return str(value.low)
    low, high = ("" if end is None else str(end) for end in (value.low, value.high))
    return f"{low}..{high}"


def _written(node: Node, *, inside: bool) -> str:
    """`inside` is True where parts in a row may stand without brackets."""
    if isinstance(node, Has):
        return _has(node)
    if isinstance(node, Words):
        return _quoted(node.text) if node.phrase else node.text  # what was read bare reads back bare
    if isinstance(node, Not):
        return f"-{_written(node.part, inside=False)}"
    joined = (" or " if isinstance(node, AnyOf) else " ").join(_written(part, inside=False) for part in node.parts)
    return joined if inside and isinstance(node, All) else f"({joined})"


def _has(node: Has) -> str:
    first = node.values[0]
    if len(node.values) == 1 and isinstance(first, Range):
        if first.high is None and first.low is not None:
            return f"{node.field}>={first.low}"
        if first.low is None and first.high is not None:
            return f"{node.field}<={first.high}"
    return f"{node.field}:{','.join(map(write_value, node.values))}"


def _quoted(text: str) -> str:
    inside = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inside}"'
