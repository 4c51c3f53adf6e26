"""A list of pictures in COCO's layout: a captions file and an instances file, as COCO itself is published.

There are two files because the layout has no room for both in one: pycocotools asks every annotation for its
`category_id` as soon as a file has `categories`, and a caption has none. `core.dataset.load_records` reads the pair
back as the same records.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.export.listed import Listed
    from core.records import ImageRecord


def captions_json(listed: Listed, made_at: datetime) -> str:
    """COCO's captions layout: `info`, `licenses`, `images` and one annotation per caption, texts as the source has
    them. Each image carries `license` where it is known, `flickr_url`, `coco_url`, and an `attribution` line of ours,
    which readers of the layout pass over."""
    annotations = [
        {"id": caption.caption_id, "image_id": record.image_id, "caption": caption.text}
        for record in listed.records
        for caption in record.captions
    ]
    return _text(_top(listed, made_at, "captions") | {"annotations": annotations})


def instances_json(listed: Listed, made_at: datetime) -> str:
    """COCO's instances layout: as `captions_json`, with `categories` and one annotation per object, ids from 1.

    `area` is that of the box, and `segmentation` is empty: outlines are not kept in a collection. A category of a
    picture that has no box of it (a class folder's) is an annotation without `bbox`.
    """
    numbers = _category_numbers(listed)
    annotations = [
        {"id": number, **fields}
        for number, fields in enumerate(
            (fields for record in listed.records for fields in _objects(record, numbers)), start=1
        )
    ]
    known = {category.name: category.supercategory for category in listed.categories}
    categories = [
        {"id": number, "name": name, "supercategory": known.get(name, "")} for name, number in numbers.items()
    ]
    return _text(_top(listed, made_at, "instances") | {"annotations": annotations, "categories": categories})


def _top(listed: Listed, made_at: datetime, what: str) -> dict[str, Any]:
    of = f", found by {listed.asked}" if listed.asked else ""
    count = f"{len(listed.records)} picture{'' if len(listed.records) == 1 else 's'}"
    return {
        "info": {
            "description": f"{count} of the collection {listed.collection}{of}: {what}. "
            "Areas are those of the boxes; outlines are not included.",
            "version": "1.0",
            "year": made_at.year,
            "contributor": "Coco Lens",
            "url": "",
            "date_created": made_at.isoformat(timespec="seconds"),
        },
        "licenses": [{"id": one.license_id, "name": one.name, "url": one.url} for one in listed.licenses],
        "images": [_image(listed, record) for record in listed.records],
    }


def _image(listed: Listed, record: ImageRecord) -> dict[str, Any]:
    image: dict[str, Any] = {
        "id": record.image_id,
        "file_name": record.file_name,
        "width": record.width,
        "height": record.height,
        "flickr_url": record.flickr_url,
        "coco_url": record.coco_url,
        "attribution": listed.attribution(record),
    }
    if record.license is not None:
        image["license"] = record.license
    if record.image_id in listed.found_by:
        image["found_by"] = listed.found_by[record.image_id]
    return image


def _category_numbers(listed: Listed) -> dict[str, int]:
    """The number of every category: the collection's own, and new ones for names that its table does not list."""
    numbers = {category.name: category.category_id for category in listed.categories}
    following = max(numbers.values(), default=0) + 1
    for record in listed.records:
        for name in (*record.categories, *(box.category for box in record.boxes)):
            if name not in numbers:
                numbers[name] = following
                following += 1
    return numbers


def _objects(record: ImageRecord, numbers: dict[str, int]) -> Iterator[dict[str, Any]]:
    shared = {"image_id": record.image_id, "iscrowd": 0, "segmentation": []}
    for box in record.boxes:
        sides = [box.x, box.y, box.width, box.height]
        yield {**shared, "category_id": numbers[box.category], "bbox": sides, "area": box.width * box.height}
    boxed = {box.category for box in record.boxes}
    for name in record.categories:
        if name not in boxed:
            yield {**shared, "category_id": numbers[name], "area": 0}


def _text(top: dict[str, Any]) -> str:
    return json.dumps(top, ensure_ascii=False, allow_nan=False)
