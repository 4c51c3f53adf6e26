"""The words of a query, as the captions of a collection say them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import keywords
from core.query import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.query import Query
    from core.store import Store


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """`scores` `(t, n)`: what each term's words add for each picture, by the term's share of all weights, negative
    where it has a minus; 0 for pictures among the terms. None where no term is a text.

    `words` is the number of distinct words that are asked for, which says how narrow the query is; 0 where pictures
    are among the terms.
    """

    scores: NDArray[np.float32] | None
    words: int


NO_WORDS = Wording(None, 0)


def wording(store: Store, asked: Query, *, scored: bool = True) -> Wording:
    """The words of a query's texts; without `scored` only their number. Terms add up to between -1 and 1."""
    texts = [term.subject.text if isinstance(term.subject, Text) else "" for term in asked.terms]
    if not asked.texts:
        return NO_WORDS
    wanted = [text for text, term in zip(texts, asked.terms, strict=True) if term.weight > 0] or texts
    words = 0 if asked.has_pictures else max(1, len({word for text in wanted for word in keywords.stems(text)}))
    if not scored:
        return Wording(None, words)
    total = sum(abs(term.weight) for term in asked.terms)
    scores = np.zeros((len(texts), len(store.records)), np.float32)
    for at, (text, term) in enumerate(zip(texts, asked.terms, strict=True)):
        if text:
            scores[at] = np.float32(term.weight / total) * store.words.scores(text)
    return Wording(scores, words)
