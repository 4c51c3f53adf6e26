"""What a search finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from core.records import Caption, ImageRecord

FoundBy: TypeAlias = Literal["image", "caption", "both"]


class Ranking(StrEnum):
    """By which vectors pictures are ranked."""

    IMAGE = "image"
    CAPTION = "caption"
    FUSED = "fused"


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One picture found. `score` is the cosine similarity, or for the fused ranking the weighted mean of two.

    `caption` is the matched caption: the one that scored, or beside an image score the picture's caption nearest to
    the query (its first one where the model of the pictures does not read); None for a picture without captions.
    `parts` are the shares that add up to `score`.
    """

    rank: int
    score: float
    record: ImageRecord
    caption: str | None
    found_by: FoundBy
    parts: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class CaptionHit:
    """One caption found, with the picture it belongs to."""

    rank: int
    score: float
    caption: Caption
    record: ImageRecord
