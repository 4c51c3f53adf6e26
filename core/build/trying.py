"""How long a build would take, from a short run on some of its pictures. Nothing of it is kept."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core import dataset, embedding, progress
from core import encoder as encoders
from core.build import planning, reading
from core.encoder import Encoder
from core.errors import NoTextSideError, SourceError
from core.progress import Progress
from core.records import ImageRecord

MOST_TRIED = 96
"""Pictures."""
_CAPTIONS = 256


@dataclass(frozen=True, slots=True)
class Trial:
    """`pictures` and `captions` are what the source has; seconds for one of each were measured on `tried` pictures with
    the model on `device`. `loading` is the seconds it took to read the source and load the model: much of that only the
    first time."""

    pictures: int
    captions: int
    seconds_per_picture: float
    seconds_per_caption: float
    loading: float
    tried: int
    device: str

    @property
    def seconds(self) -> float:
        """Of encoding everything, as far as a short run can tell."""
        return self.pictures * self.seconds_per_picture + self.captions * self.seconds_per_caption


def try_build(
    images: Path,
    captions: Path | None = None,
    instances: Path | None = None,
    *,
    read_as: dataset.Reading | None = None,
    model: str = "bundled",
    pretrained: str | None = None,
    text_model: str | None = None,
    text_pretrained: str | None = None,
    device: str = "auto",
    report: progress.Report = progress.silent,
    encoder: Encoder | None = None,
) -> Trial:
    """Read the source, load the model (which may download its weights) and encode up to 96 pictures from all over it,
    with their captions.

    Raises as `build_collection` does for the same words, and `SourceError` where none of those pictures can be read.
    """
    began = time.perf_counter()
    report(Progress("Reading the source", 0, 0, unit="records"))
    found = dataset.load_records(images, captions, instances, reading=read_as)
    report(planning.read(found))
    encoder = encoder or encoders.load_encoder(model, pretrained, device=device, report=report)
    reader = reading.text_encoder(encoder, found, text_model, text_pretrained, device=device, report=report) or encoder
    loading = time.perf_counter() - began
    step = max(1, len(found.records) // MOST_TRIED)
    sample = found.records[::step][:MOST_TRIED]
    per_caption = 0.0
    with tempfile.TemporaryDirectory(prefix="coco-lens-trial-") as folder:
        work = Path(folder)
        report(Progress("Trying some pictures", 0, len(sample)))
        with suppress(SourceError):  # the first one waits for what is loaded late; it may be a bad one
            embedding.embed_images(sample[:1], images, encoder, work=work)
        per_picture = _timed_pictures(sample, images, encoder, work, report)
        try:
            per_caption = _timed_captions(sample, reader, work, report)
        except NoTextSideError:
            per_caption = 0.0
    return Trial(
        pictures=len(found.records),
        captions=sum(len(record.captions) for record in found.records),
        seconds_per_picture=per_picture,
        seconds_per_caption=per_caption,
        loading=loading,
        tried=len(sample),
        device=encoder.device,
    )


def _timed_pictures(
    sample: Sequence[ImageRecord], root: Path, encoder: Encoder, work: Path, report: progress.Report
) -> float:
    """Seconds for one. The first batch also waits for the decoders to start: it counts only where it is alone."""
    seen: list[tuple[float, int]] = []

    def watch(at: Progress) -> None:
        seen.append((time.perf_counter(), at.done))
        report(Progress("Trying some pictures", at.done, at.total, at.skipped))

    embedding.embed_images(sample, root, encoder, work=work, report=watch)
    first, last = seen[min(1, max(0, len(seen) - 2))], seen[-1]
    return (last[0] - first[0]) / max(1, last[1] - first[1])


def _timed_captions(sample: Sequence[ImageRecord], reader: Encoder, work: Path, report: progress.Report) -> float:
    some, number = [], 0
    for record in sample:
        if number < _CAPTIONS and record.captions:
            some.append(record)
            number += len(record.captions)
    if not number:
        return 0.0
    report(Progress("Trying some captions", 0, number, unit="captions"))
    began = time.perf_counter()
    embedding.embed_captions(some, reader, work=work)
    return (time.perf_counter() - began) / number
