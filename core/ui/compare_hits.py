"""One query picture, the hits of each model in a column, the shared ones linked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core import evaluation, query, search
from core.ui import answers, compare, components, image_query, links, pictures, words
from core.ui.query_bar import Question

if TYPE_CHECKING:
    from core.collection import Collection
    from core.search import SearchResult
    from core.ui.compare import Chosen

_QUERY_SIDE = 640  # pixels shown


def draw(chosen: Chosen, question: compare.Question) -> None:
    """The query picture, and beside it a column of hits for each model."""
    left, right = st.columns([1, 4], gap="medium")
    with left:
        _draw_query(chosen.collections[0], question)
    with right:
        found = [_ask(one, chosen, question) for one in chosen.collections]
        ranks = evaluation.ranks_of([[hit.record.file_name for hit in result.hits] for result in found])
        everywhere = sum(all(rank is not None for rank in own) for own in ranks.values())
        st.caption(
            f"{words.count(len(ranks), 'different picture')} found; {everywhere:,} by all of them. "
            "A line joins the same picture in two columns, +1 counts the other models that found it. Choose one to "
            "ask with it."
        )
        columns = [
            _column(name, one, result, ranks)
            for name, one, result in zip(chosen.names, chosen.collections, found, strict=True)
        ]
        event = components.draw("compare", {"columns": columns, "label": "Hits of each model"}, "compare-hits", "open")
        if event.open is not None:
            ask_with(chosen, str(event.open))


def _draw_query(opened: Collection, question: compare.Question) -> None:
    """A picture that was chosen can be taken away again, the most disputed one cannot."""
    title, text = image_query.title(opened, question.term)
    shown = pictures.term_picture(opened, question.term, _QUERY_SIDE)
    told = title if question.was_chosen else "The picture they agree least on"
    components.draw("picture", {"src": shown, "alt": text or title, "title": told, "text": text}, key="compared")
    if question.was_chosen:
        st.button("Another picture", icon=":material/close:", key="forget", on_click=compare.forget, width="stretch")


def ask_with(chosen: Chosen, file_name: str) -> None:
    """Take a picture of the collection as the next query."""
    record = evaluation.picture_named(chosen.collections[0].store, file_name)
    links.put("like", str(record.image_id))
    links.put("sample", None)
    st.rerun()


def _ask(one: Collection, chosen: Chosen, question: compare.Question) -> SearchResult:
    """The open collection's picture is looked up by its file name in the others: there its number may differ."""
    term = question.term
    if isinstance(term.subject, query.Known):
        first = chosen.collections[0].store
        file_name = first.records[first.row_of(term.subject.image_id)].file_name
        own = evaluation.picture_named(one.store, file_name)
        term = query.Term(query.Known(own.image_id), crop=term.crop)
    asked = query.Query((term,))
    return answers.search(one, Question(asked, compare.K, compare.K, search.Ranking.IMAGE, search.NO_FILTERS))


def _column(
    name: str, one: Collection, result: SearchResult, ranks: dict[str, tuple[int | None, ...]]
) -> dict[str, Any]:
    items = []
    for hit in result.hits:
        record = hit.record
        others = sum(rank is not None for rank in ranks[record.file_name]) - 1
        classes = ", ".join(record.categories[:2])
        items.append(
            {
                "id": record.file_name,
                "src": pictures.thumbnail(one, record, 160),
                "alt": record.captions[0].display if record.captions else classes or record.file_name,
                "rank": hit.rank,
                "score": words.score(hit.score),
                "text": classes,
                "others": others,
            }
        )
    return {"title": name, "text": f"{one.name}, {one.store.manifest.dim} dimensions", "items": items}
