"""A list of pictures as every page shows it: summary, downloads, note on missing files, grid, detail dialog."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.ui import (
    components,
    detail,
    downloads,
    gallery,
    hit_detail,
    links,
    marks,
    meaning,
    more,
    query_chips,
    shelf,
    states,
    words,
)

if TYPE_CHECKING:
    from core.collection import Collection
    from core.records import ImageRecord
    from core.relevance import Cut
    from core.search import CaptionHit, SearchHit, SearchResult
    from core.ui.query_bar import Question


def draw(opened: Collection, question: Question, result: SearchResult, key: str) -> None:
    """A search result: how many and how fast, the downloads, what the hits have in common, the grid, more of it."""
    if not result.hits:
        states.nothing_matches()
        return
    # One block, whatever it holds: were it to grow by an element, the grid below would be built anew.
    with st.container(key=f"{key}-head"):
        with st.container(horizontal=True, vertical_alignment="center", key=f"{key}-summary"):
            st.caption(_summary(result), width="stretch")
            downloads.of_result(opened, result, key)
        meaning.draw(opened, question, result.hits, f"{key}-meaning")
        shown, folded = _fold(result, key)
        line = _line(result)
        above = [hit for hit in shown if hit.rank <= line.hits] if line else shown
        if line:
            _draw_cut(line)
    draw_groups(opened, question, result, (above, shown[len(above) :]), key)
    more.draw(result, question.k, _findable(opened, result), key)
    if folded:
        with st.expander(
            f"Folded away: {words.count(len(folded), 'near-identical picture')}", icon=":material/layers:"
        ):
            draw_records(opened, [hit.record for hit in folded], f"{key}-folded", "Near-identical pictures")


def _fold(result: SearchResult, key: str) -> tuple[Sequence[SearchHit], Sequence[SearchHit]]:
    """The hits to show and those that stand behind them, where the visitor wants near-identical pictures folded."""
    explanation = "One picture stands for all that show nearly the same; the others are listed below the results."
    if not st.toggle("Fold near-identical pictures", key="fold", persist_state="session", help=explanation):
        return result.hits, ()
    folds = result.folded()
    return [one.hit for one in folds], [hit for one in folds for hit in one.others]


def _line(result: SearchResult) -> Cut | None:
    """The line between probable matches and the rest. Only where one text is asked with: what is like a picture, or
    fits several terms, is a matter of degree, and captions teach nothing about it."""
    terms = result.asked.terms if result.asked is not None else ()
    one_text = len(terms) <= 1 and all(term.is_text for term in terms)
    return result.cut if one_text else None


def _draw_cut(line: Cut) -> None:
    """Where the line lies, and what it rests on."""
    basis = (
        "Learned from this collection's own captions."
        if line.fitted
        else "An estimate from the scores alone: this collection has too few captions to learn from."
    )
    found = words.count(line.pictures, "picture")
    beyond = f", {line.hits:,} of them shown" if line.pictures > line.hits else ""
    said = f"**{found}** of the collection probably match{'es' if line.pictures == 1 else ''}{beyond}."
    st.caption(said if line.pictures else "No picture of the collection probably matches.", help=basis)


def draw_groups(
    opened: Collection,
    question: Question,
    result: SearchResult,
    groups: tuple[Sequence[SearchHit], Sequence[SearchHit]],
    key: str,
) -> None:
    """The hits in two groups, best first: those above the line as a grid, the rest below it folded away. With nothing
    below the line there is none; with nothing above it, it says so."""
    above, below = groups
    hits = (*above, *below)
    cards = gallery.of_hits(opened, hits, bands=_line(result) is not None)
    with st.container(key=f"{key}-note"):
        gallery.draw_missing_note(opened, cards)
    terms = [query_chips.label(term) for term in question.asked.terms]
    steer = opened.store.one_space or not question.texts
    source = result.typed or result.query
    marked = marks.Marks(kept=shelf.star(opened, source))
    picked = None
    if above:
        label = f"Results for {result.query}"
        picked = gallery.draw(cards[: len(above)], grids(key)[0], label, terms=terms, steer=steer, marked=marked)
    if below:
        label = f"Less likely: {words.count(len(below), 'picture')}"
        with st.expander(label, icon=":material/expand_all:", expanded=not above):
            label = f"Less likely results for {result.query}"
            rest = gallery.draw(cards[len(above) :], grids(key)[1], label, terms=terms, steer=steer, marked=marked)
        picked = picked or rest
    if picked is not None:
        shown = {str(hit.record.image_id): hit for hit in hits}

        def beneath(image_id: int) -> None:
            hit_detail.draw(shown[str(image_id)], question.asked, steer=steer)

        shelf.note_source(source)
        detail.show(opened, detail.of_hits(hits, question.asked), picked, beneath=beneath)


def grids(key: str) -> tuple[str, str]:
    """The keys of the grid above the line and of the one below it."""
    return f"{key}-grid", f"{key}-rest"


def draw_records(
    opened: Collection,
    records: Sequence[ImageRecord],
    key: str,
    label: str,
    *,
    cell: int = 176,
    found_by: str = "",
    selected: marks.Mark | None = None,
    boxes: bool = False,
) -> None:
    """Records without scores as a grid with dialog. `found_by` is the query or filter that made the list; with
    `selected` they can be selected."""
    cards = gallery.of_records(opened, records)
    gallery.draw_missing_note(opened, cards)
    marked = marks.Marks(kept=shelf.star(opened, found_by), selected=selected)
    picked = gallery.draw(cards, f"{key}-grid", label, cell=cell, marked=marked, boxes=boxes)
    if picked is not None:
        shelf.note_source(found_by)
        detail.show(opened, detail.of_records(records), picked)


def show_one(opened: Collection, record: ImageRecord) -> None:
    """One picture in the dialog, without a list around it."""
    detail.show(opened, detail.of_records([record]), str(record.image_id))


def draw_cut_note(opened: Collection, texts: Sequence[str]) -> None:
    """Say it when the model, loaded by then, could not read all of a query's texts."""
    if any(opened.text_encoder.exceeds_context(text) for text in texts):
        which = "This text is" if len(texts) == 1 else "A text of this query is"
        st.info(f"{which} longer than the model reads: its end was ignored.", icon=":material/content_cut:")


def draw_captions(hits: Sequence[CaptionHit], key: str) -> None:
    """Captions nearest to a picture, each with its score and a link to its own picture."""
    if not hits:
        return
    with st.container(key=f"{key}-nearest", gap="xsmall"):
        st.markdown("**Captions nearest to this picture**")
        items = [
            {
                "score": words.score(hit.score),
                "text": hit.caption.display,
                "href": links.to("Image_Search", like=hit.record.image_id),
            }
            for hit in hits
        ]
        components.draw(
            "captions", {"items": items, "label": "Captions nearest to this picture"}, key=f"{key}-captions"
        )


def _findable(opened: Collection, result: SearchResult) -> int:
    """How many pictures the list can grow to: those that pass the filters, less the query's own, and for the caption
    ranking less those without captions."""
    if len(result) < result.k:
        return len(result)
    own = len(set(result.asked.known_ids)) if result.asked is not None else 0
    return max(len(result), result.matching - own)


def _summary(result: SearchResult) -> str:
    of = f"{len(result):,} of {words.count(result.matching, 'picture')}"
    encoding = f"encoded in {words.seconds(result.encode_seconds)}, " if result.encode_seconds else ""
    times = f"{encoding}searched in {words.seconds(result.search_seconds)}"
    return f"{of} · {times} · best score {words.score(result.hits[0].score)}"
