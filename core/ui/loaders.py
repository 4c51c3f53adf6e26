"""Everything the dashboard keeps between runs: settings, collections, encoders, answers, thumbnails.

All caching is here, and all of it is bounded. Collections and what is derived from them are keyed by the sum of the
manifest, so that a rebuilt collection is picked up at the next run of a page.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from core import browsing, config, errors, images, projection, store
from core import collection as collections
from core.ui import samples
from core.ui.warmup import Warmup

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.collection import Collection
    from core.records import ImageRecord
    from core.search import CaptionHit, Filters, SearchResult

THUMBNAIL_SIDE = 320  # pixels; a card is at most 260 wide, so this is sharp enough on common screens


@st.cache_resource(max_entries=1, show_spinner=False)
def settings() -> config.Settings:
    """Read once per process."""
    return config.Settings.from_environment()


@st.cache_data(max_entries=1, ttl=5, show_spinner=False)
def stores() -> tuple[store.StoreSummary, ...]:
    """The collections there are; read again after five seconds, so that a new one appears by itself."""
    return tuple(store.list_stores(settings().db))


def collection(name: str) -> Collection:
    """The open collection of that name, opened again when it was rebuilt. Raises `StoreError`."""
    return _collection(name, _stamp(name))


def encoder_ready(opened: Collection) -> bool:
    """True when a query will not have to wait for the model."""
    return _warmup(opened).ready


def warm_up(opened: Collection) -> None:
    """Begin to load the model of a collection, without waiting."""
    _warmup(opened).start()


def wait_for_encoder(opened: Collection) -> None:
    """Load the model now, telling the visitor. Raises what loading it raises (`EncoderError`, `StoreMisfitError`)."""
    if not _warmup(opened).ready:
        with st.spinner("Loading the model, once after each start…", show_time=True), st.skeleton(height=420):
            _warmup(opened).wait()


def search_text(opened: Collection, text: str, k: int, by: str, filters: Filters) -> SearchResult:
    """`Collection.search`, remembered. Loads the model at the first call."""
    wait_for_encoder(opened)
    return _search_text(opened, _key(opened), text, k, by, filters)


def search_picture(opened: Collection, picture: bytes, k: int, filters: Filters) -> SearchResult:
    """`Collection.search_image` of an encoded picture, remembered."""
    wait_for_encoder(opened)
    return _search_picture(opened, _key(opened), picture, k, filters)


def similar_to(opened: Collection, image_id: int, k: int, filters: Filters) -> SearchResult:
    """`Collection.similar_to`, remembered. Needs no model: the vector is in the store."""
    return _similar_to(opened, _key(opened), image_id, k, filters)


def captions_for(opened: Collection, picture: bytes, k: int) -> tuple[CaptionHit, ...]:
    """`Collection.captions_for`, remembered."""
    wait_for_encoder(opened)
    return _captions_for(opened, _key(opened), picture, k)


def captions_near(opened: Collection, image_id: int, k: int) -> tuple[CaptionHit, ...]:
    """`Collection.captions_near`, remembered."""
    return _captions_near(opened, _key(opened), image_id, k)


def thumbnail(opened: Collection, record: ImageRecord, side: int = THUMBNAIL_SIDE) -> str | None:
    """The picture as a data URI at most `side` pixels wide or high, None when its file is missing or unreadable."""
    return _thumbnail(opened, _key(opened), record.image_id, record.file_name, side)


def listing(opened: Collection, filters: Filters, words: str, order: browsing.Order, seed: int) -> browsing.Listing:
    """`browsing.list_records`, remembered."""
    return _listing(opened, _key(opened), filters, words, order, seed)


def picture_map(opened: Collection) -> projection.Projection:
    """The 2-D PCA map of all pictures of a collection."""
    return _picture_map(opened, _key(opened))


def place_text(opened: Collection, text: str) -> NDArray[np.float32]:
    """Where a text lies on the picture map, float32 `(2,)`. Loads the model at the first call."""
    wait_for_encoder(opened)
    return _place_text(opened, _key(opened), text)


def sample_queries(opened: Collection) -> tuple[str, ...]:
    """A few queries that this collection can answer."""
    return _sample_queries(opened, _key(opened))


def large_picture(opened: Collection, record: ImageRecord, side: int) -> str | None:
    """A picture for the detail dialog; kept for a few only, because it is a hundred times a thumbnail."""
    return _large_picture(opened, _key(opened), record.image_id, side)


@st.cache_data(max_entries=16, show_spinner=False)
def picture_uri(picture: bytes, side: int) -> str:
    """Any encoded picture as a data URI at most `side` pixels. Raises `PictureError`."""
    return images.data_uri(images.thumbnail(picture, side))


@st.cache_data(max_entries=1, ttl=60, show_spinner=False)
def sample_pictures() -> tuple[samples.SamplePicture, ...]:
    """The pictures offered as sample queries."""
    return samples.pictures(settings().samples)


@st.cache_data(max_entries=64, show_spinner=False)
def sample_thumbnail(path: Path) -> str | None:
    """A sample picture as a data URI."""
    try:
        return images.data_uri(images.cached_thumbnail(path, THUMBNAIL_SIDE, settings().cache))
    except (errors.PictureError, OSError):
        return None


def _key(opened: Collection) -> str:
    return f"{opened.name}@{opened.store.manifest.created_at}@{id(opened)}"


def _stamp(name: str) -> str:
    """The sum of a collection's manifest; empty when there is none, and opening it says so."""
    try:
        return hashlib.blake2b((settings().db / name / "manifest.json").read_bytes(), digest_size=16).hexdigest()
    except OSError:
        return ""


