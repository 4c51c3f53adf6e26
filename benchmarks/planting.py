"""Faults of known places, planted into drawn scenes: what `benchmarks/audit_faults.py` looks for.

Into a collection of `core.scenes` go copies of some of its pictures, half of them made smaller and half stored again as
JPEG; photos that have nothing to do with it; and captions that changed places among its pictures.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image

from core.errors import SourceError
from core.scenes import write_collection

SMALLEST, LARGEST = 0.5, 0.8  # of the sides of a picture that is made smaller
WORST, BEST = 40, 75  # JPEG quality of a picture that is stored again
_COPY_IDS, _PHOTO_IDS = 900_000_000, 910_000_000
_PHOTO_SOURCES = ("coco/val2017", "imagenet-samples", "caltech101")


@dataclass(frozen=True, slots=True)
class Planted:
    """A collection's folder and files, and the truth: pairs (original, copy) and foreign pictures by image_id, captions
    that stand under the wrong picture by caption_id."""

    pictures: Path
    captions: Path
    copies: frozenset[tuple[int, int]]
    foreign: frozenset[int]
    swapped: frozenset[int]


def plant(
    folder: Path,
    photos: Path,
    *,
    scenes: int = 2000,
    copies: int = 100,
    foreign: int = 50,
    swapped: int = 200,
    seed: int,
    drawn: Path | None = None,
    captions_each: int | None = None,
) -> Planted:
    """Draw `scenes` scenes from `seed` on (or take those that an earlier run drew into `drawn`) and plant faults.

    A copy brings the captions that its original was drawn with. `foreign` photos are taken evenly from COCO val2017
    (with their captions), ImageNet and Caltech-101 (without) under `photos`. `swapped` captions of as many scenes go
    round in a ring. With `captions_each` only so many captions of a scene are kept. Raises `SourceError` where the
    photos are not there.
    """
    chance = Random(seed)
    drawn = drawn or folder / "drawn"
    split = f"s{seed}"
    listed = drawn / "annotations" / f"captions_{split}.json"
    if not listed.is_file():
        write_collection(drawn, scenes, seed, split)
    source = json.loads(listed.read_text(encoding="utf-8"))
    entries, spoken = source["images"][:scenes], _by_image(source["annotations"], captions_each)
    pictures = folder / "pictures"
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    for entry in entries:
        (pictures / entry["file_name"]).hardlink_to(drawn / split / entry["file_name"])
    ring = chance.sample([entry["id"] for entry in entries], swapped)
    chosen = chance.sample(entries, copies)
    made = [_copy(entry, number, pictures, chance) for number, entry in enumerate(chosen)]
    for entry, copy in zip(chosen, made, strict=True):
        spoken[copy["id"]] = list(spoken[entry["id"]])
    moved = {image_id: chance.randrange(len(spoken[image_id])) for image_id in ring}
    texts = [spoken[image_id][moved[image_id]] for image_id in ring]
    for image_id, text in zip(ring, [*texts[1:], *texts[:1]], strict=True):
        spoken[image_id] = list(spoken[image_id])
        spoken[image_id][moved[image_id]] = text
    strangers = [_photo(path, number, pictures) for number, path in enumerate(_photos(photos, foreign, chance))]
    spoken |= {
        entry["id"]: text for entry, text in zip(strangers, _photo_captions(photos, strangers), strict=True) if text
    }
    every = [*entries, *made, *strangers]
    chance.shuffle(every)
    annotations, swapped_ids = [], set()
    for entry in every:
        for nth, text in enumerate(spoken.get(entry["id"], ())):
            annotations.append({"id": len(annotations) + 1, "image_id": entry["id"], "caption": text})
            if moved.get(entry["id"]) == nth:
                swapped_ids.add(len(annotations))
    captions = folder / "captions.json"
    kept = [{key: entry[key] for key in ("id", "file_name", "width", "height")} for entry in every]
    captions.write_text(json.dumps({"images": kept, "annotations": annotations}), encoding="utf-8")
    return Planted(
        pictures,
        captions,
        frozenset((entry["id"], copy["id"]) for entry, copy in zip(chosen, made, strict=True)),
        frozenset(entry["id"] for entry in strangers),
        frozenset(swapped_ids),
    )


def _by_image(annotations: list[dict[str, Any]], most: int | None) -> dict[int, list[str]]:
    spoken: dict[int, list[str]] = {}
    for one in annotations:
        spoken.setdefault(one["image_id"], []).append(one["caption"])
    return {image_id: texts[:most] for image_id, texts in spoken.items()}


def _copy(entry: dict[str, Any], number: int, folder: Path, chance: Random) -> dict[str, Any]:
    """Even ones smaller, as a picture tool would make them; odd ones stored again in poor quality."""
    with Image.open(folder / entry["file_name"]) as opened:
        picture = opened.convert("RGB")
    if number % 2 == 0:
        scale = chance.uniform(SMALLEST, LARGEST)
        size = round(picture.width * scale), round(picture.height * scale)
        picture, quality = picture.resize(size, Image.Resampling.LANCZOS), 90
    else:
        quality = chance.randint(WORST, BEST)
    name = f"copy{number:04}.jpg"
    picture.save(folder / name, quality=quality)
    return {"id": _COPY_IDS + number, "file_name": name, "width": picture.width, "height": picture.height}


def _photos(folder: Path, count: int, chance: Random) -> list[Path]:
    found = []
    for number, source in enumerate(_PHOTO_SOURCES):
        files = sorted(path for path in (folder / source).rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
        share = count // len(_PHOTO_SOURCES) + (number < count % len(_PHOTO_SOURCES))
        if len(files) < share:
            raise SourceError(f"{folder / source}: expected {share} photos or more, found {len(files)}")
        found += chance.sample(files, share)
    return found


def _photo(path: Path, number: int, folder: Path) -> dict[str, Any]:
    name = f"photo{number:04}.jpg"
    shutil.copyfile(path, folder / name)
    with Image.open(folder / name) as opened:
        width, height = opened.size
    return {"id": _PHOTO_IDS + number, "file_name": name, "width": width, "height": height, "of": path}


def _photo_captions(folder: Path, strangers: list[dict[str, Any]]) -> list[list[str]]:
    """The captions of those that are COCO's; none for the others."""
    listed = json.loads((folder / "coco" / "annotations" / "captions_val2017.json").read_text(encoding="utf-8"))
    names = {image["id"]: image["file_name"] for image in listed["images"]}
    spoken: dict[str, list[str]] = {}
    for one in listed["annotations"]:
        spoken.setdefault(names[one["image_id"]], []).append(one["caption"])
    return [[] if entry["of"].parent.name != "val2017" else spoken.get(entry["of"].name, []) for entry in strangers]
