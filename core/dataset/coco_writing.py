"""Records to COCO's files: what `load_records` reads again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core import whole_file
from core.errors import SourceError
from core.records import ImageRecord, RecordSet


def write(records: RecordSet, captions: Path, instances: Path | None = None) -> None:
    """Write a captions file, and with `instances` one of boxes and categories; a category without a box becomes an
    object without one. Each appears whole or not at all. Raises `SourceError` when it cannot be written."""
    listed = [_picture(record) for record in records.records]
    licenses = [{"id": one.license_id, "name": one.name, "url": one.url} for one in records.licenses]
    spoken = [
        {"id": caption.caption_id, "image_id": record.image_id, "caption": caption.text}
        for record in records.records
        for caption in record.captions
    ]
    _put(captions, {"info": {}, "licenses": licenses, "images": listed, "annotations": spoken})
    if instances:
        ids = {category.name: category.category_id for category in records.categories}
        categories = [
            {"id": one.category_id, "name": one.name, "supercategory": one.supercategory} for one in records.categories
        ]
        objects = list(_objects(records.records, ids))
        _put(instances, {"info": {}, "images": listed, "categories": categories, "annotations": objects})


def _picture(record: ImageRecord) -> dict[str, Any]:
    values: dict[str, Any] = {"id": record.image_id, "file_name": record.file_name}
    optional = {
        "width": record.width,
        "height": record.height,
        "coco_url": record.coco_url,
        "flickr_url": record.flickr_url,
    }
    values.update({key: value for key, value in optional.items() if value})
    return values if record.license is None else {**values, "license": record.license}


def _objects(records: Iterable[ImageRecord], ids: dict[str, int]) -> Iterable[dict[str, Any]]:
    number = 0
    for record in records:
        boxed = {box.category for box in record.boxes}
        for name in (one for one in record.categories if one not in boxed):
            number += 1
            yield {"id": number, "image_id": record.image_id, "category_id": ids[name]}
        for box in record.boxes:
            number += 1
            sides = [box.x, box.y, box.width, box.height]
            yield {
                "id": number,
                "image_id": record.image_id,
                "category_id": ids[box.category],
                "bbox": sides,
                "area": box.width * box.height,
                "iscrowd": 0,
            }


def _put(path: Path, content: dict[str, Any]) -> None:
    try:
        whole_file.write(path, json.dumps(content, ensure_ascii=False).encode())
    except OSError as error:
        raise SourceError(f"{path}: cannot be written ({error.strerror or error})") from error
