"""Tables as plain text, aligned in a terminal whatever the captions in them hold."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

_GAP = "  "
_NARROWEST = 20  # a column is never cut below this, however small the terminal


def aligned(
    headers: Sequence[str], rows: Sequence[Sequence[Any]], *, right: Sequence[int] = (), width: int | None = None
) -> str:
    """Columns side by side, one line a row under the headers; those numbered in `right` (from 0) are aligned to the
    right. The last column is cut where a line of `width` cells ends; nothing is cut for None."""
    cells = [[*headers], *([plain(str(cell)) for cell in row] for row in rows)]
    widths = [max(cells_of(row[column]) for row in cells) for column in range(len(headers))]
    last = None if width is None else max(_NARROWEST, width - sum(widths[:-1]) - len(_GAP) * (len(widths) - 1))
    lines = []
    for row in cells:
        *others, end = row
        padded = [
            _pad(cell, width, column in right) for column, (cell, width) in enumerate(zip(others, widths, strict=False))
        ]
        if len(widths) - 1 in right:
            end = _pad(end, widths[-1], True)
        lines.append(_GAP.join([*padded, _cut(end, last)]).rstrip())
    return "\n".join(lines)


def terminal_width() -> int | None:
    """Cells of a line of the terminal that standard output is; None where it is a file or a pipe."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def plain(text: str) -> str:
    """Without the control characters by which a hostile caption could steer a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def cells_of(text: str) -> int:
    """Cells of a terminal that a text takes: wide characters take two, marks on another character none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * (width - cells_of(text))
    return space + text if right else text + space


def _cut(text: str, width: int | None) -> str:
    if width is None or cells_of(text) <= width:
        return text
    while cells_of(text) > width - 1:
        text = text[:-1]
    return f"{text}…"
