"""The values a collection is made of: pictures, captions, boxes, categories, licences.

They carry no behaviour beyond what follows from their own fields, so that every layer can share them
without importing what made them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caption:
    """One sentence about one picture. `text` is kept as the source has it, stray spaces and newlines included,
    so that retrieval figures reproduce; show `display`."""

    caption_id: int
    text: str

    @property
    def display(self) -> str:
        """The text with white space folded and trimmed."""
        return " ".join(self.text.split())


@dataclass(frozen=True, slots=True)
class Box:
    """One object: category name and its box in pixels of the original picture, origin at the top left."""

    category: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Category:
    """A class of objects. `category_id` is the source's own (COCO's run from 1 to 90 with gaps)."""

    category_id: int
    name: str
    supercategory: str = ""


@dataclass(frozen=True, slots=True)
class License:
    """A licence as the source lists it."""

    license_id: int
    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One picture of a collection and all that is known about it.

    `file_name` is relative to the collection's picture folder, with forward slashes; it is never absolute and never
    leaves that folder. `width` and `height` are pixels as the source states them (0 when it does not).
    `categories` are sorted unique names. `license` is an id in the collection's licence table, None when unknown.
    """

    image_id: int
    file_name: str
    width: int = 0
    height: int = 0
    captions: tuple[Caption, ...] = ()
    categories: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    coco_url: str = ""
    flickr_url: str = ""
    license: int | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """One input that was left out, and why. `image_id` is None where the source gives none."""

    image_id: int | None
    file_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class RecordSet:
    """Everything read from one source. Records are in ascending `image_id`, ids unique."""

    records: tuple[ImageRecord, ...]
    categories: tuple[Category, ...] = ()
    licenses: tuple[License, ...] = ()
    skipped: tuple[Skipped, ...] = ()
