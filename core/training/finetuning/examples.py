"""Captioned pictures as a run takes them: decoded once, prepared as the model asks, and parted by picture."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import dataset, decoding, images
from core.errors import PictureError, TrainingError
from core.progress import Progress, Report
from core.records import ImageRecord, RecordSet, Skipped
from core.training.finetuning.plan import Plan
from core.training.finetuning.pretrained import Pretrained
from core.training.views import Pixels

FEWEST = 10
"""Pictures of either part: with fewer, recall among the first ten says nothing, and a batch has no negatives."""
MOST_HELD_OUT = 500
_TEXTS = 1024


@dataclass(frozen=True, slots=True)
class Examples:
    """`pixels` `(n, height, width, 3)` are the pictures as the model sees them; `tokens` `(m, context)` all captions,
    `owner` `(m,)` each one's picture, `said` `(m,)` equal for equal captions, `texts_of[i]` those of picture i.
    `trained` and `held_out` are rows of pictures. `key` is another for other pictures or another preparation.
    `skipped` could not be read."""

    records: tuple[ImageRecord, ...]
    pixels: Pixels
    tokens: Tensor
    owner: NDArray[np.int64]
    said: NDArray[np.int64]
    texts_of: tuple[NDArray[np.int64], ...]
    trained: NDArray[np.int64]
    held_out: NDArray[np.int64]
    key: str
    skipped: tuple[Skipped, ...]

    @property
    def mark(self) -> str:
        """Another for other pictures or captions."""
        return hashlib.blake2b(self.key.encode() + self.tokens.numpy().tobytes(), digest_size=8).hexdigest()

    def captions(self, pictures: NDArray[np.int64]) -> NDArray[np.int64]:
        """The captions of these pictures."""
        return np.concatenate([self.texts_of[picture] for picture in pictures])


def gather(plan: Plan, start: Pretrained, cache: Path, report: Report) -> Examples:
    """Reads the source of `plan`, decodes its pictures into the folder `cache` (or finds them there), and parts them.

    Raises `SourceError` for an unusable source, and `TrainingError` where too few pictures have captions.
    """
    read = dataset.load_records(plan.images, plan.captions, reading=plan.reading)
    captioned = [record for record in read.records if any(caption.text.strip() for caption in record.captions)]
    _check_enough(plan, captioned, len(read.records))
    pixels, unread, key = _pack(captioned, plan.images, start, cache, report)
    broken = {one.image_id for one in unread}
    records = tuple(record for record in captioned if record.image_id not in broken)
    _check_enough(plan, records, len(read.records))
    texts = [[caption.text for caption in record.captions if caption.text.strip()] for record in records]
    ends = np.cumsum([len(own) for own in texts])
    spoken = [text for own in texts for text in own]
    numbers: dict[str, int] = {}
    trained, held_out = part(len(records), plan.hold_out, plan.seed)
    return Examples(
        records=records,
        pixels=pixels,
        tokens=torch.cat([start.reader.tokens(spoken[at : at + _TEXTS]) for at in range(0, len(spoken), _TEXTS)]),
        owner=np.repeat(np.arange(len(texts)), [len(own) for own in texts]),
        said=np.array([numbers.setdefault(" ".join(text.lower().split()), len(numbers)) for text in spoken]),
        texts_of=tuple(np.arange(end - len(own), end) for end, own in zip(ends, texts, strict=True)),
        trained=trained,
        held_out=held_out,
        key=key,
        skipped=(*read.skipped, *unread),
    )


def part(pictures: int, share: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which of so many pictures are trained on and which are held out, both in ascending order: the same for the same
    arguments. Whole pictures go to either part, so that no caption of a trained one is ever judged by."""
    count = int(np.clip(round(share * pictures), FEWEST, min(MOST_HELD_OUT, pictures // 2)))
    order = np.random.default_rng(seed).permutation(pictures)
    return np.sort(order[count:]), np.sort(order[:count])


def write_held_out(examples: Examples, path: Path) -> None:
    """The held-out pictures as a COCO captions file, so that collections of them can be built and compared."""
    dataset.write_coco(RecordSet(tuple(examples.records[row] for row in examples.held_out)), path)


def _check_enough(plan: Plan, captioned: Sequence[ImageRecord], pictures: int) -> None:
    if len(captioned) >= 2 * FEWEST:
        return
    where = plan.captions or plan.images
    if not captioned:
        raise TrainingError(
            f"{where}: none of the {pictures:,} pictures has a caption, so there is nothing to learn from; "
            "name the captions with --captions, or put a .txt file beside each picture"
        )
    raise TrainingError(
        f"{where}: {len(captioned)} readable pictures with captions; at least {2 * FEWEST} are needed, "
        f"{FEWEST} to learn from and {FEWEST} to hold out"
    )


def _pack(
    records: Sequence[ImageRecord], root: Path, start: Pretrained, cache: Path, report: Report
) -> tuple[Pixels, tuple[Skipped, ...], str]:
    """Every readable picture as the model's own preparation leaves it, before it takes off the mean."""
    settings = dict(start.network.visual.preprocess_cfg)
    paths = [images.resolve_inside(root, record.file_name) for record in records]
    sums = hashlib.blake2b(repr(sorted(settings.items(), key=str)).encode(), digest_size=8)
    for record, path in zip(records, paths, strict=True):
        found = path.stat()
        sums.update(f"{record.image_id} {record.file_name} {found.st_size} {found.st_mtime_ns}\n".encode())
    key = sums.hexdigest()
    target, listed = cache / f"pictures-{key}.npy", cache / f"skipped-{key}.json"
    if target.exists() and listed.exists():
        skipped = tuple(Skipped(*entry) for entry in json.loads(listed.read_text(encoding="utf-8")))
        return np.load(target, mmap_mode="r"), skipped, key
    cache.mkdir(parents=True, exist_ok=True)
    mean, spread = (torch.tensor(settings[name]).view(3, 1, 1) for name in ("mean", "std"))
    partial = cache / f"pictures-{key}.partial.npy"
    block: np.memmap[Any, np.dtype[np.uint8]] | None = None
    unread: list[Skipped] = []
    with closing(decoding.decode_all(paths, start.reader.spec.image_size)) as decoded:
        for done, (record, picture) in enumerate(zip(records, decoded, strict=True)):
            if isinstance(picture, PictureError):
                unread.append(Skipped(record.image_id, record.file_name, str(picture)))
            else:
                # Pixels were whole numbers before the mean was taken off: nothing is lost on the way back.
                whole = ((start.reader.pixels(picture) * spread + mean) * 255).round().clamp(0, 255)
                if block is None:
                    shape = (len(records), *whole.shape[1:], 3)
                    block = np.lib.format.open_memmap(partial, mode="w+", dtype=np.uint8, shape=shape)
                block[done - len(unread)] = whole.permute(1, 2, 0).numpy()
            report(Progress("Preparing pictures", done + 1, len(records), len(unread)))
    if block is None:
        raise TrainingError(f"{root}: none of the {len(records):,} pictures can be read; the first: {unread[0].reason}")
    block.flush()
    del block
    kept = np.load(partial, mmap_mode="r")[: len(records) - len(unread)]
    if unread:
        np.save(target.with_suffix(".short.npy"), kept)
        target.with_suffix(".short.npy").replace(target)
        partial.unlink()
    else:
        partial.replace(target)
    listed.write_text(json.dumps([(one.image_id, one.file_name, one.reason) for one in unread]), encoding="utf-8")
    return np.load(target, mmap_mode="r"), tuple(unread), key
