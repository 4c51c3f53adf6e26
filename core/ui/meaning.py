"""What the query meant to the model: what its hits have in common, to click on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core import lift, query
from core.ui import answers, components, filters, links, query_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.collection import Collection
    from core.search import SearchHit
    from core.ui.query_bar import Question


def take(key: str) -> None:
    """Carry out the click on a word or a category since the last run. Comes before the query and the filters are
    drawn."""
    word, category = components.fired(key, "word"), components.fired(key, "category")
    if isinstance(word, str) and word.strip():
        query_state.add(query.Term(query.Text(word[: links.MAX_QUERY])))
    if isinstance(category, str):
        st.session_state["category"] = list(dict.fromkeys([*st.session_state.get("category", []), category]))
        links.restate("q", "by", *filters.KEYS)


def draw(opened: Collection, question: Question, hits: Sequence[SearchHit], key: str) -> None:
    """Categories and caption words that are clearly more frequent among `hits` than in the collection, with counts. A
    category becomes a filter, a word a term; what the query or the filters already say is left out."""
    whole, found = answers.frequencies(opened), [hit.record for hit in hits]
    said = frozenset().union(*(lift.words_of(text) for text in question.texts))
    categories = [one for one in lift.category_lift(whole, found) if one.name not in question.filters.categories]
    words = (
        lift.word_lift(whole, found, without=said) if opened.store.one_space or not question.asked.has_pictures else ()
    )
    if not categories and not words:
        return
    data = {
        "of": len(found),
        "pictures": whole.pictures,
        "categories": [_shown(one) for one in categories],
        "words": [_shown(one) for one in words],
        "label": "More often here than in the collection",
    }
    components.draw("meaning", data, key, "category", "word")


def _shown(one: lift.Lift) -> dict[str, Any]:
    return {"name": one.name, "hits": one.hits, "everywhere": one.everywhere, "lift": f"{one.lift:.1f}"}
