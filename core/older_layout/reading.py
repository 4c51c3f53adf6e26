"""The older layout: `images/` and `text/`, each a `vectors.index` and a `metadata.json` with an entry per vector.

Entries hold `image_id` and `caption`, some also a file name and addresses. There is one picture vector per caption, the
same for all captions of a picture; here each is kept once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import index
from core.errors import SourceError

MAX_BYTES = 2_000_000_000
_SAME = 0.99  # cosine of two vectors said to be of one picture: apart, something was mixed up
_NAMES = ("file_name", "filename", "image_path", "path", "image")

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class OlderPicture:
    """What an entry says about a picture."""

    image_id: int
    file_name: str
    coco_url: str
    flickr_url: str


@dataclass(frozen=True, slots=True, eq=False)
class OlderLayout:
    """Both folders. `image_vectors[i]`, a unit row, belongs to `pictures[i]`, in ascending image_id; the vector of
    `captions[i]`, an image_id and a text, is `caption_vectors[i]`."""

    pictures: tuple[OlderPicture, ...]
    image_vectors: Vectors
    captions: tuple[tuple[int, str], ...]
    caption_vectors: Vectors


def read(folder: Path) -> OlderLayout:
    """Read the layout. Raises `SourceError` naming the file, expected against found, and `StoreCorruptError` for an
    index that cannot be read."""
    for part in ("images/vectors.index", "images/metadata.json", "text/vectors.index", "text/metadata.json"):
        if not (folder / part).is_file():
            raise SourceError(
                f"{folder}: no {part}, so not the older layout (images/ and text/, each with vectors.index and "
                "metadata.json)"
            )
    entries, rows = _pair(folder / "images")
    pictures: dict[int, tuple[OlderPicture, int]] = {}
    for number, entry in enumerate(entries):
        image_id = _image_id(entry, folder / "images" / "metadata.json", number)
        if image_id not in pictures:
            pictures[image_id] = _picture(image_id, entry), number
        elif float(rows[number] @ rows[pictures[image_id][1]]) < _SAME:
            raise SourceError(
                f"{folder / 'images'}: the vectors {pictures[image_id][1]} and {number} both stand for picture "
                f"{image_id} and differ: index and metadata do not belong together"
            )
    ordered = [pictures[image_id] for image_id in sorted(pictures)]
    spoken, caption_rows = _pair(folder / "text")
    place = folder / "text" / "metadata.json"
    captions: list[tuple[int, str]] = []
    for number, entry in enumerate(spoken):
        text = entry.get("caption")
        if not isinstance(text, str) or not text.strip():
            raise SourceError(f"{place}[{number}].caption: expected a text")
        captions.append((_image_id(entry, place, number), text))
    strangers = {image_id for image_id, _ in captions} - pictures.keys()
    if strangers:
        raise SourceError(f"{place}: picture {min(strangers)} has captions and no vector in images/")
    return OlderLayout(
        tuple(picture for picture, _ in ordered), rows[[row for _, row in ordered]], tuple(captions), caption_rows
    )


def _pair(folder: Path) -> tuple[list[dict[str, Any]], Vectors]:
    """Entries and unit rows of one of the two folders."""
    place = folder / "metadata.json"
    entries = _entries(place)
    rows = index.read_flat(folder / "vectors.index")
    if len(entries) != len(rows):
        raise SourceError(f"{folder}: metadata.json has {len(entries):,} entries, vectors.index {len(rows):,} vectors")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    bad = np.flatnonzero(~(np.isfinite(lengths[:, 0]) & (lengths[:, 0] > 0)))
    if len(bad):
        raise SourceError(f"{folder / 'vectors.index'}: vector {bad[0]} is zero, or not made of numbers")
    return entries, (rows / lengths).astype(np.float32)


def _entries(path: Path) -> list[dict[str, Any]]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SourceError(f"{path}: over the limit of {MAX_BYTES // 1_000_000} MB")
        read = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise SourceError(f"{path}: cannot be read as JSON ({str(error)[:200]})") from error
    if isinstance(read, dict):  # some programs numbered the entries
        try:
            read = [read[key] for key in sorted(read, key=int)]
        except ValueError as error:
            raise SourceError(f"{path}: expected a list of entries, found an object with other keys") from error
    if not isinstance(read, list) or not all(isinstance(entry, dict) for entry in read):
        raise SourceError(f"{path}: expected a list of objects with image_id and caption")
    return read


def _image_id(entry: dict[str, Any], place: Path, number: int) -> int:
    found = entry.get("image_id", entry.get("id"))
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < 2**63:
        raise SourceError(f"{place}[{number}].image_id: expected a whole number, found {ascii(found)[:60]}")
    return found


def _picture(image_id: int, entry: dict[str, Any]) -> OlderPicture:
    name = next((entry[key] for key in _NAMES if isinstance(entry.get(key), str) and entry[key]), "")
    return OlderPicture(image_id, name, _address(entry.get("coco_url")), _address(entry.get("flickr_url")))


def _address(found: Any) -> str:
    """Only what can be a link: `javascript:` must never become one."""
    return found if isinstance(found, str) and found.lower().startswith(("http://", "https://")) else ""
