"""Training pictures as one block of pixels: decoded once, squashed to squares, read from disk as they are needed.

Decoding a JPEG costs more than a small network's forward pass, so pictures are packed once as uint8 and cropped from
there at every step.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core import images
from core.progress import Progress, Report
from core.training.views import Pixels


@dataclass(frozen=True, slots=True)
class PictureSource:
    """Where one picture's bytes come from: a file, or a member of a zip archive."""

    path: Path
    member: str = ""


def read_bytes(source: PictureSource, archives: dict[Path, zipfile.ZipFile]) -> bytes:
    """The encoded picture. `archives` holds the opened archives by path; missing ones are opened into it."""
    if not source.member:
        return source.path.read_bytes()
    archive = archives.get(source.path)
    if archive is None:
        archive = archives[source.path] = zipfile.ZipFile(source.path)
    return archive.read(source.member)


def pack(sources: Sequence[PictureSource], side: int, target: Path, report: Report) -> Pixels:
    """Decodes every source, squashes it to `side` × `side` and keeps the block at `target` (npy) for the next run.

    Training pictures were chosen by whoever wrote the recipe: one that cannot be read stops the run with its
    `PictureError` rather than leaving a black square in the data.
    """
    shape = (len(sources), side, side, 3)
    if target.exists():
        kept: Pixels = np.load(target, mmap_mode="r")
        if kept.shape == shape:
            return kept
    target.parent.mkdir(parents=True, exist_ok=True)
    # The file is renamed once it is whole, so that an interrupted packing is never taken for a finished one.
    partial = target.with_suffix(".partial.npy")
    block = np.lib.format.open_memmap(partial, mode="w+", dtype=np.uint8, shape=shape)
    archives: dict[Path, zipfile.ZipFile] = {}
    for done, source in enumerate(sources):
        picture = images.open_image(read_bytes(source, archives), max_side=4 * side)
        block[done] = np.asarray(picture.resize((side, side), resample=3), dtype=np.uint8)  # 3 = bicubic
        if done % 100 == 0:
            report(Progress(f"packing {target.stem}", done, len(sources)))
    for archive in archives.values():
        archive.close()
    block.flush()
    del block
    partial.replace(target)
    report(Progress(f"packing {target.stem}", len(sources), len(sources)))
    packed: Pixels = np.load(target, mmap_mode="r")
    return packed
