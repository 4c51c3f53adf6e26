"""Pictures as data URIs, made once: a private picture reaches the page without being served to others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core import errors, images
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
