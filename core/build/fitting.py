"""What the captions of a collection being written say about its scores."""

from __future__ import annotations

import numpy as np

from core import progress, relevance
from core.embedding import Embeddings
from core.encoder import Encoder
from core.progress import Progress
from core.records import RecordSet
from core.relevance import Relevance


def fitted(
    records: RecordSet,
    images: Embeddings,
    captions: Embeddings,
    readers: tuple[Encoder, Encoder | None],
    report: progress.Report,
) -> Relevance | None:
    """`core.relevance.fit` of records and their vectors; None where there are too few captions, or none were read.
    `readers` are the model of the pictures and the one that read the captions where that does not."""
    encoder, text_encoder = readers
    if not len(captions):
        return None
    report(Progress("Fitting what scores mean", 0, 1, unit="fits"))
    material = relevance.Material(
        images=images.vectors if text_encoder is None else None,
        captions=captions.vectors,
        texts=[caption.text for record in records.records for caption in record.captions],
        owners=np.repeat(np.arange(len(records.records)), [len(record.captions) for record in records.records]),
        pictures=len(records.records),
    )
    found = relevance.fit(material, (text_encoder or encoder).encode_texts)
    report(Progress("Fitting what scores mean", 1, 1, unit="fits"))
    return found
