"""The query that a page is composing: what is typed, the pictures given beside it, and the way back.

What is typed lives in the address (`?q=`). Pictures that a visitor gave live in the session only. Each page has a query
of its own, which it finds again when the visitor comes back to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import streamlit as st

from core import errors, query
from core.ui import filters, links

_MAX_STEPS = 50
_OWN = ("q", "by")  # the bound values that every page has for itself


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query as it is edited: its typed part, then the pictures given by the visitor."""

    typed: str = ""
    given: tuple[query.Term, ...] = ()

    @property
    def terms(self) -> tuple[query.Term, ...]:
        """The typed terms, then the given ones. Raises `QuerySyntaxError`."""
        return (query.parse(self.typed).terms if self.typed else ()) + self.given


@dataclass(slots=True)
class _Page:
    """What the session knows of the query of one page."""

    own: dict[str, str] = field(default_factory=dict)
    given: tuple[query.Term, ...] = ()
    last: Wanted | None = None
    undo: list[Wanted] = field(default_factory=list)
    redo: list[Wanted] = field(default_factory=list)


def enter(page: str) -> None:
    """Begin a run of `page`: its own values take the place of another page's, unless the address brings some, and an
    edit made since the last run is carried out. Comes before the query's widgets are drawn."""
    if st.session_state.get("_query_page") != page:
        st.session_state["_query_page"] = page
        known = _page().own
        for key in _OWN:
            if key in st.query_params or key not in known:
                st.session_state.pop(key, None)
            else:
                st.session_state[key] = known[key]
    wanted: Wanted | None = st.session_state.pop("_query_next", None)
    if wanted is not None:
        _page().given = wanted.given
        st.session_state["q"] = wanted.typed
        links.restate("by", *filters.KEYS)


def leave() -> None:
    """Keep the page's own values; comes after its widgets are drawn."""
    _page().own = {key: st.session_state[key] for key in _OWN if st.session_state.get(key)}


def given() -> tuple[query.Term, ...]:
    """The pictures that the visitor gave on this page."""
    return _page().given


def given_on(page: str) -> tuple[query.Term, ...]:
    """The pictures that the visitor gave on another page."""
    known: _Page | None = st.session_state.get(_name(page))
    return known.given if known else ()


def last() -> Wanted:
    """The last query of this page that could be read."""
    return _page().last or Wanted()


def note(wanted: Wanted) -> None:
    """This is what the page asks now: the query before it becomes the one that `step(-1)` returns to."""
    page = _page()
    if page.last is not None and page.last != wanted and not _still_typing(page.last, wanted):
        page.undo = [*page.undo, page.last][-_MAX_STEPS:]
        page.redo = []
    page.last = wanted


def edit(wanted: Wanted) -> None:
    """Ask this at the next run."""
    st.session_state["_query_next"] = wanted
    for name in ("like", "sample"):  # what they named is part of `wanted`
        links.put(name, None)


def add(term: query.Term) -> None:
    """Ask for more, or less, of something at the next run. A picture that is a term already gets more weight, or the
    other sign; text and pictures of the collection become part of the typed query, others are given beside it."""
    now = last()
    terms = list(now.terms)
    at = next((i for i, one in enumerate(terms) if (one.subject, one.crop) == (term.subject, term.crop)), None)
    try:
        if at is None:
            edit(composed([*terms, term]))
        elif (terms[at].weight > 0) == (term.weight > 0):
            change(at, terms[at].weight + term.weight)
        else:
            change(at, term.weight)
    except errors.QueryError as error:
        st.session_state["_query_fault"] = error


def change(at: int, weight: float | None) -> None:
    """Give the term `at` another weight, or none, which takes it away, at the next run. Unknown ones are ignored."""
    terms = list(last().terms)
    if not 0 <= at < len(terms):
        return
    try:
        terms[at : at + 1] = [] if weight is None else [replace(terms[at], weight=round(weight, 3))]
        edit(composed(terms))
    except errors.QueryError as error:
        st.session_state["_query_fault"] = error


def composed(terms: list[query.Term]) -> Wanted:
    """Terms as a query to edit: texts and pictures of the collection typed. Raises `QueryError` for too many."""
    if terms:
        query.Query(tuple(terms))
    typed = tuple(term for term in terms if isinstance(term.subject, query.Text | query.Known))
    rest = tuple(term for term in terms if not isinstance(term.subject, query.Text | query.Known))
    return Wanted(query.format_query(query.Query(typed)) if typed else "", rest)


def steps(direction: int) -> int:
    """How many queries there are to return to (-1), or to come back to (1)."""
    return len(_page().undo if direction < 0 else _page().redo)


def step(direction: int) -> None:
    """Return to the query before this one (-1), or to the one that was left that way (1), at the next run."""
    page = _page()
    source, target = (page.undo, page.redo) if direction < 0 else (page.redo, page.undo)
    if source:
        target.append(last())
        page.last = source.pop()
        edit(page.last)


def fault() -> errors.QueryError | None:
    """Why the last edit could not be made; told once."""
    found: errors.QueryError | None = st.session_state.pop("_query_fault", None)
    return found


def _still_typing(before: Wanted, after: Wanted) -> bool:
    """True when one is the other with letters added: every pause in typing is a query, but no step of its own."""
    longer, shorter = sorted((before.typed, after.typed), key=len, reverse=True)
    return longer.startswith(shorter) and before.given == after.given and len(before.terms) == len(after.terms)


def _page() -> _Page:
    name = _name(str(st.session_state.get("_query_page")))
    if name not in st.session_state:
        st.session_state[name] = _Page()
    page: _Page = st.session_state[name]
    return page


def _name(page: str) -> str:
    return f"_query_of_{page}"
