"""Captions to the numbers of their words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from core.records import ImageRecord

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_BREAK = "\n"
_WORD_OR_BREAK = re.compile(rf"{_BREAK}|{_WORD.pattern}")


def words_of(text: str) -> list[str]:
    """The words of a text in order, letter case folded; a hyphen parts words, an apostrophe does not."""
    return _WORD.findall(text.casefold())


def numbered(records: Sequence[ImageRecord]) -> tuple[list[str], NDArray[np.int32], NDArray[np.int64]]:
    """Every word once; all captions as one row of the words' places in that list, -1 after each caption, int32; where
    the captions of each record end in that row, int64 `(len(records),)`."""
    numbers = {_BREAK: -1}
    found: list[int] = []
    ends = np.zeros(len(records), np.int64)
    for row, record in enumerate(records):
        text = "".join([" ".join(caption.text.split()) + _BREAK for caption in record.captions]).casefold()
        found.extend([numbers.setdefault(word, len(numbers) - 1) for word in _WORD_OR_BREAK.findall(text)])
        ends[row] = len(found)
    return list(numbers)[1:], np.array(found, np.int32), ends
