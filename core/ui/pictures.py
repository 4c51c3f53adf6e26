"""Pictures as data URIs, made once: a private picture reaches the page without being served to others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core import errors, images, query, query_vectors
from core.ui import loaders, samples

if TYPE_CHECKING:
    from core.collection import Collection
    from core.records import ImageRecord

THUMBNAIL_SIDE = 320  # pixels; a card is at most 260 wide, so this is sharp enough on common screens


def thumbnail(opened: Collection, record: ImageRecord, side: int = THUMBNAIL_SIDE) -> str | None:
    """The picture as a data URI at most `side` pixels wide or high, None when its file is missing or unreadable."""
    return _thumbnail(opened, loaders.key_of(opened), record.image_id, record.file_name, side)


def large_picture(opened: Collection, record: ImageRecord, side: int) -> str | None:
    """A picture for the detail dialog; kept for a few only, because it is a hundred times a thumbnail."""
    return _large_picture(opened, loaders.key_of(opened), record.image_id, side)


@st.cache_data(max_entries=16, show_spinner=False)
def picture_uri(picture: bytes, side: int) -> str:
    """Any encoded picture as a data URI at most `side` pixels. Raises `PictureError`."""
    return images.data_uri(images.thumbnail(picture, side))


def term_picture(opened: Collection, term: query.Term, side: int) -> str | None:
    """The picture of a term, or the part of it that is asked for, as a data URI at most `side` pixels; None when it
    cannot be read."""
    return _term_picture(opened, loaders.key_of(opened), term.subject, term.crop, side)


@st.cache_data(max_entries=1, ttl=60, show_spinner=False)
def sample_pictures() -> tuple[samples.SamplePicture, ...]:
    """The pictures offered as sample queries."""
    return samples.pictures(loaders.settings().samples)


@st.cache_data(max_entries=64, show_spinner=False)
def sample_thumbnail(path: Path) -> str | None:
    """A sample picture as a data URI."""
    try:
        return images.data_uri(images.cached_thumbnail(path, THUMBNAIL_SIDE, loaders.settings().cache))
    except (errors.PictureError, OSError):
        return None


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


@st.cache_data(max_entries=64, show_spinner=False)
def _term_picture(
    _opened: Collection, key: str, subject: query.Subject, crop: query.Crop | None, side: int
) -> str | None:
    try:
        opened = query_vectors.open_term(query.Term(subject, crop=crop), _opened.store, side)
        return images.data_uri(images.thumbnail(images.encode_jpeg(opened), side))
    except (errors.PictureError, errors.UnsafePathError, OSError):
        return None
