"""A folder of photos with captions beside them: `beach.txt`, or `beach.jpg.txt`, speaks about `beach.jpg`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path, PurePosixPath

from core.dataset import folders
from core.dataset.picture_folder import PictureFolder
from core.records import Caption, RecordSet, Skipped

SUFFIXES = (".txt", ".caption")
MAX_BYTES = 1_000_000
_LOOK_AT = 5_000  # entries: enough to tell a folder with captions, and quick in one without


def any_in(folder: Path) -> bool:
    """Whether a picture in `folder`, or in one of its first folders, has captions beside it."""
    looked = 0
    for place, below, files in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        names = set(files)
        for name in files:
            path = PurePosixPath(name)
            if path.suffix.lower() in folders.SUFFIXES and not names.isdisjoint(beside(name)):
                return (Path(place) / name).is_file()
        looked += len(files) + 1
        if looked > _LOOK_AT:
            return False
    return False


def load(root: Path, *, labels: bool, under: str = "") -> RecordSet:
    """As `folders.load`, and each line of the text beside a picture that is not blank becomes a caption of it.

    A caption_id comes from the file name and the line's number, so that it stays when others come or go.
    """
    found = folders.load(root, labels=labels, under=under)
    place = PictureFolder(root)
    taken: dict[int, str] = {}
    skipped = list(found.skipped)
    records = []
    for record in found.records:
        captions: list[Caption] = []
        for name in beside(record.file_name):
            if not place.lists(name):
                continue
            text, fault = _read(root / name)
            if fault:
                skipped.append(Skipped(record.image_id, ascii(name)[1:-1], fault))
            for number, line in enumerate(text.splitlines()):
                if line.strip():
                    caption_id = folders.free_id(f"{name}\0{number}", taken)
                    taken[caption_id] = name
                    captions.append(Caption(caption_id, line))
        records.append(replace(record, captions=tuple(captions)))
    return replace(found, records=tuple(records), skipped=tuple(skipped))


def beside(file_name: str) -> tuple[str, ...]:
    """The names under which captions of a picture may lie."""
    path = PurePosixPath(file_name)
    names = (*(path.with_suffix(suffix) for suffix in SUFFIXES), *(f"{path}{suffix}" for suffix in SUFFIXES))
    return tuple(str(name) for name in names)


def _read(path: Path) -> tuple[str, str]:
    """The text, or why there is none."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            return "", f"captions of {size / 1e6:.0f} MB, over the limit of {MAX_BYTES // 1_000_000} MB"
        return path.read_text(encoding="utf-8-sig"), ""
    except UnicodeDecodeError:
        return "", "the captions are not UTF-8"
    except OSError as error:
        return "", f"the captions cannot be read ({error.strerror})"
