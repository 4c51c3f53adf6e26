"""What a query meant to the model: the categories and caption words that its hits have more often than the collection
as a whole."""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.records import ImageRecord

_LEAST_HITS = 2  # one picture is no pattern
_LEAST_LIFT = 1.5
_LARGEST_CHANCE = 0.01
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SAYING_NOTHING = """
a about above across after against all along also am among an and another any are around as at away back be been before
behind being below beside between both but by can could did do does down during each every few for from front getting
gets going had has have having he her here him his how i if in inside into is it it's its itself just like looks lots
made many more most much near next no nor not of off on one ones onto or other others out outside over own picture photo
image scene several she side so some something stands that the their them then there these they this those through to
together top toward towards under up upon very view was we were what when where which while who whose will with without
you your
"""
_STOP_WORDS = frozenset(_SAYING_NOTHING.split())


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How many of `pictures` have each category, and each word in any of their captions (stop words aside, in lower
    case)."""

    pictures: int
    categories: Mapping[str, int]
    words: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Lift:
    """`hits` of the pictures found have it, and `everywhere` pictures of the collection; that is `lift` times as often
    as there (above 1). `chance` is how likely as many would be at random, times the number of names looked at."""

    name: str
    hits: int
    everywhere: int
    lift: float
    chance: float


def count(records: Sequence[ImageRecord]) -> Frequencies:
    """Count categories and words, each once a picture."""
    categories = Counter(name for record in records for name in set(record.categories))
    words = Counter(word for record in records for word in _words(record))
    return Frequencies(len(records), categories, words)


def category_lift(whole: Frequencies, found: Sequence[ImageRecord], most: int = 6) -> tuple[Lift, ...]:
    """Up to `most` categories that are clearly more frequent among `found`, a part of the `whole`, than in all of it,
    the least likely first.

    Drawn at random from N pictures, K of which have a category, the number among n found is hypergeometric: P(X ≥ x) =
    Σ C(K, i) C(N-K, n-i) / C(N, n) for i ≥ x. One is clear when that, times the number of categories looked at
    (Bonferroni's bound), is at most 0.01, at least two hits have it, and 1.5 times as often as in the whole."""
    here = Counter(name for record in found for name in set(record.categories))
    return _clear(here, whole.categories, len(found), whole.pictures, most)


def word_lift(
    whole: Frequencies, found: Sequence[ImageRecord], most: int = 8, *, without: Collection[str] = ()
) -> tuple[Lift, ...]:
    """As `category_lift` for the words of captions, those `without` (any letter case) left out."""
    here = Counter(word for record in found for word in _words(record))
    clear = _clear(here, whole.words, len(found), whole.pictures, most + len(without))
    left_out = {word.casefold() for word in without}
    return tuple(one for one in clear if one.name not in left_out)[:most]


def words_of(text: str) -> frozenset[str]:
    """The words of a text as they are counted."""
    return frozenset(word.casefold() for word in _WORD.findall(text)) - _STOP_WORDS


def _words(record: ImageRecord) -> frozenset[str]:
    return frozenset().union(*(_words_of_caption(caption.text) for caption in record.captions))


@functools.lru_cache(maxsize=10_000)  # a caption is read again with every list that it is found in
def _words_of_caption(text: str) -> frozenset[str]:
    return words_of(text)


def _clear(
    here: Mapping[str, int], everywhere: Mapping[str, int], drawn: int, pictures: int, most: int
) -> tuple[Lift, ...]:
    ranked = []
    for name, hits in here.items():
        lift = (hits / drawn) / (everywhere[name] / pictures)
        if hits < _LEAST_HITS or lift < _LEAST_LIFT:
            continue
        chance = min(1.0, len(here) * _tail(hits, drawn, everywhere[name], pictures))
        if chance <= _LARGEST_CHANCE:
            ranked.append((chance, -lift, name, Lift(name, hits, everywhere[name], lift, chance)))
    return tuple(entry for *_, entry in sorted(ranked)[:most])


def _tail(hits: int, drawn: int, marked: int, pictures: int) -> float:
    """P(X ≥ `hits`) for the `marked` ones among `drawn` of `pictures`, without putting back."""
    total = _log_choose(pictures, drawn)
    return math.fsum(
        math.exp(_log_choose(marked, i) + _log_choose(pictures - marked, drawn - i) - total)
        for i in range(hits, min(drawn, marked) + 1)
        if drawn - i <= pictures - marked
    )


def _log_choose(of: int, some: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(some + 1) - math.lgamma(of - some + 1)
