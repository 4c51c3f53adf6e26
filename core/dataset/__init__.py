"""COCO captions and instances files, or a folder of (class) folders, to records; only here are COCO's keys known."""

from __future__ import annotations

from pathlib import Path

from core.dataset import coco, folders
from core.errors import SourceError
from core.records import Caption, RecordSet

__all__ = ["load_records", "read_captions"]


def load_records(
    images: Path,
    captions: Path | None = None,
    instances: Path | None = None,
    *,
    labels_from_folders: bool = False,
    under: str = "",
) -> RecordSet:
    """Everything a source says about the pictures of the folder `images`, in ascending image_id.

    With a `captions` file (COCO captions layout), its pictures are the collection's; an `instances` file adds boxes
    and categories to them. With `instances` alone, its pictures are the collection's. With neither, every picture
    under `images` is taken, hidden ones aside, and `labels_from_folders` makes the first folder of each its category.
    `under` (a folder inside `images`, with forward slashes) is where the file names of a captions file begin, and for a
    folder source the part to look through; file names and ids come out as they would without it.

    Pictures without a file, captions about unlisted pictures and unsafe file names are listed in `skipped`.
    Raises `SourceError` naming file, place, expected against found when a source is unusable as a whole.
    """
    if not images.is_dir():
        fault = "is a file, not a folder" if images.exists() else "is not there"
        raise SourceError(f"picture folder {images}: {fault}; --images names the folder that holds the pictures")
    if captions is None and instances is None:
        return folders.load(images, labels=labels_from_folders, under=under)
    if labels_from_folders:
        raise SourceError(
            "labels come either from folder names or from a COCO file: "
            "leave out --labels-from-folders, or --captions and --instances"
        )
    return coco.load(images, captions, instances, under=under)


def read_captions(captions: Path) -> dict[int, tuple[Caption, ...]]:
    """The captions of a COCO captions file by image_id, pictures or not. Raises `SourceError` as `load_records`."""
    return coco.captions_by_picture(captions)
