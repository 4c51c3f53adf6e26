"""Records to records with both kinds of embeddings: the part that building and adding share."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core import embedding, progress
from core.embedding import Embeddings
from core.encoder import Encoder
from core.errors import NoTextSideError
from core.records import RecordSet


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Readable pictures only: `records` fits the rows of `images` and `captions`; its `skipped` holds the rest too.
    `seconds` is the time that encoding pictures took."""

    records: RecordSet
    images: Embeddings
    captions: Embeddings
    seconds: float

    @property
    def pictures_per_second(self) -> float:
        """Of what was encoded now, not found done."""
        encoded = len(self.images) + len(self.images.skipped) - self.images.reused
        return encoded / self.seconds if encoded and self.seconds else 0.0


def encode(
    records: RecordSet,
    root: Path,
    encoder: Encoder,
    work: Path,
    report: progress.Report,
    *,
    text_encoder: Encoder | None = None,
) -> Encoded:
    """Encode pictures, then the captions of those that could be read, with `text_encoder` where one is given. Resumable
    from `work`."""
    began = time.perf_counter()
    images = embedding.embed_images(records.records, root, encoder, work=work, report=report)
    seconds = time.perf_counter() - began
    readable = set(images.ids.tolist())
    kept = replace(
        records,
        records=tuple(record for record in records.records if record.image_id in readable),
        skipped=records.skipped + images.skipped,
    )
    try:
        captions = embedding.embed_captions(kept.records, text_encoder or encoder, work=work, report=report)
    except NoTextSideError:  # the collection is searched by picture; its captions are still shown
        captions = Embeddings(np.empty(0, np.int64), np.empty((0, encoder.spec.dim), np.float32))
    return Encoded(kept, images, captions, seconds)
