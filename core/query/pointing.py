"""An error that points at a place in a typed query."""

from __future__ import annotations

import unicodedata

from core.errors import QuerySyntaxError

_BEFORE, _AFTER = 40, 36  # characters shown on either side, so that line and caret fit a terminal


def error_at(problem: str, typed: str, position: int) -> QuerySyntaxError:
    """The error that says the `problem`, then the query on one line, then a caret under the character at `position`.
    Blank queries have no place to point at."""
    if not typed.strip():
        return QuerySyntaxError(problem, problem, 0)
    position = min(max(position, 0), len(typed))
    start, end = max(0, position - _BEFORE), position + _AFTER
    head = ("…" if start else "") + _one_line(typed[start:position])
    tail = _one_line(typed[position:end]) + ("…" if end < len(typed) else "")
    message = f"{problem} (at character {position + 1})\n  {head}{tail}\n  {' ' * _width(head)}^"
    return QuerySyntaxError(message, problem, position)


def _one_line(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _width(text: str) -> int:
    """Cells of a terminal: wide characters take two, marks on another character none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
