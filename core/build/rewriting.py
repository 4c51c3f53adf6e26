"""A collection written again from what is stored of it and what is new."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core import progress, store
from core.build import fitting
from core.embedding import Embeddings
from core.encoder import Encoder
from core.records import RecordSet
from core.store import Store


def rewrite(
    before: Store,
    records: RecordSet,
    images: Embeddings,
    captions: Embeddings,
    report: progress.Report,
    *,
    readers: tuple[Encoder, Encoder | None] | None = None,
) -> Store:
    """Write the collection with the records given: vectors of the new ones as given, the others' as they are stored.

    What its scores mean is fitted again with `readers`, its encoder and text encoder; without them it is carried over.
    """
    manifest = before.manifest
    header = store.Header(
        manifest.name,
        manifest.title,
        manifest.source,
        manifest.encoder,
        manifest.model,
        manifest.pretrained,
        manifest.text_encoder,
    )
    image_ids = [record.image_id for record in records.records]
    caption_ids = [caption.caption_id for record in records.records for caption in record.captions]
    if not len(captions) and not manifest.caption_vectors:
        caption_ids = []
    unlisted = manifest.skipped - len(manifest.skips)  # past the first 200 the manifest only counts
    images = _gathered(image_ids, [record.image_id for record in before.records], before.image_index.vectors(), images)
    old_captions = [one.caption_id for one in before.captions]
    captions = _gathered(caption_ids, old_captions, before.caption_index.vectors(), captions)
    folder = store.write_store(
        before.folder.parent,
        header,
        records,
        images,
        captions,
        report=report,
        created_at=manifest.created_at,
        skipped=unlisted + len(records.skipped),
        fitted=fitting.fitted(records, images, captions, readers, report) if readers else before.relevance,
    )
    return store.open_store(folder)


def _gathered(wanted: Sequence[int], old_ids: Sequence[int], old: np.ndarray, new: Embeddings) -> Embeddings:
    rows = {number: row for row, number in enumerate([*old_ids, *new.ids.tolist()])}
    vectors = np.concatenate([old, new.vectors]) if len(new) else old  # what is empty may have another width
    return Embeddings(np.array(wanted, np.int64), vectors[[rows[number] for number in wanted]])