@st.cache_resource(max_entries=4, show_spinner=False)
def _collection(name: str, stamp: str) -> Collection:
    return collections.open_collection(name, db=settings().db, device=settings().device)


def _warmup(opened: Collection) -> Warmup:
    return _warmup_of(opened, _key(opened))


@st.cache_resource(max_entries=4, show_spinner=False)
def _warmup_of(_opened: Collection, key: str) -> Warmup:
    return Warmup(_opened)


@st.cache_resource(max_entries=128, show_spinner=False)
def _search_text(_opened: Collection, key: str, text: str, k: int, by: str, filters: Filters) -> SearchResult:
    return _opened.search(text, k, by, **_arguments(filters))


@st.cache_resource(max_entries=32, show_spinner=False)
def _search_picture(_opened: Collection, key: str, picture: bytes, k: int, filters: Filters) -> SearchResult:
    return _opened.search_image(picture, k, **_arguments(filters))


@st.cache_resource(max_entries=64, show_spinner=False)
def _similar_to(_opened: Collection, key: str, image_id: int, k: int, filters: Filters) -> SearchResult:
    return _opened.similar_to(image_id, k, **_arguments(filters))


@st.cache_resource(max_entries=32, show_spinner=False)
def _captions_for(_opened: Collection, key: str, picture: bytes, k: int) -> tuple[CaptionHit, ...]:
    return _opened.captions_for(picture, k)


@st.cache_resource(max_entries=64, show_spinner=False)
def _captions_near(_opened: Collection, key: str, image_id: int, k: int) -> tuple[CaptionHit, ...]:
    return _opened.captions_near(image_id, k)


@st.cache_resource(max_entries=16, show_spinner=False)
def _listing(
    _opened: Collection, key: str, filters: Filters, words: str, order: browsing.Order, seed: int
) -> browsing.Listing:
    return browsing.list_records(_opened.store, filters, words, order, seed)


@st.cache_data(max_entries=3000, show_spinner=False)
def _thumbnail(_opened: Collection, key: str, image_id: int, file_name: str, side: int) -> str | None:
    record = _opened.store.records[_opened.store.row_of(image_id)]
    encoded = _opened.thumbnail(record, side)
    return None if encoded is None else images.data_uri(encoded)


@st.cache_data(max_entries=24, show_spinner=False)
def _large_picture(_opened: Collection, key: str, image_id: int, side: int) -> str | None:
    record = _opened.store.records[_opened.store.row_of(image_id)]
    encoded = _opened.thumbnail(record, side)
    return None if encoded is None else images.data_uri(encoded)


@st.cache_resource(max_entries=4, show_spinner=False)
def _picture_map(_opened: Collection, key: str) -> projection.Projection:
    return projection.pca_map(_opened.store.image_index.vectors(), dims=2)


@st.cache_resource(max_entries=64, show_spinner=False)
def _place_text(_opened: Collection, key: str, text: str) -> NDArray[np.float32]:
    placed: NDArray[np.float32] = _picture_map(_opened, key).place(_opened.encoder.encode_texts([text]))[0]
    return placed


@st.cache_data(max_entries=8, show_spinner=False)
def _sample_queries(_opened: Collection, key: str) -> tuple[str, ...]:
    return samples.queries(_opened.store)


def _arguments(filters: Filters) -> dict[str, Any]:
    """The keyword arguments of `Collection.search` and its kin."""
    return {
        "category": filters.categories,
        "file_contains": filters.file_contains,
        "license": filters.licenses,
    }
