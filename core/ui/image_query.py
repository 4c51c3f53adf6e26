"""The controls of Image Search: the query bar, and the picture that is searched with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core import query, search
from core.ui import answers, components, history, links, query_bar, query_chips, query_crop, query_sources, query_state
from core.ui import words as wording

if TYPE_CHECKING:
    from core.collection import Collection

PAGE = "image-search"
NEAREST_CAPTIONS = 6
_CROP = "query-crop"


def ask(opened: Collection) -> query_bar.Question | None:
    """Draw the controls and return what they say, None while nothing is asked. Raises `QueryError` for an address that
    names a picture the collection does not have."""
    query_crop.take(_CROP)
    query_bar.begin(PAGE)
    found = named(opened)
    if _started(found):
        typed = query_bar.box("Words and pictures", "Like this, but… dark blue + beach - person")
        asked = query_bar.read(opened, typed, found)
    else:
        query_sources.draw(choice=False)
        known = opened.store.records[0].image_id if opened.store.records else 139
        typed = query_bar.box("Or begin with words", f"img:{known} + snow - person")
        asked = query_bar.read(opened, typed)
    if not opened.store.one_space:
        model = wording.plain(opened.store.manifest.encoder.model)
        st.caption(f"No text can be mixed in: {model} does not read text.")
    query_bar.draw_terms(opened, asked, PAGE)
    with st.container(horizontal=True, vertical_alignment="bottom", key="query-options"):
        return query_bar.draw_tools(opened, asked, pictures=True, sources=_started(found))


def captions(opened: Collection, question: query_bar.Question) -> tuple[search.CaptionHit, ...]:
    """The captions nearest to the picture searched with; none where the model does not read, or where a part of a
    picture is asked for."""
    term = _main(question.asked)
    if term is None or term.crop is not None or not opened.store.one_space:
        return ()
    if isinstance(term.subject, query.Known):
        return answers.captions_near(opened, term.subject.image_id, NEAREST_CAPTIONS)
    return answers.captions_for(opened, _source(term), NEAREST_CAPTIONS)


def remember(opened: Collection, result: search.SearchResult) -> None:
    """Keep the query for the recent ones."""
    history.remember(opened, result, "Image_Search")


def own_picture() -> bytes:
    """The first picture that was uploaded, photographed or fetched in this session, while it is part of the query; else
    nothing."""
    handed = (term.subject for term in query_state.given_on(PAGE) if isinstance(term.subject, query.Handed))
    return next((one.picture for one in handed if isinstance(one.picture, bytes)), b"")


def draw(opened: Collection, question: query_bar.Question) -> None:
    """The picture searched with, its title, and a button that takes the query away."""
    term = _main(question.asked)
    with st.container(key="query-picture"):
        if term is not None:
            named_as, text = title(opened, term)
            if not query_crop.draw(opened, term, _CROP, title=named_as, text=text):
                missing = {"src": None, "alt": text or named_as, "title": named_as, "text": text}
                components.draw("picture", missing, key="query")
        st.button("Another picture", icon=":material/close:", key="clear-picture", on_click=_clear, width="stretch")


def named(opened: Collection) -> list[query.Term]:
    """The picture that the address names: one of the collection (`like`) or a sample."""
    like = links.keep("like", lambda raw: None if links.integer(raw) is None else str(links.integer(raw)))
    sample = links.keep("sample", lambda raw: raw if raw in query_sources.sample_pictures() else None)
    if like is not None:
        opened.store.row_of(int(like))
        return [query.Term(query.Known(int(like)))]
    term = None if sample is None else query_sources.sample_term(sample)
    return [] if term is None else [term]


def _started(found: list[query.Term]) -> bool:
    """True when there is something to search with; the box's own value is not drawn yet."""
    typed = st.session_state["q"] if "q" in st.session_state else st.query_params.get("q")
    return bool(found or query_state.given() or typed)


def _main(asked: query.Query) -> query.Term | None:
    """The first picture that is wanted, else the first one."""
    at = query_crop.main(asked.terms)
    return None if at is None else asked.terms[at]


def title(opened: Collection, term: query.Term) -> tuple[str, str]:
    """What to call a picture that is searched with, and what is said of it."""
    if isinstance(term.subject, query.Known):
        record = opened.store.records[opened.store.row_of(term.subject.image_id)]
        text = record.captions[0].display if record.captions else record.file_name
        part = "Part of picture" if term.crop else "Picture"
        return f"{part} {record.image_id} of this collection", text
    if isinstance(term.subject, query.File):
        known = {query_sources.sample_term(name): one for name, one in query_sources.sample_pictures().items()}
        sample = known.get(query.Term(term.subject))
        return (f"Sample: {sample.title}" if sample else query_chips.label(term)), ""
    return query_chips.label(term), ""


def _source(term: query.Term) -> bytes | str:
    """What `answers.captions_for` takes of a picture that was given."""
    subject = term.subject
    if isinstance(subject, query.Handed) and isinstance(subject.picture, bytes):
        return subject.picture
    return subject.path if isinstance(subject, query.File) else b""


def _clear() -> None:
    query_state.edit(query_state.Wanted())
