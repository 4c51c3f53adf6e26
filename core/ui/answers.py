"""What a collection answered, remembered between runs of a page: search results, listings, query vectors.

An answer is asked for again only when the question is new or the collection was rebuilt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core import browsing, errors, facets, lift, query, query_vectors
from core import search as searching
from core.ui import loaders, samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.collection import Collection
    from core.facets.terms import Field
    from core.search import CaptionHit, Filters, Ranking, SearchResult
    from core.ui.query_bar import Question


def search(opened: Collection, question: Question) -> SearchResult:
    """The first `question.total` pictures of `Collection.query`, remembered. Loads the model at the first call that
    needs it: a picture of the collection brings its vector with it, but the things that it shows are read."""
    known = question.by is not searching.Ranking.THINGS and all(
        isinstance(term.subject, query.Known) and term.crop is None for term in question.asked.terms
    )
    if not known:
        loaders.wait_for_encoder(opened)
    return _search(opened, loaders.key_of(opened), question.asked, question.total, question.by, question.filters)


def captions_for(opened: Collection, picture: bytes | str, k: int) -> tuple[CaptionHit, ...]:
    """`Collection.captions_for`, remembered."""
    loaders.wait_for_encoder(opened)
    return _captions_for(opened, loaders.key_of(opened), picture, k)


def captions_near(opened: Collection, image_id: int, k: int) -> tuple[CaptionHit, ...]:
    """`Collection.captions_near`, remembered."""
    return _captions_near(opened, loaders.key_of(opened), image_id, k)


def columns(opened: Collection) -> facets.Columns:
    """What filters and counts of a collection are answered from; some seconds for a large one, once."""
    return _columns(opened, loaders.key_of(opened))


def listing(
    opened: Collection, text: str, order: browsing.Order, seed: int, *, reverse: bool, of_all: tuple[Field, ...]
) -> browsing.Listing:
    """`browsing.browse` of a typed filter, remembered; `of_all` are the facets whose single choice is one of "all".
    Raises `QuerySyntaxError`."""
    return _listing(opened, loaders.key_of(opened), text, order, seed, reverse=reverse, of_all=of_all)


def query_vector(opened: Collection, text: str) -> NDArray[np.float32]:
    """The unit vector `(dim,)` of a query as it is typed: texts and pictures of the collection with their weights.
    Loads the model at the first call. Raises `QueryError`, for files too, which no address may open."""
    asked = query.parse(text)
    if any(isinstance(term.subject, query.File) for term in asked.terms):
        raise errors.QueryError("no file can be shown on the map; use words, or img:ID of a picture in the collection")
    for image_id in asked.known_ids:
        opened.store.row_of(image_id)
    if asked.texts and opened.store.one_space:
        loaders.wait_for_encoder(opened)
    return _query_vector(opened, loaders.key_of(opened), asked)


def sample_queries(opened: Collection) -> tuple[str, ...]:
    """A few queries that this collection can answer."""
    return _sample_queries(opened, loaders.key_of(opened))


def frequencies(opened: Collection) -> lift.Frequencies:
    """`lift.count` of the whole collection, remembered."""
    return _frequencies(opened, loaders.key_of(opened))


def _arguments(filters: Filters) -> dict[str, Any]:
    """The keyword arguments of `Collection.search` and its kin."""
    return {
        "category": filters.categories,
        "file_contains": filters.file_contains,
        "license": filters.licenses,
    }


@loaders.per_collection(max_entries=128)
def _search(
    _opened: Collection, key: str, asked: query.Query, total: int, by: Ranking, filters: Filters
) -> SearchResult:
    return _opened.query(asked, total, by, **_arguments(filters))


@loaders.per_collection(max_entries=32)
def _captions_for(_opened: Collection, key: str, picture: bytes | str, k: int) -> tuple[CaptionHit, ...]:
    return _opened.captions_for(picture, k)


@loaders.per_collection(max_entries=64)
def _captions_near(_opened: Collection, key: str, image_id: int, k: int) -> tuple[CaptionHit, ...]:
    return _opened.captions_near(image_id, k)


@loaders.per_collection(max_entries=3)
def _columns(_opened: Collection, key: str) -> facets.Columns:
    opened = _opened.store
    return facets.Columns.build(opened.records, opened.categories, opened.licenses)


@loaders.per_collection(max_entries=16)
def _listing(
    _opened: Collection,
    key: str,
    text: str,
    order: browsing.Order,
    seed: int,
    *,
    reverse: bool,
    of_all: tuple[Field, ...],
) -> browsing.Listing:
    modes = dict.fromkeys(of_all, facets.Mode.ALL)
    return browsing.browse(columns(_opened), facets.parse(text), order, seed, reverse=reverse, modes=modes)


@loaders.per_collection(max_entries=4)
def _frequencies(_opened: Collection, key: str) -> lift.Frequencies:
    return lift.count(_opened.store.records)


@loaders.per_collection(max_entries=64)
def _query_vector(_opened: Collection, key: str, asked: query.Query) -> NDArray[np.float32]:
    vectors, _ = query_vectors.of_query(asked, _opened.store, _opened)
    return searching.compose(vectors, [term.weight for term in asked.terms]).vector


@st.cache_data(max_entries=8, show_spinner=False)
def _sample_queries(_opened: Collection, key: str) -> tuple[str, ...]:
    return samples.queries(_opened.store)
