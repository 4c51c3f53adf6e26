"""Pictures as a grid of cards that the keyboard can walk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from core import query
from core.ui import components, links, marks, pictures, query_state, states, words

if TYPE_CHECKING:
    from core.collection import Collection
    from core.records import ImageRecord
    from core.search import SearchHit

_FOUND_BY = {"image": "image", "caption": "caption", "words": "words", "things": "things", "both": "several"}


@dataclass(frozen=True, slots=True)
class Card:
    """One picture of a grid. `src` is a data URI, None for a missing file; `similar` an address, empty for no link.
    `shares` is what each term of the query adds to the score, empty where there is only one; `band` how probable a
    match is; `record` is the picture of the collection, where it is one."""

    key: str
    src: str | None
    alt: str
    text: str
    score: str = ""
    source: str = ""
    similar: str = ""
    shares: tuple[float, ...] = ()
    band: str = ""
    record: ImageRecord | None = None


def of_hits(opened: Collection, hits: Sequence[SearchHit], *, bands: bool = False) -> list[Card]:
    """Search hits as cards: the matched caption, the score, what both show or what it was found by, what each term
    adds, and with `bands` how probable a match is."""
    return [
        _card(
            opened,
            hit.record,
            hit.caption or "",
            score=words.score(hit.score),
            band="" if hit.probability is None or not bands else f"{hit.band} ({hit.probability:.0%})",
            source=", ".join(hit.things) or _FOUND_BY[hit.found_by],
            shares=hit.term_shares if len(hit.term_shares) > 1 else (),
        )
        for hit in hits
    ]


def of_records(opened: Collection, records: Sequence[ImageRecord]) -> list[Card]:
    """Records as cards without scores."""
    return [_card(opened, record, "") for record in records]


def of_kept(opened: Collection, records: Sequence[ImageRecord], found_by: Mapping[int, str]) -> list[Card]:
    """Records as cards that say which query found them."""
    return [_card(opened, record, "", source=found_by.get(record.image_id, "")) for record in records]


def draw(
    cards: Sequence[Card],
    key: str,
    label: str,
    *,
    cell: int = 176,
    hint: str = "Enter opens, S finds similar",
    terms: Sequence[str] = (),
    steer: bool = False,
    marked: marks.Marks = marks.NONE,
    boxes: bool = False,
) -> str | None:
    """Draw the grid; returns the `key` of the card that was just opened, else None.

    `cell` is the least width of a card in pixels (two always fit side by side). Cards without score and link get one
    line of text. `terms` names the terms that the cards' shares belong to. With `steer` every card offers more and less
    of its picture, which `take` carries out. `marked` are the marks that can be set, `boxes` draws those of the cards'
    records.
    """
    items: list[dict[str, Any]] = [
        {
            "id": card.key,
            "src": card.src,
            "alt": card.alt,
            "text": card.text,
            "score": card.score,
            "source": card.source,
            "band": card.band,
            "similar": card.similar,
            "hint": f"{hint}, + and - look for more or less like it" if steer else hint,
            "steer": steer,
            "shares": [round(share, 4) for share in card.shares],
        }
        for card in cards
    ]
    bare = not any(card.score or card.source for card in cards)
    data: dict[str, Any] = {"items": items, "label": label, "cell": cell, "bare": bare, "terms": list(terms)}
    data |= _extent(cards)
    if boxes:
        data["box_names"] = _add_boxes(items, cards)
    live = marked.data([card.key for card in cards])
    listeners = marked.listeners(key)
    event = components.draw("gallery", data, key, "open", "more", "less", live=live, listeners=listeners)
    return None if event.open is None else str(event.open)


def take(key: str) -> None:
    """Add the picture whose card just asked for more or less like it to the query. Comes before the query is drawn."""
    for event, weight in (("more", 1.0), ("less", -1.0)):
        image_id = components.fired(key, event)
        number = links.integer(image_id) if isinstance(image_id, str) else None
        if number is not None:
            query_state.add(query.Term(query.Known(number), weight))


def _extent(cards: Sequence[Card]) -> dict[str, float]:
    """How far the bars of all cards reach to either side, so that they can be compared."""
    sides = [[sum(max(0.0, sign * share) for share in card.shares) for card in cards] for sign in (-1, 1)]
    return {"below": round(max(sides[0], default=0.0), 4), "above": round(max(sides[1], default=0.0), 4)}


def _add_boxes(items: Sequence[dict[str, Any]], cards: Sequence[Card]) -> list[str]:
    """Give the items the boxes of their records; returns the categories, each of which has one colour."""
    for item, card in zip(items, cards, strict=True):
        record = card.record
        if record is not None and record.boxes and record.width and record.height:
            item["boxes"] = [[box.category, box.x, box.y, box.width, box.height] for box in record.boxes]
            item["width"], item["height"] = record.width, record.height
    return sorted({box[0] for item in items for box in item.get("boxes", ())})


def draw_missing_note(opened: Collection, cards: Sequence[Card]) -> None:
    """Say once above a grid how many of its files are gone."""
    states.missing_files(sum(card.src is None for card in cards), str(opened.store.images_root))


def _card(
    opened: Collection,
    record: ImageRecord,
    caption: str,
    *,
    score: str = "",
    source: str = "",
    shares: tuple[float, ...] = (),
    band: str = "",
) -> Card:
    text = " ".join(caption.split()) or _own_words(record)
    return Card(
        key=str(record.image_id),
        src=pictures.thumbnail(opened, record),
        alt=text,
        text=text,
        score=score,
        source=source,
        similar=links.to("Image_Search", like=record.image_id),
        shares=shares,
        band=band,
        record=record,
    )


def _own_words(record: ImageRecord) -> str:
    """The first caption, else the categories, else the file's name."""
    if record.captions:
        return record.captions[0].display
    return ", ".join(record.categories) or PurePosixPath(record.file_name).name
