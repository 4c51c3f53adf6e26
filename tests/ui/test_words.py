from __future__ import annotations

import pytest

from core.ui import words


def test_count() -> None:
    assert words.count(1500, "picture") == "1,500 pictures"
    assert words.count(1, "picture") == "1 picture"
    assert words.count(0, "category") == "0 categories"


@pytest.mark.parametrize(
    ("value", "text"), [(0.0004, "0.4 ms"), (0.012, "12 ms"), (1.25, "1.2 s"), (59.9, "59.9 s"), (185.0, "3 min 5 s")]
)
def test_seconds(value: float, text: str) -> None:
    assert words.seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(812, "812 B"), (34_200, "34 kB"), (1_234_000, "1.2 MB"), (45_000_000, "45 MB"), (3_400_000_000, "3.4 GB")],
)
def test_size(value: int, text: str) -> None:
    assert words.size(value) == text


def test_day() -> None:
    assert words.day("2026-11-05T03:00:00+00:00") == "5 Nov 2026"
    assert words.day("no date") == "no date"


def test_plain__escapes_all_that_markdown_reads() -> None:
    assert words.plain("**a** <b>\n:red[x] $y$") == r"\*\*a\*\* \<b\> \:red\[x\] \$y\$"
    assert words.plain("plain words, ünï") == r"plain words\, ünï"
