"""What a search finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from core import relevance
from core.records import Caption, ImageRecord
from core.relevance import Band

FoundBy: TypeAlias = Literal["image", "caption", "words", "things", "both"]
Side: TypeAlias = Literal["image", "caption", "words", "things"]


class Ranking(StrEnum):
    """By which vectors pictures are ranked; THINGS only for a query with a picture (see `core.search.things`)."""

    IMAGE = "image"
    CAPTION = "caption"
    FUSED = "fused"
    THINGS = "things"


@dataclass(frozen=True, slots=True)
class HitPart:
    """What one term of the query, counted from 0, adds to a score through the picture's own vector, through its best
    caption's, through the words that its captions say, or through the things that both show. Negative where the term
    speaks against the picture."""

    term: int
    side: Side
    share: float


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One picture found. `score` is the cosine similarity, for the fused ranking the weighted mean of two of them and
    of the share of the query's words that its captions say, and for the ranking by things the mean of the cosine and of
    how far the things agree.

    `caption` is the matched caption: the one that scored, or beside an image score the picture's caption nearest to
    the query (its first one where the model of the pictures does not read); None for a picture without captions.
    `parts` are the shares that add up to `score`: by term, and where several sides count by side within a term.
    `found_by` is the side that alone would have found it, "both" where several or only their sum would.
    `probability`, 0 to 1, is that of a match (see `core.relevance`); None where a collection is too small to say.
    `things` names what both show, most first, in the ranking by things.
    """

    rank: int
    score: float
    record: ImageRecord
    caption: str | None
    found_by: FoundBy
    parts: tuple[HitPart, ...] = ()
    probability: float | None = None
    things: tuple[str, ...] = ()

    @property
    def band(self) -> Band | None:
        """The probability in words."""
        return None if self.probability is None else relevance.band(self.probability)

    @property
    def term_shares(self) -> tuple[float, ...]:
        """What each term adds to the score, in the order of the terms."""
        terms = sorted({part.term for part in self.parts})
        return tuple(sum(part.share for part in self.parts if part.term == term) for term in terms)

    @property
    def side_shares(self) -> tuple[float, ...]:
        """What each side that counts adds to the score: the picture's vector, its best caption's, the words, the
        things."""
        found: dict[Side, float] = {}
        for part in self.parts:
            found[part.side] = found.get(part.side, 0.0) + part.share
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class CaptionHit:
    """One caption found, with the picture it belongs to. `score` is its cosine with the query, -1 to 1."""

    rank: int
    score: float
    caption: Caption
    record: ImageRecord
