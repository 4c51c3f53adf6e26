"""COCO's pictures under the other names that they have gone by.

The picture of number 391895 is `000000391895.jpg` since 2017 and was `COCO_val2014_000000391895.jpg` before; it lies in
the folder itself or in one named after its split. Numbers are never used twice, so the number tells the picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.dataset.picture_folder import Found, PictureFolder

_NAME = re.compile(r"(?:COCO_(?:train|val|test)20\d\d_)?(\d{12})\.jpg")
_PREFIXES = ("", "COCO_train2014_", "COCO_val2014_")
_FOLDERS = ("", "val2017", "train2017", "val2014", "train2014")


def find(folder: PictureFolder, stated: str) -> Found:
    """The picture that a source calls `stated`, under that name or another of COCO's."""
    found = folder.find(stated)
    if found.fault:
        for name in _others(stated):
            if folder.lists(name):
                return folder.find(name)
    return found


def _others(stated: str) -> Iterator[str]:
    parts = re.split(r"[/\\]", stated)
    number = _NAME.fullmatch(parts[-1])
    if not number or ".." in parts:  # a name that climbs is refused, whatever its end looks like
        return
    for folder in _FOLDERS:
        for prefix in _PREFIXES:
            yield f"{folder}/{prefix}{number[1]}.jpg" if folder else f"{prefix}{number[1]}.jpg"
