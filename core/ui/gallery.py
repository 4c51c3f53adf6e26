"""Pictures as a grid of cards that the keyboard can walk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from core.ui import components, links, pictures, states, words

if TYPE_CHECKING:
    from core.collection import Collection
    from core.records import ImageRecord
    from core.search import SearchHit

_FOUND_BY = {"image": "image", "caption": "caption", "both": "image + caption"}


@dataclass(frozen=True, slots=True)
class Card:
    """One picture of a grid. `src` is a data URI, None for a missing file; `similar` an address, empty for no link."""

    key: str
    src: str | None
    alt: str
    text: str
    score: str = ""
    source: str = ""
    similar: str = ""


def of_hits(opened: Collection, hits: Sequence[SearchHit]) -> list[Card]:
    """Search hits as cards: the matched caption, the score, and what it was found by."""
    return [
        _card(opened, hit.record, hit.caption or "", score=words.score(hit.score), source=_FOUND_BY[hit.found_by])
        for hit in hits
    ]


def of_records(opened: Collection, records: Sequence[ImageRecord]) -> list[Card]:
    """Records as cards without scores."""
    return [_card(opened, record, "") for record in records]


def draw(
    cards: Sequence[Card], key: str, label: str, *, cell: int = 176, hint: str = "Enter opens, S finds similar"
) -> str | None:
    """Draw the grid; returns the `key` of the card that was just opened, else None.

    `cell` is the least width of a card in pixels (two always fit side by side). Cards without score and link get one
    line of text.
    """
    items = [
        {
            "id": card.key,
            "src": card.src,
            "alt": card.alt,
            "text": card.text,
            "score": card.score,
            "source": card.source,
            "similar": card.similar,
            "hint": hint,
        }
        for card in cards
    ]
    bare = not any(card.score for card in cards)
    event = components.draw("gallery", {"items": items, "label": label, "cell": cell, "bare": bare}, key, "open")
    return None if event.open is None else str(event.open)


def draw_missing_note(opened: Collection, cards: Sequence[Card]) -> None:
    """Say once above a grid how many of its files are gone."""
    states.missing_files(sum(card.src is None for card in cards), str(opened.store.images_root))


def _card(opened: Collection, record: ImageRecord, caption: str, *, score: str = "", source: str = "") -> Card:
    text = " ".join(caption.split()) or _own_words(record)
    return Card(
        key=str(record.image_id),
        src=pictures.thumbnail(opened, record),
        alt=text,
        text=text,
        score=score,
        source=source,
        similar=links.to("Image_Search", like=record.image_id),
    )


def _own_words(record: ImageRecord) -> str:
    """The first caption, else the categories, else the file's name."""
    if record.captions:
        return record.captions[0].display
    return ", ".join(record.categories) or PurePosixPath(record.file_name).name
