"""Sources of every kind to records: COCO's files and Karpathy's, tables, shards, folders. Only here are COCO's keys
known."""

from __future__ import annotations

from pathlib import Path

from core import images as safe_paths
from core.dataset import coco, folders, karpathy, kinds, layouts, sidecars, tables
from core.dataset.absent import Absentees, fetch_missing
from core.dataset.coco_writing import write as write_coco
from core.dataset.huggingface import unpack as unpack_huggingface
from core.dataset.kinds import Kind, Reading
from core.dataset.picture_folder import PictureFolder
from core.dataset.shards import unpack as unpack_shards
from core.dataset.survey import Listing, Survey, any_pictures, is_picture, is_wanted, look_at, look_through
from core.errors import SourceError
from core.records import Caption, RecordSet

__all__ = [
    "Absentees",
    "Kind",
    "Listing",
    "Reading",
    "Survey",
    "any_pictures",
    "fetch_missing",
    "find_picture",
    "is_picture",
    "is_wanted",
    "load_records",
    "look_at",
    "look_through",
    "read_captions",
    "unpack_huggingface",
    "unpack_shards",
    "write_coco",
]


def load_records(
    images: Path,
    captions: Path | None = None,
    instances: Path | None = None,
    *,
    labels_from_folders: bool = False,
    under: str = "",
    reading: Reading | None = None,
) -> RecordSet:
    """Everything a source says about the pictures of the folder `images`, in ascending image_id.

    With a `captions` file (COCO captions layout), its pictures are the collection's; an `instances` file adds boxes
    and categories to them. With `instances` alone, its pictures are the collection's. With neither, every picture
    under `images` is taken, hidden ones aside, with the captions in the texts beside them if there are any, and
    `labels_from_folders` makes the first folder of each its category. `captions` may also be a Karpathy split file, or
    a CSV or Parquet table of paths and captions. `reading` says what the files do not: see `Reading`.
    `under` (a folder inside `images`, with forward slashes) is where the file names of a captions file begin, and for a
    folder source the part to look through; file names and ids come out as they would without it.

    Pictures without a file, captions about unlisted pictures and unsafe file names are listed in `skipped`.
    Raises `SourceError` naming file, place, expected against found when a source is unusable as a whole.
    """
    if not images.is_dir():
        fault = "is a file, not a folder" if images.exists() else "is not there"
        raise SourceError(f"picture folder {images}: {fault}; --images names the folder that holds the pictures")
    reading = reading or Reading()
    kind = kinds.of(images, captions, instances, reading, under)
    if labels_from_folders and (captions or instances):
        raise SourceError(
            "labels come either from folder names or from a COCO file: "
            "leave out --labels-from-folders, or --captions and --instances"
        )
    if kind is Kind.FOLDER:
        return folders.load(images, labels=labels_from_folders, under=under)
    if kind is Kind.SIDECAR:
        return sidecars.load(images, labels=labels_from_folders, under=under)
    if kind is Kind.TABLE and captions:
        columns = {"path_column": reading.path_column, "caption_column": reading.caption_column}
        return tables.load(images, captions, **columns, under=under)
    if kind is Kind.KARPATHY and captions:
        return karpathy.load(images, captions, split=reading.split, under=under)
    return coco.load(images, captions, instances, under=under)


def find_picture(images: Path, stated: str) -> str:
    """The file name, relative to the folder `images`, of the picture that a source calls `stated`, under that name or
    another of COCO's; `stated` itself where there is none. Raises `UnsafePathError` as `images.check_file_name`."""
    safe_paths.check_file_name(images, stated)
    found = layouts.find(PictureFolder(images), stated)
    return stated if found.fault else found.file_name


def read_captions(captions: Path) -> dict[int, tuple[Caption, ...]]:
    """The captions of a COCO captions file by image_id, pictures or not. Raises `SourceError` as `load_records`."""
    return coco.captions_by_picture(captions)
