"""Karpathy's split files, `dataset_coco.json` and `dataset_flickr8k.json`, to records.

One list of pictures, each with its sentences and the part (train, restval, val, test) that most papers report on.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from core.dataset import annotation_file, layouts
from core.dataset.annotation_file import Entry
from core.dataset.picture_folder import PictureFolder
from core.errors import SourceError
from core.records import Caption, ImageRecord, RecordSet, Skipped


def load(root: Path, listing: Path, *, split: str = "", under: str = "") -> RecordSet:
    """The pictures of the parts named in `split` (with commas; "" for all). The image_id is COCO's own where the file
    has it (`cocoid`), else its `imgid`; the caption_id is its `sentid`. Raises `SourceError` as `load_records`."""
    source = annotation_file.read(listing)
    wanted = {part.strip() for part in split.split(",") if part.strip()}
    folder = PictureFolder(root, under)
    found: Counter[str] = Counter()
    records: dict[int, ImageRecord] = {}
    spoken: set[int] = set()
    skipped: list[Skipped] = []
    for entry in source.entries("images"):
        part = entry.text("split") if "split" in entry else ""
        found[part] += 1
        if wanted and part not in wanted:
            continue
        image_id = entry.integer("cocoid" if "cocoid" in entry else "imgid")
        if image_id in records:
            raise SourceError(f"{entry.place}: the picture {image_id} is listed twice in {source.name}")
        stated = _stated(entry)
        picture = layouts.find(folder, stated)
        if picture.fault:
            skipped.append(Skipped(image_id, ascii(stated)[1:-1][:200], picture.fault))
            continue
        records[image_id] = ImageRecord(image_id, picture.file_name, captions=_captions(entry, spoken))
    unknown = wanted - found.keys()
    if unknown:
        raise SourceError(
            f"{source.name}: no part {', '.join(sorted(unknown))}; there are "
            f"{', '.join(f'{name} ({count:,})' for name, count in found.items())}"
        )
    if not records:
        first = f"; the first: {skipped[0].file_name}: {skipped[0].reason}" if skipped else ""
        raise SourceError(f"none of the pictures that {source.name} lists can be used with the folder {root}{first}")
    return RecordSet(tuple(records[key] for key in sorted(records)), skipped=tuple(skipped))


def _stated(entry: Entry) -> str:
    name = entry.text("filename")
    return f"{entry.text('filepath')}/{name}" if "filepath" in entry and entry.text("filepath") else name


def _captions(entry: Entry, spoken: set[int]) -> tuple[Caption, ...]:
    captions = []
    for sentence in entry.entries("sentences"):
        caption_id, text = sentence.integer("sentid"), sentence.text("raw")
        if caption_id in spoken:
            raise SourceError(f"{sentence.place}.sentid: {caption_id} is taken already by another sentence")
        spoken.add(caption_id)
        if text.strip():
            captions.append(Caption(caption_id, text))
    return tuple(captions)
