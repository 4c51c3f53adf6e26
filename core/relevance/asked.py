"""The queries that a collection's own captions make, with what is known to match them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.keywords import WordIndex, places, stems

_BLOCK = 1 << 24  # numbers in one block of cosines
_NEAREST, _OTHERS = 40, 80  # pictures looked at for each query: the nearest by each side, and others evenly spread
_COMMON = 0.25  # of the pictures: a word that more of them say is no thing to look for
_RARE = 0.005
_FEWEST = 5  # pictures that say a word
_LOOKED_AT = 20  # captions for each phrase that is wanted

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """A collection as a fit sees it: unit vectors of its pictures `(n, dim)` and captions `(m, dim)`, the captions'
    texts, and the row of each one's picture, ascending. `images` None where pictures cannot be compared with texts."""

    images: Vectors | None
    captions: Vectors
    texts: Sequence[str]
    owners: NDArray[np.int64]
    pictures: int

    @property
    def captions_of(self) -> NDArray[np.int64]:
        """How many captions each picture has, `(n,)`."""
        return np.bincount(self.owners, minlength=self.pictures)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One query, of `words` words, before some of the pictures: their `sides` `(c, 3)` (picture, best caption, words),
    whether each has a caption to be `scored` by, whether it is a match, and how many pictures it `weighs` for.

    `matches` is what other captions say than those that score; `shown` what any of them say, for the picture's side.
    `mean` `(3,)` and `spread` `(3, 3)` are the sides' mean and covariance over all pictures, `known` the share of them
    that has a caption. `one` is the place of the only match of a caption, -1 for a word.
    """

    words: int
    sides: NDArray[np.float64]
    scored: NDArray[np.bool_]
    matches: NDArray[np.bool_]
    shown: NDArray[np.bool_]
    weighs: NDArray[np.float64]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    known: float


def by_captions(material: Material, most: int) -> Iterator[Asked]:
    """Captions as queries, evenly spread, each without itself: its own picture matches, no other one does."""
    # A lone caption's picture would have nothing left to be found by.
    usable = np.flatnonzero(material.captions_of[material.owners] > 1)
    if not len(usable):
        return
    chosen = usable[np.unique(np.linspace(0, len(usable) - 1, min(most, len(usable))).astype(np.int64))]
    index = WordIndex.build(material.texts, material.owners, material.pictures)
    for block in _blocks(chosen, material):
        images, best = _cosines(material, material.captions[block], without=block)
        for at, row in enumerate(block):
            text, owner = material.texts[row], int(material.owners[row])
            own = np.zeros(material.pictures, bool)
            own[owner] = True
            sides = images[at], best[at], index.scores_without(text, owner)
            yield _asked(len(stems(text)), sides, matches=own, shown=own)


def by_words(material: Material, most: int, encode: Callable[[Sequence[str]], Vectors]) -> Iterator[Asked]:
    """Words as queries: every second caption of a picture says whether it matches, the others score."""
    things = _things(material, WordIndex.build(material.texts, material.owners, material.pictures))
    yield from _by_told(material, {word: (word,) for word in _thinned(things, most)}, encode)


def by_phrases(material: Material, most: int, encode: Callable[[Sequence[str]], Vectors]) -> Iterator[Asked]:
    """Parts of captions that name two or three things ("dog on the beach") as queries: of every picture, every second
    caption says whether it matches, by naming them all, and the others score."""
    yield from _by_told(material, _phrases(material, most), encode)


def _by_told(
    material: Material, wanted: Mapping[str, Sequence[str]], encode: Callable[[Sequence[str]], Vectors]
) -> Iterator[Asked]:
    """Texts as queries, which match pictures that told captions say all those words of."""
    if not wanted:
        return
    telling = _telling(material)
    scoring, told = _part(material, ~telling), _part(material, telling)
    index, matching = (WordIndex.build(one.texts, one.owners, one.pictures) for one in (scoring, told))
    chosen = list(wanted)
    vectors = encode(chosen)
    for block in _blocks(np.arange(len(chosen)), scoring):
        images, best = _cosines(scoring, vectors[block])
        for at, number in enumerate(block):
            text = chosen[number]
            matches = _saying(matching, wanted[text])
            shown = np.logical_or(matches, _saying(index, wanted[text]))
            sides = images[at], best[at], index.scores(text)
            yield _asked(len(stems(text)), sides, matches=matches, shown=shown)


def _saying(index: WordIndex, words: Sequence[str]) -> NDArray[np.bool_]:
    """The pictures whose captions say all of them."""
    rows = np.arange(index.pictures)
    every = np.ones(index.pictures, bool)
    for word in words:
        every &= np.isin(rows, index.said_by(word)[0], assume_unique=True)
    return every


def _telling(material: Material) -> NDArray[np.bool_]:
    """Every second caption of a picture."""
    place = np.arange(len(material.owners)) - np.searchsorted(material.owners, material.owners)
    second: NDArray[np.bool_] = place % 2 == 1
    return second


def _part(material: Material, kept: NDArray[np.bool_]) -> Material:
    """The same pictures with some of their captions."""
    texts = [text for text, keep in zip(material.texts, kept, strict=True) if keep]
    return Material(material.images, material.captions[kept], texts, material.owners[kept], material.pictures)


def _phrases(material: Material, most: int) -> dict[str, tuple[str, ...]]:
    """Of told captions, evenly spread: the part from one thing to the next, or by turns to the one after where there is
    one, with the things in it. Between them stand only words that a picture may well be described without."""
    index = WordIndex.build(material.texts, material.owners, material.pictures)
    things = set(_things(material, index))

    def plain(words: Sequence[str]) -> bool:
        every = all(word in things or _common(index, word) for word in words)
        return every and len(set(words)) == len(words)

    found: dict[str, tuple[str, ...]] = {}
    told = [material.texts[row] for row in np.flatnonzero(_telling(material)).tolist()]
    for number, text in enumerate(_thinned(told, _LOOKED_AT * most)):
        words = places(text)
        named = [at for at, (word, _, _) in enumerate(words) if word in things]
        spans = [span for reach in ((1,), (2, 1))[number % 2] for span in zip(named, named[reach:], strict=False)]
        for first, last in spans:
            said = [word for word, _, _ in words[first : last + 1]]
            if plain(said):
                phrase = text[words[first][1] : words[last][2]]
                found.setdefault(phrase, tuple(word for word in said if word in things))
                break
    return {phrase: found[phrase] for phrase in _thinned(list(found), most)}


def _common(index: WordIndex, word: str) -> bool:
    return len(index.said_by(word)[0]) > _COMMON * index.pictures


def _things(material: Material, index: WordIndex) -> list[str]:
    """Words for things: neither rare nor in every caption, and said by several captions of a picture when by one."""
    captions_of = material.captions_of
    agreement: dict[str, float] = {}
    for word in index.numbers:
        rows, counts = index.said_by(word)
        if len(word) > 2 and word.isalpha() and max(_FEWEST, _RARE * material.pictures) <= len(rows):
            others = float(np.dot(counts, captions_of[rows] - 1))
            if len(rows) <= _COMMON * material.pictures and others:
                agreement[word] = float(np.dot(counts, counts - 1)) / others
    return sorted(agreement, key=lambda word: (-agreement[word], word))[: -(-len(agreement) // 2)]


def _thinned(texts: Sequence[str], most: int) -> list[str]:
    """At most so many of them, evenly spread."""
    return [texts[at] for at in np.unique(np.linspace(0, len(texts) - 1, min(most, len(texts))).astype(int))]


def _blocks(rows: NDArray[np.int64], material: Material) -> Iterator[NDArray[np.int64]]:
    size = max(1, _BLOCK // max(1, len(material.owners), material.pictures))
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _cosines(material: Material, queries: Vectors, without: NDArray[np.int64] | None = None) -> tuple[Vectors, Vectors]:
    """Of each query with every picture and with the best caption of each (-inf for none), `(b, n)` both; the captions
    `without[i]` are not there for query i."""
    with_captions, starts = np.unique(material.owners, return_index=True)
    cosines = queries @ material.captions.T
    if without is not None:
        cosines[np.arange(len(queries)), without] = -np.inf
    best = np.full((len(queries), material.pictures), -np.inf, np.float32)
    best[:, with_captions] = np.maximum.reduceat(cosines, starts, axis=1)
    return (np.zeros_like(best) if material.images is None else queries @ material.images.T), best


def _asked(
    words: int,
    sides: tuple[Vectors, Vectors, Vectors],
    *,
    matches: NDArray[np.bool_],
    shown: NDArray[np.bool_],
) -> Asked:
    scored = np.isfinite(sides[1])
    # As in the fused ranking: what has no caption is given the mean of the others.
    best = np.where(scored, sides[1], np.mean(sides[1], where=scored) if scored.any() else 0)
    values = np.stack([sides[0], best, sides[2]]).astype(np.float64)  # (3, n)
    pictures = values.shape[1]
    near = np.zeros(pictures, bool)
    for side in values:
        near[np.argpartition(-side, min(_NEAREST, pictures) - 1)[:_NEAREST]] = True
    must = near | shown
    rest = np.flatnonzero(~must)
    others = rest[np.unique(np.linspace(0, len(rest) - 1, min(_OTHERS, len(rest))).astype(np.int64))]
    rows = np.concatenate([np.flatnonzero(must), others])
    weighs = np.ones(len(rows))
    if len(others):
        weighs[-len(others) :] = len(rest) / len(others)
    return Asked(
        words=words,
        sides=values[:, rows].T,
        scored=scored[rows],
        matches=matches[rows],
        shown=shown[rows],
        weighs=weighs,
        mean=values.mean(axis=1),
        spread=np.cov(values, bias=True),
        known=float(scored.mean()),
    )
