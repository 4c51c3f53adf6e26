"""The picture that is searched with, of which a part can be chosen: the part becomes that of the query's term, so that
it is weighed, undone, linked and copied as every term is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from core import query
from core.ui import crop, pictures, query_state

if TYPE_CHECKING:
    from core.collection import Collection

_SIDE = 640  # pixels shown


def take(key: str) -> None:
    """Carry out what was chosen since the last run. Comes before `query_state.enter`."""
    done = crop.taken(key)
    terms = list(query_state.last().terms)
    at = main(terms)
    if done is not None and at is not None:
        terms[at] = replace(terms[at], crop=done[0])
        query_state.edit(query_state.composed(terms))


def main(terms: Sequence[query.Term]) -> int | None:
    """Where among the terms the picture searched with is: the first one that is wanted, else the first one."""
    found = [at for at, term in enumerate(terms) if not term.is_text]
    return next((at for at in found if terms[at].weight > 0), found[0] if found else None)


def draw(opened: Collection, term: query.Term, key: str, *, title: str, text: str) -> bool:
    """The whole picture of a term with the part that is searched by; False where the picture cannot be read."""
    shown = pictures.term_picture(opened, replace(term, crop=None), _SIDE)
    if shown is None:
        return False
    crop.choose(shown, key, term.crop, alt=text or title, title=title, text=text)
    return True
