"""Results as text: aligned tables for people, one JSON object for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from core import text_table
from core.text_table import plain

__all__ = ["figure", "plain", "print_json", "print_table"]


def print_json(made: Any) -> None:
    """One object, in ASCII, so that it arrives whole whatever the terminal's encoding."""
    print(json.dumps(made, indent=2, allow_nan=False))


def print_table(headers: Sequence[str], rows: Sequence[Sequence[Any]], *, right: Sequence[int] = ()) -> None:
    """Columns side by side; those numbered in `right` are aligned to the right. In a terminal the last column is cut
    where the line ends; in a file or a pipe nothing is."""
    print(text_table.aligned(headers, rows, right=right, width=text_table.terminal_width()))


def figure(value: float | None, low: float | None = None, high: float | None = None) -> str:
    """A figure with its interval, as "37.3 (35.0-39.6)"; "none" for a rank that is never found."""
    ends = "" if low is None and high is None else f" ({_number(low)}-{_number(high)})"
    return f"{_number(value)}{ends}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:,.1f}"
