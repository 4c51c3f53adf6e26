"""The terms of a query to vectors: texts read, pictures opened, cropped and encoded, known ones looked up."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from core import errors, images
from core.query import Crop, File, Handed, Known, Query, Term

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from core.encoder import Encoder
    from core.store import Store

_MAX_SIDE = 20_000  # pixels; no picture within the limits is larger than a few of these


class Models(Protocol):
    """The models of a collection, each loaded at first use."""

    @property
    def encoder(self) -> Encoder:
        """That of the pictures."""

    @property
    def text_encoder(self) -> Encoder:
        """That of text queries."""


def of_query(asked: Query, opened: Store, models: Models) -> tuple[NDArray[np.float32], float]:
    """A unit vector for each term `(t, dim)`, without its weight, and the seconds that decoding and encoding took.

    Takes only the models it needs: none where every term is a whole picture of the collection. Raises `PictureError`
    naming a picture that cannot be read, and `QueryError` for an id that the collection does not have.
    """
    found: dict[int, NDArray[np.float32]] = {}
    seen: list[int] = []
    for at, term in enumerate(asked.terms):
        if isinstance(term.subject, Known):
            row = opened.row_of(term.subject.image_id)
            if term.crop is None:
                found[at] = opened.image_index.vectors_at(np.array([row]))[0]
        if not term.is_text and at not in found:
            seen.append(at)
    seconds = 0.0
    if asked.texts:
        model = models.text_encoder
        started = time.perf_counter()
        read = [at for at, term in enumerate(asked.terms) if term.is_text]
        found |= dict(zip(read, model.encode_texts(asked.texts), strict=True))
        seconds += time.perf_counter() - started
    if seen:
        model = models.encoder
        started = time.perf_counter()
        pictures = [open_term(asked.terms[at], opened, model.spec.image_size) for at in seen]
        found |= dict(zip(seen, model.encode_images(pictures), strict=True))
        seconds += time.perf_counter() - started
    return np.stack([found[at] for at in range(len(asked.terms))]), seconds


def ordinary_text(opened: Store) -> NDArray[np.float32] | None:
    """The mean `(dim,)` of the collection's captions: what a text here is like before one knows what it says. None
    where there are none, or where another model read them."""
    if not opened.one_space or not opened.caption_index.count:
        return None
    mean: NDArray[np.float32] = opened.caption_index.mean(np.arange(opened.caption_index.count))
    return mean


def open_term(term: Term, opened: Store, side: int) -> Image:
    """The picture of a term, cropped, upright RGB, for an encoder of input `side`; read as stored pictures were."""
    if term.crop is not None:
        # Of a small part as many pixels are wanted as of a whole picture.
        side = math.ceil(min(_MAX_SIDE, side / min(1.0, term.crop.width, term.crop.height)))
    picture = _open(term, opened, side)
    return picture if term.crop is None else _cropped(picture, term.crop)


def _open(term: Term, opened: Store, side: int) -> Image:
    subject = term.subject
    if isinstance(subject, Known):
        return _open_file(opened.picture_path(opened.records[opened.row_of(subject.image_id)]), side)
    if isinstance(subject, File):
        return _open_file(Path(subject.path).expanduser(), side)
    if isinstance(subject, Handed):
        if isinstance(subject.picture, bytes):
            return images.open_for_encoder(subject.picture, side)
        return subject.picture.convert("RGB")
    raise errors.QueryError("a text is no picture")


def _open_file(path: Path, side: int) -> Image:
    """Errors name the file."""
    try:
        return images.open_for_encoder(path, side)
    except errors.PictureError as error:
        raise type(error)(f"{path} cannot be used as a query: {error}") from error


def _cropped(picture: Image, crop: Crop) -> Image:
    """At least one pixel of it, whatever the rounding."""
    left, right = _pixels(crop.left, crop.width, picture.width)
    top, bottom = _pixels(crop.top, crop.height, picture.height)
    return picture.crop((left, top, right, bottom))


def _pixels(start: float, length: float, side: int) -> tuple[int, int]:
    first = min(side - 1, round(start * side))
    return first, min(side, max(first + 1, round((start + length) * side)))
