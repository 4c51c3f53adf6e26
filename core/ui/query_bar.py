"""The query bar of the search pages: the typed query, what is wrong with it, its terms as chips, what to do with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core import errors, query, search
from core.ui import (
    fields,
    filters,
    gallery,
    meaning,
    more,
    query_chips,
    query_copy,
    query_sources,
    query_state,
    results,
    states,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.collection import Collection

_HELP = """Words, or terms between + and - with blanks around the signs:

- `2*dog + beach - person`: weights and signs
- `img:139`: like this picture of the collection; `img:139[0.1,0.2,0.5,0.5]`: like a part of it
- `"a red + blue kite"`: quotes keep signs as words"""
_FUSED, _IMAGE = search.Ranking.FUSED.value, search.Ranking.IMAGE.value
_EXPLANATION = "**image**: by what the pictures look like. **caption**: by their best caption. **fused**: by both."
_THINGS_TOO = " **things**: by what they look like and what both show, as a photo and a drawing of a dog do."


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a collection: the first `total` pictures, `k` at a time."""

    asked: query.Query
    k: int
    total: int
    by: search.Ranking
    filters: search.Filters

    @property
    def texts(self) -> tuple[str, ...]:
        return self.asked.texts


def begin(page: str) -> None:
    """Carry out what the visitor did to the query since the last run. Comes before anything of the query is drawn."""
    query_chips.take(f"{page}-chips")
    meaning.take(f"{page}-meaning")
    for grid in results.grids(page):
        gallery.take(grid)
    query_state.enter(page)


def box(label: str, placeholder: str, *, live: bool = False) -> str:
    """The typed query, as it stands."""
    return fields.text(label, "q", placeholder, live=live, explanation=_HELP)


def read(opened: Collection, typed: str, named: Sequence[query.Term] = ()) -> query.Query | None:
    """The whole query: pictures `named` in the address, what is typed, pictures given. None where nothing is asked. One
    that cannot be read is told, with its place, and the last one that could be read stands."""
    fault = query_state.fault()
    if fault is not None:
        states.known(fault)
    try:
        wanted = query_state.composed([*named, *query_state.Wanted(typed, query_state.given()).terms])
        if not named:
            wanted = query_state.Wanted(typed, wanted.given)  # as the visitor writes it
        _check(opened, typed, wanted.terms)
    except errors.QueryError as error:
        _tell(typed, error)
        wanted = query_state.last()
        if wanted.typed:
            st.caption(f"Below is still what was found for {words.plain(wanted.typed)}.")
    else:
        query_state.note(wanted)
        _offer_minus(typed)
    return query.Query(wanted.terms) if wanted.terms else None


def draw_terms(opened: Collection, asked: query.Query | None, page: str) -> None:
    """The query's terms as chips, and what of it the address cannot carry."""
    if asked is not None:
        query_chips.draw(opened, asked.terms, f"{page}-chips")
    if query_state.given():
        st.caption(
            ":material/link_off: The address of this page leaves out the pictures that you added: they are only in "
            "your session."
        )


def draw_tools(opened: Collection, asked: query.Query | None, *, pictures: bool, sources: bool) -> Question | None:
    """Ranking and filters, a picture as a further term, one step back and forth, copies; what they make of the query.
    Raises `QueryError` for terms that cannot be compared."""
    by = _choose_ranking(opened, asked, pictures=pictures)
    chosen = filters.choose(opened)
    if sources:
        with st.popover("Add picture", icon=":material/add_photo_alternate:", key="add-picture"):
            query_sources.draw(choice=True)
    k = int(st.session_state["k"])
    question = None if asked is None else Question(asked, k, more.total((asked, k, by, chosen), k), by, chosen)
    if question is not None:
        query_copy.draw(opened, question.asked, question.total, question.by, question.filters)
    _draw_steps()
    query_state.leave()
    return question


def _choose_ranking(opened: Collection, asked: query.Query | None, *, pictures: bool) -> search.Ranking:
    """Which vectors rank the pictures. A collection without captions, or with two models, leaves no choice."""
    if asked is not None:
        offered = search.query_rankings(opened.store, asked)
    else:
        offered = (search.picture_rankings if pictures else search.text_rankings)(opened.store)
    if len(offered) == 1:
        return offered[0]
    names = [ranking.value for ranking in search.Ranking if ranking in offered]
    default = _IMAGE if pictures else _FUSED
    explanation = _EXPLANATION + (_THINGS_TOO if search.Ranking.THINGS in offered else "")
    return search.Ranking(fields.one_of("Rank by", names, "by", default=default, explanation=explanation))


def _draw_steps() -> None:
    if not (query_state.steps(-1) or query_state.steps(1)):
        return
    for direction, label, icon in ((-1, "Undo", "undo"), (1, "Redo", "redo")):
        st.button(
            label,
            icon=f":material/{icon}:",
            key=f"query-{label}",
            help=f"{label} the last change of the query",
            disabled=not query_state.steps(direction),
            on_click=query_state.step,
            args=(direction,),
        )


def _check(opened: Collection, typed: str, terms: Sequence[query.Term]) -> None:
    """Raise what points at a picture that the collection does not have; `file:` in an address could name any file of
    this machine, so none is opened."""
    typed_terms = query.parse(typed).terms if typed else ()
    if any(isinstance(term.subject, query.File) for term in typed_terms):
        place = re.search(r"file:", typed, re.IGNORECASE)
        raise query.error_at(
            "the dashboard opens no file: terms, because a link could name any file of this machine; use Add picture, "
            f"or the command line: {_command(opened, typed)}",
            typed,
            place.start() if place else 0,
        )
    for term in terms:
        if isinstance(term.subject, query.Known):
            _check_id(opened, typed, term.subject.image_id)


def _check_id(opened: Collection, typed: str, image_id: int) -> None:
    try:
        opened.store.row_of(image_id)
    except errors.QueryError as error:
        place = re.search(rf"img:{image_id}(?![0-9])", typed, re.IGNORECASE)
        if place is None:
            raise
        raise query.error_at(str(error), typed, place.start()) from None


def _command(opened: Collection, typed: str) -> str:
    return query.as_command_line(query.parse(typed), opened.name, 12, "image")


def _tell(typed: str, error: errors.QueryError) -> None:
    """What is wrong, with the place under the query, and the way out where it was meant as words."""
    if not isinstance(error, errors.QuerySyntaxError):
        states.known(error)
        return
    st.error(f"**This query cannot be read.** {words.plain(error.problem)}", icon=":material/error:")
    _, _, place = str(error).partition("\n")
    if place:
        st.code(place, language=None)
    literal = query.format_query(query.Query((query.Term(query.Text(typed)),))) if typed.strip() else ""
    if literal and "file:" not in typed.lower():
        st.button(
            "Search for these very words",
            icon=":material/format_quote:",
            key="query-literal",
            on_click=query_state.edit,
            args=(query_state.Wanted(literal, query_state.given()),),
        )


def _offer_minus(typed: str) -> None:
    """Models of this kind read "without people" as people: a minus term is offered in its place."""
    offered = query.suggestion(typed) if typed else None
    if offered is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="query-minus-row"):
        st.caption("Models of this kind do not understand negations. Ask for less of it instead:", width="content")
        st.button(
            words.plain(offered),
            icon=":material/remove_circle:",
            key="query-minus",
            on_click=query_state.edit,
            args=(query_state.Wanted(offered, query_state.given()),),
        )
