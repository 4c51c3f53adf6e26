from __future__ import annotations

import pytest

from core.ui import links


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("7", 7),
        (" 12 ", 12),
        ("-3", -3),
        ("9" * 18, int("9" * 18)),
        ("9" * 19, None),
        ("1.5", None),
        ("1e3", None),
        ("0x10", None),
        ("٣", None),
        ("²", None),
        ("", None),
        (None, None),
        ("--1", None),
        ("1_000", None),
    ],
)
def test_integer(raw: str | None, number: int | None) -> None:
    assert links.integer(raw) == number


def test_clamped() -> None:
    assert [links.clamped(raw, 6, 120) for raw in ("1", "50", "999", "x")] == [6, 50, 120, None]


def test_line__one_printable_line_of_bounded_length() -> None:
    assert links.line(" a\x00b\n c\u202ed\t") == "a b c d"
    assert len(links.line("x" * 10_000)) == links.MAX_QUERY


def test_to__leaves_out_what_is_empty_and_escapes_the_rest() -> None:
    assert links.to("Image_Search", like=7, sample=None, q="") == "Image_Search?like=7"
    assert links.to("Text_Search", q="a&b=c d") == "Text_Search?q=a%26b%3Dc+d"
    assert links.to("Browse_Dataset") == "Browse_Dataset"
