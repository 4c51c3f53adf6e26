"""A folder of pictures, or of class folders, to records."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from core import images
from core.errors import SourceError, UnsafePathError
from core.records import Category, ImageRecord, RecordSet, Skipped

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
)
"""Files of other names are no pictures of the collection: notes, captions, archives."""


def load(root: Path, *, labels: bool, under: str = "") -> RecordSet:
    """Every picture below `root/under`, sub-folders included, hidden names left out; links to folders not followed.

    The image_id comes from the file name alone, so that it stays when other pictures come or go. With `labels` the
    first folder of a file name is its category, as in the usual layout of classification sets.
    """
    start = images.resolve_inside(root, under) if under else root
    skipped: list[Skipped] = []
    by_id: dict[int, str] = {}
    for file_name, is_link in sorted(_pictures(start, under)):
        fault = _fault(root, file_name, is_link)
        if fault:
            skipped.append(Skipped(None, ascii(file_name)[1:-1], fault))
        else:
            by_id[free_id(file_name, by_id)] = file_name
    if not by_id:
        reasons = f" ({len(skipped)} left out; the first: {skipped[0].reason})" if skipped else ""
        raise SourceError(
            f"no pictures in {start}{reasons}; expected files in it or in folders of it that end in "
            f"{', '.join(sorted(SUFFIXES))}"
        )
    label_of = {name: name.split("/")[0] for name in by_id.values() if labels and "/" in name}
    categories = tuple(Category(number, name) for number, name in enumerate(sorted(set(label_of.values())), start=1))
    records = tuple(
        ImageRecord(image_id, name, categories=(label_of[name],) if name in label_of else ())
        for image_id, name in sorted(by_id.items())
    )
    return RecordSet(records, categories, skipped=tuple(skipped))


def image_id_of(file_name: str) -> int:
    """48 bits of the name's hash: positive, exact in JSON readers that keep numbers as doubles, and spread so far apart
    that two of a million names meet once in 500 collections."""
    return int.from_bytes(hashlib.blake2b(file_name.encode(), digest_size=6).digest(), "big")


def free_id(file_name: str, taken: dict[int, str]) -> int:
    """`image_id_of`, or of that name a little longer while another has it."""
    image_id = image_id_of(file_name)
    while image_id in taken:
        file_name += "\0"
        image_id = image_id_of(file_name)
    return image_id


def _pictures(folder: Path, prefix: str) -> Iterator[tuple[str, bool]]:
    """File name below the root, and whether it is a link."""
    try:
        with os.scandir(folder) as listing:
            entries = [entry for entry in listing if not entry.name.startswith(".")]
    except OSError as error:
        raise SourceError(f"picture folder {folder}: cannot be listed ({error.strerror})") from error
    for entry in entries:
        name = f"{prefix}/{entry.name}" if prefix else entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _pictures(Path(entry.path), name)
        elif Path(entry.name).suffix.lower() in SUFFIXES and (entry.is_symlink() or entry.is_file()):
            yield name, entry.is_symlink()


def _fault(root: Path, file_name: str, is_link: bool) -> str:
    try:
        file_name.encode()
        images.check_file_name(root, file_name)
        # Plain files that were found by listing lie inside; only a link can lead out.
        return "" if not is_link or images.resolve_inside(root, file_name).is_file() else "a link to nothing"
    except UnicodeEncodeError:
        return "the file name is not valid UTF-8"
    except UnsafePathError as error:
        return str(error)
