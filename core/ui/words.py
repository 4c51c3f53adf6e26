"""Numbers, times and foreign text as a person wants to read them."""

from __future__ import annotations

import re
from datetime import datetime

_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
_IRREGULAR = {"category": "categories", "class": "classes", "index": "indexes"}


def count(number: int, noun: str) -> str:
    """`count(1500, "picture")` is "1,500 pictures"; one of it is singular."""
    return f"{number:,} {noun if number == 1 else _IRREGULAR.get(noun, noun + 's')}"


def seconds(value: float) -> str:
    """A duration in seconds as "0.4 ms", "12 ms", "1.2 s" or "3 min 5 s"."""
    if value < 0.001:
        return f"{value * 1000:.1f} ms"
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 60:
        return f"{value:.1f} s"
    return f"{int(value // 60)} min {int(value % 60)} s"


def score(value: float) -> str:
    """A cosine similarity to three decimals."""
    return f"{value:.3f}"


def size(number: int) -> str:
    """Bytes as "812 B", "34 kB", "1.2 MB" or "3.4 GB"."""
    if number < 1000:
        return f"{number} B"
    for unit, scale in (("kB", 1e3), ("MB", 1e6), ("GB", 1e9)):
        if number < scale * 1000 or unit == "GB":
            value = number / scale
            return f"{value:.1f} {unit}" if value < 10 and unit != "kB" else f"{value:,.0f} {unit}"
    raise AssertionError  # the last unit takes everything


def day(moment: str) -> str:
    """An ISO 8601 moment as "21 Nov 2026"; what is not one is returned as it is."""
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return f"{parsed.day} {parsed:%b %Y}"


def plain(text: str) -> str:
    """`text` for a Markdown context, shown exactly as it is: every ASCII punctuation mark is escaped and line breaks
    become spaces. Needed wherever text of a collection (file names, captions, error messages) meets a Streamlit call
    that renders Markdown."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
