"""Results as text: aligned tables for people, one JSON object for programs."""

from __future__ import annotations

import json
import shutil
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

_GAP = "  "
_NARROWEST = 20  # a column is never cut below this, however small the terminal


def print_json(made: Any) -> None:
    """One object, in ASCII, so that it arrives whole whatever the terminal's encoding."""
    print(json.dumps(made, indent=2, allow_nan=False))


def print_table(headers: Sequence[str], rows: Sequence[Sequence[Any]], *, right: Sequence[int] = ()) -> None:
    """Columns side by side; those numbered in `right` are aligned to the right. In a terminal the last column is cut
    where the line ends; in a file or a pipe nothing is."""
    cells = [[*headers], *([plain(str(cell)) for cell in row] for row in rows)]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(headers))]
    room = shutil.get_terminal_size().columns - sum(widths[:-1]) - len(_GAP) * (len(widths) - 1)
    last = max(_NARROWEST, room) if sys.stdout.isatty() else None
    for row in cells:
        *others, end = row
        padded = [
            _pad(cell, width, column in right) for column, (cell, width) in enumerate(zip(others, widths, strict=False))
        ]
        if len(widths) - 1 in right:
            end = _pad(end, widths[-1], True)
        print(_GAP.join([*padded, _cut(end, last)]).rstrip())


def plain(text: str) -> str:
    """Without the control characters by which a hostile caption could steer a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def _width(text: str) -> int:
    """Cells of a terminal: wide characters take two, marks on another character none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def _cut(text: str, width: int | None) -> str:
    if width is None or _width(text) <= width:
        return text
    while _width(text) > width - 1:
        text = text[:-1]
    return f"{text}…"


def figure(value: float | None, low: float | None = None, high: float | None = None) -> str:
    """A figure with its interval, as "37.3 (35.0-39.6)"; "none" for a rank that is never found."""
    ends = "" if low is None and high is None else f" ({_number(low)}-{_number(high)})"
    return f"{_number(value)}{ends}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:,.1f}"
