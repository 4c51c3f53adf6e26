"""A query as people read it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.query import File, Known, Text

if TYPE_CHECKING:
    from core.query import Query, Term
    from core.store import Store


def shown(store: Store, asked: Query) -> str:
    """Like the typed form of the query, pictures by name."""
    words = []
    for at, term in enumerate(asked.terms):
        sign = "- " if term.weight < 0 else "+ " if at else ""
        weight = "" if abs(term.weight) == 1 else f"{abs(term.weight):g}*"
        words.append(f"{sign}{weight}{shown_subject(store, term)}{' (part)' if term.crop else ''}")
    return " ".join(words)


def shown_subject(store: Store, term: Term) -> str:
    """One term without its weight: its text, or its picture's name."""
    subject = term.subject
    if isinstance(subject, Text):
        return " ".join(subject.text.split())
    if isinstance(subject, Known):
        return f"like {store.records[store.row_of(subject.image_id)].file_name}"
    return f"picture {Path(subject.path).name}" if isinstance(subject, File) else subject.name
