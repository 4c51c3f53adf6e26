"""Captions to embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core import progress
from core.embedding import shards
from core.embedding.values import Embeddings, checked
from core.encoder.contract import Encoder
from core.progress import Progress
from core.records import ImageRecord

SHARD = 2048
_BATCH = 128


def embed_captions(
    records: Sequence[ImageRecord],
    encoder: Encoder,
    *,
    work: Path,
    report: progress.Report = progress.silent,
    batch_size: int = _BATCH,
) -> Embeddings:
    """One row per caption, ids are caption ids: in the order of `records` and, within one, of its captions.

    The text is encoded as the source has it, stray spaces included, so that published figures reproduce. Resumable as
    `embed_images` is. Raises `NoTextSideError` when there are captions and the encoder cannot read.
    """
    captions = [caption for record in records for caption in record.captions]
    stretches = [captions[start : start + SHARD] for start in range(0, len(captions), SHARD)]
    names = [
        shards.key("captions", encoder.spec, batch_size, (f"{one.caption_id} {one.text}" for one in part))
        for part in stretches
    ]
    shards.forget_others(work, "captions", names)
    done: list[Embeddings] = []
    count = reused = 0
    report(_progress(0, len(captions)))
    for name, part in zip(names, stretches, strict=True):
        kept = shards.load(work, name)
        if kept is None:
            rows = np.empty((len(part), encoder.spec.dim), np.float32)
            # Texts of like length share a batch: an encoder that cuts a batch at its longest text wastes the least.
            order = sorted(range(len(part)), key=lambda row: len(part[row].text))
            for start in range(0, len(part), batch_size):
                chosen = order[start : start + batch_size]
                vectors = encoder.encode_texts([part[row].text for row in chosen])
                rows[chosen] = checked(vectors, len(chosen), encoder)
                report(_progress(count + start + len(chosen), len(captions)))
            kept = Embeddings(np.array([one.caption_id for one in part], np.int64), rows)
            shards.save(work, name, kept)
        else:
            reused += len(part)
        done.append(kept)
        count += len(part)
        report(_progress(count, len(captions)))
    return shards.joined(done, encoder.spec.dim, reused)


def _progress(done: int, total: int) -> Progress:
    return Progress("Encoding captions", done, total, unit="captions")
