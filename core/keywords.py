"""Which pictures' captions say a query's words, and how rare those words are: BM25 over all captions of a picture."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SATURATION = 0.5
"""BM25's k1: what further captions that say the same word add. Chosen by `benchmarks/fusion.py --saturation`."""

_WORD = re.compile(r"\w+")


def stems(text: str) -> tuple[str, ...]:
    """The distinct words of a text in their order, letter case and English plural endings aside (the S-stemmer of
    Harman, "How effective is suffixing?", 1991)."""
    return tuple(dict.fromkeys(_stem(word) for word in _WORD.findall(text.casefold())))


def places(text: str) -> list[tuple[str, int, int]]:
    """Every word of a text in its order: its stem, and the part of the text that it is, from and to before."""
    return [(_stem(found.group().casefold()), *found.span()) for found in _WORD.finditer(text)]


def _stem(word: str) -> str:
    if len(word) > 3 and word.endswith("s"):
        if word.endswith("ies") and word[-4] not in "ae":
            return word[:-3] + "y"
        if word.endswith("es") and word[-3] not in "aeo":
            return word[:-1]
        if word[-2] not in "us":
            return word[:-1]
    return word


@dataclass(frozen=True, slots=True, eq=False)
class WordIndex:
    """The words of captions by picture. Word w is said by `counts[starts[w]:starts[w + 1]]` captions of each of the
    pictures `rows[starts[w]:starts[w + 1]]`, which ascend."""

    numbers: dict[str, int]
    starts: NDArray[np.int64]
    rows: NDArray[np.int64]
    counts: NDArray[np.float32]
    pictures: int

    @classmethod
    def build(cls, texts: Iterable[str], owners: Sequence[int] | NDArray[np.int64], pictures: int) -> WordIndex:
        """From captions and the row of each one's picture, below `pictures`."""
        numbers: dict[str, int] = {}
        said: list[int] = []
        lengths: list[int] = []
        for text in texts:
            words = stems(text)
            lengths.append(len(words))
            said += [numbers.setdefault(word, len(numbers)) for word in words]
        by_word = np.array(said, np.int64) * max(1, pictures) + np.repeat(np.asarray(owners, np.int64), lengths)
        pairs, counts = np.unique(by_word, return_counts=True)
        words_of_pairs, rows = np.divmod(pairs, max(1, pictures))
        starts = np.searchsorted(words_of_pairs, np.arange(len(numbers) + 1)).astype(np.int64)
        return cls(numbers, starts, rows, counts.astype(np.float32), pictures)

    def said_by(self, word: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The pictures, ascending rows, of which a caption says this stem, and how many captions of each do."""
        number = self.numbers.get(word)
        at = slice(0, 0) if number is None else slice(self.starts[number], self.starts[number + 1])
        return self.rows[at], self.counts[at]

    def rarity(self, word: str) -> float:
        """BM25's inverse document frequency of a stem, above 0: the log of pictures without it to pictures with it."""
        among = len(self.said_by(word)[0])
        return float(np.log1p((self.pictures - among + 0.5) / (among + 0.5)))

    def scores(self, text: str) -> NDArray[np.float32]:
        """How much of a text each picture's captions say, float32 `(pictures,)`, 0 to below 1: BM25 without its length
        term (captions are alike in length), divided by the most that the text's words could reach."""
        found = np.zeros(self.pictures, np.float32)
        most = 0.0
        for word in stems(text):
            rows, counts = self.said_by(word)
            rarity = self.rarity(word)
            most += rarity
            found[rows] += rarity * _saturated(counts)
        return found / np.float32(most) if most else found

    def scores_without(self, caption: str, owner: int) -> NDArray[np.float32]:
        """`scores` of a caption of the picture `owner`, as if that caption itself were not there."""
        found = self.scores(caption)
        words = stems(caption)
        rarities = [self.rarity(word) for word in words]
        if words:
            others = [self._count(word, owner) - 1 for word in words]
            found[owner] = np.dot(rarities, _saturated(np.array(others, np.float32))) / sum(rarities)
        return found

    def _count(self, word: str, row: int) -> float:
        rows, counts = self.said_by(word)
        at = int(np.searchsorted(rows, row))
        return float(counts[at]) if at < len(rows) and rows[at] == row else 1.0


def _saturated(counts: NDArray[np.float32]) -> NDArray[np.float32]:
    shares: NDArray[np.float32] = counts / (counts + np.float32(SATURATION))
    return shares
