"""A store that was never on disk, for what is asked of stores: the real indexes around given vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import errors
from core.index import VectorIndex
from core.keywords import WordIndex
from core.records import Caption, Category, ImageRecord
from core.relevance import Relevance
from core.store.facets import Facets
from tests import colour_encoder


@dataclass
class MemoryStore:
    """The part of `core.store.Store` that searching uses."""

    records: tuple[ImageRecord, ...]
    image_index: VectorIndex
    caption_index: VectorIndex
    captions: tuple[Caption, ...]
    caption_image_rows: NDArray[np.int64]
    categories: tuple[Category, ...] = ()
    one_space: bool = True
    relevance: Relevance | None = None
    manifest: Any = field(default_factory=lambda: SimpleNamespace(name="memory", dim=colour_encoder.DIM))

    @cached_property
    def words(self) -> WordIndex:
        return WordIndex.build((one.text for one in self.captions), self.caption_image_rows, len(self.records))

    @cached_property
    def facets(self) -> Facets:
        return Facets.of(self.records)

    def row_of(self, image_id: int) -> int:
        for row, record in enumerate(self.records):
            if record.image_id == image_id:
                return row
        raise errors.QueryError(f"no picture {image_id}")


def record(image_id: int, captions: Sequence[str] = (), **more: Any) -> ImageRecord:
    """A record whose caption ids are its own id times ten and up."""
    made = tuple(Caption(image_id * 10 + turn, text) for turn, text in enumerate(captions))
    return ImageRecord(image_id, more.pop("file_name", f"{image_id}.jpg"), captions=made, **more)


def of_vectors(
    records: Sequence[ImageRecord], images: NDArray[np.float32], captions: NDArray[np.float32]
) -> MemoryStore:
    """`images` one row per record, `captions` one row per caption in the records' order."""
    flat = [(row, caption) for row, entry in enumerate(records) for caption in entry.captions]
    return MemoryStore(
        records=tuple(records),
        image_index=VectorIndex.build(images),
        caption_index=VectorIndex.build(captions.reshape(len(flat), -1) if flat else captions[:0]),
        captions=tuple(caption for _, caption in flat),
        caption_image_rows=np.array([row for row, _ in flat], np.int64),
        manifest=SimpleNamespace(name="memory", dim=images.shape[1]),
    )


def coloured(entries: Sequence[tuple[str, Sequence[str]]], **shared: Any) -> MemoryStore:
    """One picture per entry: its colour, and its captions. Ids run from 1; the colour is its only category."""
    encoder = colour_encoder.ColourEncoder()
    records = [
        record(turn, captions, categories=(colour,), file_name=f"{colour}/{turn}.jpg", **shared)
        for turn, (colour, captions) in enumerate(entries, start=1)
    ]
    images = encoder.encode_images([colour_encoder.picture(colour) for colour, _ in entries])
    captions = encoder.encode_texts([caption.text for entry in records for caption in entry.captions])
    return of_vectors(records, images, captions)


def random(pictures: int, seed: int = 0, dim: int = 8, captions: tuple[int, int] = (0, 4)) -> MemoryStore:
    """Random unit vectors; each picture has a random number of captions within the bounds (upper one excluded)."""
    chance = np.random.default_rng(seed)
    names = ("cat", "dog", "bus", "sea")
    records = [
        record(
            3 * turn + 1,
            [f"caption {turn}.{nth}" for nth in range(chance.integers(*captions))],
            categories=tuple(sorted(set(chance.choice(names, chance.integers(0, 3))))),
            license=int(chance.integers(1, 4)),
            file_name=f"part{turn % 3}/{turn:05}.jpg",
        )
        for turn in range(pictures)
    ]
    total = sum(len(entry.captions) for entry in records)
    return of_vectors(records, unit(chance, pictures, dim), unit(chance, total, dim))


def unit(chance: np.random.Generator, count: int, dim: int) -> NDArray[np.float32]:
    """Random unit rows `(count, dim)`."""
    rows = chance.normal(size=(count, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
