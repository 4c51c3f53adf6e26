"""A query in its typed form, which reads back as the same query."""

from __future__ import annotations

import re

from core.errors import QueryError
from core.query.reading import parse
from core.query.terms import File, Handed, Known, Query, Term, Text

_BARE_PATH = re.compile(r"[^\s\[\]\"]+")


def format_query(query: Query) -> str:
    """The typed form: `core.query.parse` reads it as an equal query. Raises `QueryError` where it is not
    `linkable`."""
    first, *others = query.terms
    lead = "- " if first.weight < 0 else ""
    return lead + " ".join([_unsigned(first), *(format_term(term) for term in others)])


def format_term(term: Term) -> str:
    """One term with its sign, `+ 2*dog` or `- img:139`. Raises as `format_query`."""
    return f"{'-' if term.weight < 0 else '+'} {_unsigned(term)}"


def _unsigned(term: Term) -> str:
    size = abs(term.weight)
    weight = "" if size == 1 else f"{float(size)!r}".removesuffix(".0") + "*"
    return f"{weight}{_subject(term)}{_crop(term)}"


def _subject(term: Term) -> str:
    subject = term.subject
    if isinstance(subject, Text):
        return subject.text if _reads_back(subject.text) else _quoted(subject.text)
    if isinstance(subject, Known):
        return f"img:{subject.image_id}"
    if isinstance(subject, File):
        bare = _BARE_PATH.fullmatch(subject.path) and subject.path.isprintable()
        return f"file:{subject.path if bare else _quoted(subject.path)}"
    if isinstance(subject, Handed):
        raise QueryError(
            f"{subject.name} was handed in, and no text can stand for it; use a picture of the collection "
            "(img:ID) or a file (file:PATH) instead"
        )
    raise TypeError(subject)


def _crop(term: Term) -> str:
    if term.crop is None:
        return ""
    box = (term.crop.left, term.crop.top, term.crop.width, term.crop.height)
    return f"[{','.join(f'{float(side)!r}'.removesuffix('.0') for side in box)}]"


def _reads_back(text: str) -> bool:
    """True when the text needs no quotes: typed as it stands, it is one term that means itself. Text that an address
    or a terminal would alter is quoted too."""
    if not text.isprintable() or text != " ".join(text.split()):
        return False
    try:
        return parse(text) == Query((Term(Text(text)),))
    except QueryError:
        return False


def _quoted(text: str) -> str:
    inside = "".join(_escaped(character) for character in text)
    # Blanks that an address would fold are written by their number.
    inside = re.sub(r"^ | (?= )| $", lambda _: r"\u{20}", inside)
    return f'"{inside}"'


def _escaped(character: str) -> str:
    if character in ('"', "\\"):
        return f"\\{character}"
    if character != " " and (character.isspace() or not character.isprintable()):
        return f"\\u{{{ord(character):x}}}"
    return character
