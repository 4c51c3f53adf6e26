"""COCO's layout: captions and instances files to records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.dataset import annotation_file, layouts
from core.dataset.annotation_file import AnnotationFile, Entry
from core.dataset.picture_folder import PictureFolder
from core.errors import SourceError
from core.records import Box, Caption, Category, ImageRecord, License, RecordSet, Skipped


def load(root: Path, captions: Path | None, instances: Path | None, *, under: str = "") -> RecordSet:
    """See `dataset.load_records`. At least one of the two files is given; the captions file lists the pictures."""
    captioned = annotation_file.read(captions) if captions else None
    instanced = annotation_file.read(instances) if instances else None
    listing = captioned or instanced
    if listing is None:
        raise SourceError("expected a captions or an instances file, found neither")
    skipped: list[Skipped] = []
    licenses = _licenses(listing)
    pictures = _pictures(listing, PictureFolder(root, under), {item.license_id for item in licenses}, skipped)
    listed = frozenset(entry.integer("id") for entry in listing.entries("images"))
    if not pictures:
        first = f"; the first: {skipped[0].file_name}: {skipped[0].reason}" if skipped else ""
        raise SourceError(
            f"none of the {len(listed)} pictures that {listing.name} lists can be used with the folder {root}{first}"
        )
    if captioned:
        for image_id, spoken in _captions(captioned, listed, skipped).items():
            if image_id in pictures:
                pictures[image_id] = replace(pictures[image_id], captions=tuple(spoken))
    categories: tuple[Category, ...] = ()
    if instanced:
        categories = _categories(instanced)
        _add_boxes(instanced, categories, pictures)
    return RecordSet(tuple(pictures[key] for key in sorted(pictures)), categories, licenses, tuple(skipped))


def captions_by_picture(path: Path) -> dict[int, tuple[Caption, ...]]:
    """See `dataset.read_captions`."""
    source = annotation_file.read(path)
    about = frozenset(entry.integer("image_id") for entry in source.entries("annotations"))
    return {image_id: tuple(spoken) for image_id, spoken in sorted(_captions(source, about, []).items())}


def _pictures(
    listing: AnnotationFile, folder: PictureFolder, known_licenses: set[int], skipped: list[Skipped]
) -> dict[int, ImageRecord]:
    pictures: dict[int, ImageRecord] = {}
    seen: dict[int, str] = {}
    for entry in listing.entries("images"):
        image_id = entry.integer("id")
        _refuse_double(seen, image_id, entry)
        stated = entry.text("file_name")
        found = layouts.find(folder, stated)
        if found.fault:
            skipped.append(Skipped(image_id, ascii(stated)[1:-1][:200], found.fault))
            continue
        license_id = entry.integer("license") if "license" in entry else None
        pictures[image_id] = ImageRecord(
            image_id,
            found.file_name,
            entry.size("width"),
            entry.size("height"),
            coco_url=entry.address("coco_url"),
            flickr_url=entry.address("flickr_url"),
            license=license_id if license_id in known_licenses else None,
        )
    return pictures


def _captions(source: AnnotationFile, listed: frozenset[int], skipped: list[Skipped]) -> dict[int, list[Caption]]:
    captions: defaultdict[int, list[Caption]] = defaultdict(list)
    unlisted: defaultdict[int, int] = defaultdict(int)
    seen: dict[int, str] = {}
    for entry in source.entries("annotations"):
        caption_id, image_id, text = entry.integer("id"), entry.integer("image_id"), entry.text("caption")
        _refuse_double(seen, caption_id, entry)
        if image_id not in listed:
            unlisted[image_id] += 1
        elif not text.strip():
            skipped.append(Skipped(image_id, "", f"caption {caption_id} is empty"))
        else:
            captions[image_id].append(Caption(caption_id, text))
    skipped.extend(
        Skipped(image_id, "", f"{count} captions about a picture that {source.name} does not list")
        for image_id, count in unlisted.items()
    )
    return captions


def _refuse_double(seen: dict[int, str], number: int, entry: Entry) -> None:
    if number in seen:
        raise SourceError(f"{entry.place}.id: {number} is taken already by {seen[number].split(': ')[-1]}")
    seen[number] = entry.place


def _licenses(source: AnnotationFile) -> tuple[License, ...]:
    table: dict[int, License] = {}
    for entry in source.entries("licenses", required=False):
        name = entry.text("name") if "name" in entry else ""
        table.setdefault(entry.integer("id"), License(entry.integer("id"), name, entry.address("url")))
    return tuple(table[key] for key in sorted(table))


def _categories(source: AnnotationFile) -> tuple[Category, ...]:
    table: dict[int, Category] = {}
    seen: dict[int, str] = {}
    names: set[str] = set()
    for entry in source.entries("categories"):
        category_id, name = entry.integer("id"), entry.text("name").strip()
        _refuse_double(seen, category_id, entry)
        if not name or name in names:
            entry.fail("name", "a name of its own")
        names.add(name)
        group = entry.text("supercategory").strip() if "supercategory" in entry else ""
        table[category_id] = Category(category_id, name, group)
    return tuple(table[key] for key in sorted(table))


def _add_boxes(source: AnnotationFile, categories: Iterable[Category], pictures: dict[int, ImageRecord]) -> None:
    """Boxes and categories onto the pictures; objects of other pictures are left, a file may cover more of them."""
    names = {category.category_id: category.name for category in categories}
    objects: list[dict[str, Any]] = []
    for entry in source.entries("annotations"):
        image_id, category_id = entry.integer("image_id"), entry.integer("category_id")
        if category_id not in names:
            entry.fail("category_id", f"an id of the {len(names)} categories")
        if image_id in pictures:
            box = entry.box("bbox") if "bbox" in entry else None
            objects.append({"id": entry.integer("id"), "image_id": image_id, "category_id": category_id, "bbox": box})
    index = _pycocotools_index(objects)
    for image_id, record in pictures.items():
        found = index.get(image_id, [])
        boxes = tuple(
            Box(names[item["category_id"]], *item["bbox"])
            for item in found
            if item["bbox"] is not None and item["bbox"][2] > 0 and item["bbox"][3] > 0
        )
        here = tuple(sorted({names[item["category_id"]] for item in found}))
        pictures[image_id] = replace(record, categories=here, boxes=boxes)


def _pycocotools_index(objects: list[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    """Objects by picture, as pycocotools groups them. It is given checked values only: it checks none itself."""
    from pycocotools import coco as pycoco

    # It prints its progress on standard output, which belongs to the command line's results. Its module gets a `print`
    # of its own: redirecting the process's output would also catch what other threads write.
    vars(pycoco)["print"] = lambda *_, **__: None
    index = pycoco.COCO()
    index.dataset = {"annotations": objects}
    index.createIndex()
    return dict(index.imgToAnns)
