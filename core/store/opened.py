"""An open store, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core import images
from core.errors import QueryError
from core.index import VectorIndex
from core.keywords import WordIndex
from core.records import Caption, Category, ImageRecord, License
from core.relevance import Relevance
from core.store import places
from core.store.facets import Facets
from core.store.manifest import Manifest


@dataclass(frozen=True, eq=False)
class Store:
    """One version of a collection, whole: nothing is read from its folder later, so a rebuild cannot mix into it.

    Rows count from 0 and mean the same in `records`, `image_index` and `caption_image_rows`. `captions` are the
    captions that have a vector: all of them, or none when no encoder read them. `relevance` is None where nothing was
    fitted: too few captions, or a store of before.
    """

    manifest: Manifest
    folder: Path
    records: tuple[ImageRecord, ...]
    captions: tuple[Caption, ...]
    caption_image_rows: NDArray[np.int64]
    image_index: VectorIndex
    caption_index: VectorIndex
    relevance: Relevance | None = None
    _rows: dict[int, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rows", {record.image_id: row for row, record in enumerate(self.records)})

    @cached_property
    def words(self) -> WordIndex:
        """The words of the captions, looked through at first use."""
        return WordIndex.build((one.text for one in self.captions), self.caption_image_rows, len(self.records))

    @cached_property
    def facets(self) -> Facets:
        """What the pictures are filtered by, gathered at first use."""
        return Facets.of(self.records)

    @property
    def categories(self) -> tuple[Category, ...]:
        """The source's categories, by id."""
        return self.manifest.categories

    @property
    def licenses(self) -> tuple[License, ...]:
        """The source's licences, by id."""
        return self.manifest.licenses

    @property
    def one_space(self) -> bool:
        """True when pictures and texts can be compared; False when the model of the pictures does not read."""
        return self.manifest.encoder.reads_text and self.manifest.text_encoder is None

    @property
    def images_root(self) -> Path:
        """The picture folder; it may be gone, a store answers without it."""
        return places.resolved(self.manifest.source.images_root, self.folder)

    def row_of(self, image_id: int) -> int:
        """Row of a picture. Raises `QueryError` when the collection has none of that id."""
        row = self._rows.get(image_id)
        if row is None:
            ids = f"; its ids lie between {min(self._rows)} and {max(self._rows)}" if self._rows else ""
            raise QueryError(
                f"no picture with image_id {image_id} among the {len(self.records)} of {self.manifest.name!r}{ids}"
            )
        return row

    def picture_path(self, record: ImageRecord) -> Path:
        """The picture's file, which may be missing. Raises `UnsafePathError` for a name that leaves the folder."""
        return images.resolve_inside(self.images_root, record.file_name)
