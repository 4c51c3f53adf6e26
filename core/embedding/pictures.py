"""Pictures to embeddings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from PIL import Image

from core import decoding, images, progress
from core.embedding import shards
from core.embedding.values import Embeddings, checked
from core.encoder.contract import Encoder
from core.errors import PictureError, SourceError, UnsafePathError
from core.progress import Progress
from core.records import ImageRecord, Skipped

SHARD = 256  # pictures: about ten seconds of work on two cores, which is the most that an interruption costs
_BATCH_CPU, _BATCH_ACCELERATOR = 32, 128


def embed_images(
    records: Sequence[ImageRecord],
    root: Path,
    encoder: Encoder,
    *,
    work: Path,
    report: progress.Report = progress.silent,
    batch_size: int | None = None,
    workers: int | None = None,
) -> Embeddings:
    """One row per readable picture, in the order of `records`; the others are in `skipped` with their reason.

    Pictures are decoded in `workers` processes while the encoder computes. Finished stretches are kept in the folder
    `work` and found again by a later call with the same records, files, encoder and batch size.
    Besides the vectors, memory holds one batch and the few pictures that wait for it, whatever the number of records.
    Raises `SourceError` when there are pictures and none could be read, and what `report` raises to stop.
    """
    batch_size = batch_size or (_BATCH_CPU if encoder.device == "cpu" else _BATCH_ACCELERATOR)
    paths = [_path(root, record) for record in records]
    starts = range(0, len(records), SHARD)
    stretches = [records[start : start + SHARD] for start in starts]
    names = [
        shards.key("pictures", encoder.spec, batch_size, map(_mark, part, paths[start : start + SHARD]))
        for start, part in zip(starts, stretches, strict=True)
    ]
    shards.forget_others(work, "pictures", names)
    done = {number: kept for number, name in enumerate(names) if (kept := shards.load(work, name)) is not None}
    reused = sum(len(stretches[number]) for number in done)
    before = [one for number in sorted(done) for one in done[number].skipped]
    count, skips = reused, len(before)
    report(_progress(count, len(records), skips, before))

    missing = [number for number in range(len(stretches)) if number not in done]
    still = [path for number in missing for path in paths[starts[number] : starts[number] + SHARD]]
    with closing(decoding.decode_all(still, encoder.spec.image_size, workers)) as pictures:
        for number in missing:
            made: list[Embeddings] = []
            for batch in _batches(stretches[number], pictures, batch_size):
                made.append(_encode(batch, encoder))
                count, skips = count + len(batch), skips + len(made[-1].skipped)
                report(_progress(count, len(records), skips, made[-1].skipped))
            done[number] = shards.joined(made, encoder.spec.dim, 0)
            shards.save(work, names[number], done[number])

    everything = shards.joined([done[number] for number in sorted(done)], encoder.spec.dim, reused)
    if records and not len(everything):
        first = everything.skipped[0]
        raise SourceError(
            f"none of the {len(records)} pictures in {root} can be read; the first: {first.file_name}: {first.reason}"
        )
    return everything


def _progress(done: int, total: int, skips: int, new: Sequence[Skipped]) -> Progress:
    left_out = tuple((one.file_name, one.reason) for one in new)
    return Progress("Encoding pictures", done, total, skips, left_out=left_out)


_Decoded = tuple[ImageRecord, Image.Image | PictureError]


def _mark(record: ImageRecord, path: Path) -> str:
    """Changes when the picture or its file does."""
    try:
        found = path.stat()
    except OSError:
        return f"{record.image_id} {record.file_name} missing"
    return f"{record.image_id} {record.file_name} {found.st_size} {found.st_mtime_ns}"


def _path(root: Path, record: ImageRecord) -> Path:
    try:
        return images.resolve_inside(root, record.file_name)
    except UnsafePathError:
        return Path()  # the record was made by hand; a folder is no picture, so it will be skipped


def _batches(
    records: Sequence[ImageRecord], pictures: Iterator[Image.Image | PictureError], size: int
) -> Iterator[list[_Decoded]]:
    for start in range(0, len(records), size):
        yield [(record, next(pictures)) for record in records[start : start + size]]


def _encode(batch: list[_Decoded], encoder: Encoder) -> Embeddings:
    readable = [(record, picture) for record, picture in batch if not isinstance(picture, PictureError)]
    skipped = tuple(
        Skipped(record.image_id, record.file_name, str(fault))
        for record, fault in batch
        if isinstance(fault, PictureError)
    )
    vectors = checked(encoder.encode_images([picture for _, picture in readable]), len(readable), encoder)
    return Embeddings(np.array([record.image_id for record, _ in readable], np.int64), vectors, skipped)
