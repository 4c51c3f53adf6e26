"""Compare models: which collections of the same pictures stand beside each other, and the query picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core import errors, evaluation, query, store
from core.ui import image_query, links, loaders, query_sources, query_state

if TYPE_CHECKING:
    from core.collection import Collection
    from core.evaluation import Agreement, Shared

PAGE = "compare-models"
K = 10
"""Hits of a column, and neighbours that are compared."""


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The collections beside each other, the open one first, and the pictures that they share."""

    collections: tuple[Collection, ...]
    shared: Shared

    @property
    def names(self) -> tuple[str, ...]:
        """What to call each: its model, with the collection where two have the same."""
        models = [one.store.manifest.encoder.model for one in self.collections]
        return tuple(
            model if models.count(model) == 1 else f"{model} ({one.name})"
            for model, one in zip(models, self.collections, strict=True)
        )

    @property
    def key(self) -> str:
        """What tells these versions of these collections from all others."""
        return " ".join(loaders.key_of(one) for one in self.collections)


@dataclass(frozen=True, slots=True)
class Question:
    """The picture that all models are asked with; one that was not chosen is the one that they agree least on."""

    term: query.Term
    was_chosen: bool


def choose(opened: Collection) -> Chosen | None:
    """Draw the choice of collections; None where there is no other one of these pictures."""
    siblings = _siblings(opened, loaders.key_of(opened), loaders.stores())
    if not siblings:
        return None
    most = evaluation.MOST_COMPARED - 1
    links.seed_list("with", frozenset(siblings))
    if not set(st.session_state.get("with", ())) <= set(siblings):  # from another collection
        del st.session_state["with"]
    names = st.multiselect(
        "Compare with",
        list(siblings),
        default=list(siblings)[:most],
        format_func=lambda name: f"{siblings[name]} · {name}",
        max_selections=most,
        key="with",
        bind="query-params",
        help="Other collections of the same pictures, known by their file names. Two to four can stand side by side.",
    )
    if not names:
        st.info("Choose a collection to compare with.", icon=":material/view_column:")
        st.stop()
    together = (opened, *(loaders.collection(name) for name in names))
    return Chosen(together, _shared(together, " ".join(loaders.key_of(one) for one in together)))


def ask(chosen: Chosen) -> Question:
    """Draw the choice of a query picture. Without one the picture is asked about that the models agree least on."""
    opened = chosen.collections[0]
    query_state.enter(PAGE)
    named = image_query.named(opened)
    with st.expander("Another query picture", icon=":material/add_photo_alternate:"):
        query_sources.draw(choice=False)
    found = [*named, *query_state.given()]
    query_state.note(query_state.Wanted("", tuple(found)))
    if found:
        return Question(found[0], was_chosen=True)
    record = chosen.shared.records[int(agreement(chosen).most_disputed(1)[0])]
    own = evaluation.picture_named(opened.store, record.file_name)
    return Question(query.Term(query.Known(own.image_id)), was_chosen=False)


def forget() -> None:
    """Let go of the picture that was chosen."""
    query_state.edit(query_state.Wanted())


def agreement(chosen: Chosen) -> Agreement:
    """How alike the neighbourhoods of the shared pictures are, remembered."""
    return _agreement(chosen, chosen.key)


@loaders.per_collection(max_entries=16)
def _siblings(_opened: Collection, key: str, found: tuple[store.StoreSummary, ...]) -> dict[str, str]:
    """Name to model of the other collections of the open one's picture folder. Only manifests are read. `found` is part
    of the key, so that a new collection appears."""
    own = _opened.store
    root = own.images_root
    siblings = {}
    for summary in found:
        if summary.name == _opened.name or summary.problem:
            continue
        try:
            manifest = store.read_manifest(summary.folder)
        except errors.StoreError:
            continue
        if store.resolved_path(manifest.source.images_root, summary.folder) == root:
            siblings[summary.name] = summary.model
    return siblings


@loaders.per_collection(max_entries=4)
def _shared(_together: tuple[Collection, ...], key: str) -> Shared:
    return evaluation.shared_pictures([one.store for one in _together])


@loaders.per_collection(max_entries=4)
def _agreement(_chosen: Chosen, key: str) -> Agreement:
    return evaluation.neighbour_agreement([one.store for one in _chosen.collections], _chosen.shared, k=K)
