"""What a collection answered, remembered between runs of a page: search results, listings, the map.

An answer is asked for again only when the question is new or the collection was rebuilt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core import browsing, projection
from core.ui import loaders, samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.collection import Collection
    from core.search import CaptionHit, Filters, SearchResult


def search_text(opened: Collection, text: str, k: int, by: str, filters: Filters) -> SearchResult:
    """`Collection.search`, remembered. Loads the model at the first call."""
    loaders.wait_for_encoder(opened)
    return _search_text(opened, loaders.key_of(opened), text, k, by, filters)


def search_picture(opened: Collection, picture: bytes, text: str, k: int, filters: Filters) -> SearchResult:
    """`Collection.search_image` of an encoded picture, remembered."""
    loaders.wait_for_encoder(opened)
    return _search_picture(opened, loaders.key_of(opened), picture, text, k, filters)


def similar_to(opened: Collection, image_id: int, text: str, k: int, filters: Filters) -> SearchResult:
    """`Collection.similar_to`, remembered. Needs the model only for a text: the picture's vector is in the store."""
    if text:
        loaders.wait_for_encoder(opened)
    return _similar_to(opened, loaders.key_of(opened), image_id, text, k, filters)


def captions_for(opened: Collection, picture: bytes, k: int) -> tuple[CaptionHit, ...]:
    """`Collection.captions_for`, remembered."""
    loaders.wait_for_encoder(opened)
    return _captions_for(opened, loaders.key_of(opened), picture, k)


def captions_near(opened: Collection, image_id: int, k: int) -> tuple[CaptionHit, ...]:
    """`Collection.captions_near`, remembered."""
    return _captions_near(opened, loaders.key_of(opened), image_id, k)


def listing(opened: Collection, filters: Filters, words: str, order: browsing.Order, seed: int) -> browsing.Listing:
    """`browsing.list_records`, remembered."""
    return _listing(opened, loaders.key_of(opened), filters, words, order, seed)


def picture_map(opened: Collection) -> projection.Projection:
    """The 2-D PCA map of all pictures of a collection."""
    return _picture_map(opened, loaders.key_of(opened))


def place_text(opened: Collection, text: str) -> NDArray[np.float32]:
    """Where a text lies on the picture map, float32 `(2,)`. Loads the model at the first call."""
    loaders.wait_for_encoder(opened)
    return _place_text(opened, loaders.key_of(opened), text)


def sample_queries(opened: Collection) -> tuple[str, ...]:
    """A few queries that this collection can answer."""
    return _sample_queries(opened, loaders.key_of(opened))


def _arguments(filters: Filters) -> dict[str, Any]:
    """The keyword arguments of `Collection.search` and its kin."""
    return {
        "category": filters.categories,
        "file_contains": filters.file_contains,
        "license": filters.licenses,
    }


@loaders.per_collection(max_entries=128)
def _search_text(_opened: Collection, key: str, text: str, k: int, by: str, filters: Filters) -> SearchResult:
    return _opened.search(text, k, by, **_arguments(filters))


@loaders.per_collection(max_entries=32)
def _search_picture(_opened: Collection, key: str, picture: bytes, text: str, k: int, filters: Filters) -> SearchResult:
    return _opened.search_image(picture, k, text=text, **_arguments(filters))


@loaders.per_collection(max_entries=64)
def _similar_to(_opened: Collection, key: str, image_id: int, text: str, k: int, filters: Filters) -> SearchResult:
    return _opened.similar_to(image_id, k, text=text, **_arguments(filters))


@loaders.per_collection(max_entries=32)
def _captions_for(_opened: Collection, key: str, picture: bytes, k: int) -> tuple[CaptionHit, ...]:
    return _opened.captions_for(picture, k)


@loaders.per_collection(max_entries=64)
def _captions_near(_opened: Collection, key: str, image_id: int, k: int) -> tuple[CaptionHit, ...]:
    return _opened.captions_near(image_id, k)


@loaders.per_collection(max_entries=16)
def _listing(
    _opened: Collection, key: str, filters: Filters, words: str, order: browsing.Order, seed: int
) -> browsing.Listing:
    return browsing.list_records(_opened.store, filters, words, order, seed)


@loaders.per_collection(max_entries=4)
def _picture_map(_opened: Collection, key: str) -> projection.Projection:
    return projection.pca_map(_opened.store.image_index.vectors(), dims=2)


@loaders.per_collection(max_entries=64)
def _place_text(_opened: Collection, key: str, text: str) -> NDArray[np.float32]:
    placed: NDArray[np.float32] = _picture_map(_opened, key).place(_opened.encoder.encode_texts([text]))[0]
    return placed


@st.cache_data(max_entries=8, show_spinner=False)
def _sample_queries(_opened: Collection, key: str) -> tuple[str, ...]:
    return samples.queries(_opened.store)
