"""Write drawn scenes to disk as a collection in COCO's layout, and the sample query pictures.

Seeds: below 1,000,000 training draws scenes on the fly; the bundled collection takes its train
split from 1,000,000, its val split from 1,500,000 and its close-ups from 1,600,000; samples come from
1,900,000 on; a training run validates on 2,000,000 and above. A scene's image_id and file name are its seed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from core.errors import ConfigurationError
from core.scenes import catalog, close_ups, draw, layout
from core.scenes.draw import Scene

TRAIN_SEEDS, VAL_SEEDS, CLOSE_UP_SEEDS, SAMPLE_SEEDS = 1_000_000, 1_500_000, 1_600_000, 1_900_000
DEMO_TRAIN, DEMO_VAL = 1000, 500
# Of each kind of thing the demo has so many close-ups, and more until so many of its pictures show it: the first five
# answers to a name can all be right.
DEMO_CLOSE_UPS, DEMO_PICTURES = 3, 5
PICTURE_SIZE, SAMPLE_SIZE = 400, 480
_QUALITY = 85
# A scene has at most 6 objects and 5 captions, so an annotation's id tells its image.
_IDS_PER_IMAGE = 10
_SAMPLE_TRIES = 500

Watch = Callable[[int, int], None]
"""Called after each picture with how many are done and how many there will be."""

_LICENSES = (
    {"id": 1, "name": "CC0 1.0 (the drawn scenes)", "url": "https://creativecommons.org/publicdomain/zero/1.0/"},
    {
        "id": 2,
        "name": "SIL Open Font License 1.1 / Apache License 2.0 (the emoji drawn on them: Noto Color Emoji, Google)",
        "url": "https://github.com/googlefonts/noto-emoji",
    },
)


@dataclass(frozen=True, slots=True)
class _Sample:
    """A query picture composed on request: objects as (glyph, colour or "" for its own, count)."""

    name: str
    place: str
    lights: tuple[str, ...]
    wanted: tuple[tuple[str, str, int], ...]
    aspect: float = 4 / 3


_DAY = ("day", "sunny")
_ANY = ("indoors",)
_SAMPLES = (
    _Sample("dogs_on_beach", "beach", _DAY, (("🐕", "", 2), ("⛱️", "", 1))),
    _Sample("red_car_on_street", "street", _DAY, (("🚗", "red", 1), ("🚴‍♀️", "", 1))),
    _Sample("sailboat_at_sunset", "sea", ("sunset",), (("⛵", "red", 2), ("🐬", "", 1)), 3 / 2),
    _Sample("pizza_and_wine", "table", _ANY, (("🍕", "", 2), ("🍷", "", 1))),
    _Sample("cat_in_living_room", "living room", _ANY, (("🐈", "", 1), ("🛋️", "red", 1), ("🪴", "", 1))),
    _Sample("elephants_in_desert", "desert", _DAY, (("🐘", "", 2), ("🌵", "", 2)), 3 / 2),
    _Sample("skier_and_snowman", "snow", _DAY, (("⛷️", "", 1), ("⛄", "", 1))),
    _Sample("fish_under_water", "underwater", _ANY, (("🐠", "yellow", 3), ("🐙", "", 1))),
    _Sample("laptop_on_desk", "office", _ANY, (("💻", "", 1), ("☕", "", 1), ("📘", "", 1))),
    _Sample("cows_on_farm", "farm", _DAY, (("🐄", "", 2), ("🚜", "red", 1)), 3 / 2),
    _Sample("rocket_in_space", "space", _ANY, (("🚀", "red", 1), ("🪐", "", 1)), 1.0),
    _Sample("camp_by_the_lake", "lake", ("night",), (("⛺", "orange", 1), ("🔥", "", 1))),
    _Sample("steam_train", "railway", _DAY, (("🚂", "", 1), ("🐑", "", 2)), 3 / 2),
    _Sample("fruit_in_kitchen", "kitchen", _ANY, (("🍌", "", 2), ("🍎", "", 1), ("🍇", "", 1))),
    _Sample("kites_in_park", "park", _DAY, (("🪁", "", 2), ("🏃‍♀️", "", 1)), 3 / 4),
)


def write_collection(folder: Path, count: int, first_seed: int, split: str, progress: Watch | None = None) -> None:
    """Draw `count` scenes from `first_seed` on into `folder/split`, with COCO annotations.

    Writes `folder/split/<image_id>.webp` and, last, `folder/annotations/captions_<split>.json` and
    `instances_<split>.json`, whose file names are relative to `folder/split`.
    Raises ConfigurationError for a count below 1, a negative seed, a split name that is no plain
    folder name, a missing emoji font or a folder that cannot be written.
    """
    if count < 1 or first_seed < 0:
        raise ConfigurationError(
            f"Drawing needs a count of 1 or more and a seed of 0 or more, got {count}, {first_seed}."
        )
    if not split or not split.replace("-", "").replace("_", "").isalnum():
        raise ConfigurationError(f"The split {split!r} becomes a folder's name: use letters, digits, '-' and '_'.")
    annotations = _Annotations()
    with _writing(folder):
        for number in range(count):
            scene = draw.draw_scene(first_seed + number, PICTURE_SIZE)
            _write_scene(folder / split, first_seed + number, scene, annotations, "")
            if progress is not None:
                progress(number + 1, count)
        annotations.write(folder / "annotations", split)


def write_demo(folder: Path, progress: Watch | None = None) -> None:
    """Draw the bundled collection: 1,000 pictures in `folder/train`, 500 in `folder/val`, and in `folder/close-ups`
    those of `close_ups_wanted`.

    One pair of files, `folder/annotations/captions_demo.json` and `instances_demo.json`, covers
    all; its file names ("train/1000000.webp") carry the split. Raises as `write_collection`.
    """
    seeds = [("train", TRAIN_SEEDS + number) for number in range(DEMO_TRAIN)]
    seeds += [("val", VAL_SEEDS + number) for number in range(DEMO_VAL)]
    annotations = _Annotations()
    shown: Counter[str] = Counter()
    with _writing(folder):
        for done, (split, seed) in enumerate(seeds, 1):
            scene = draw.draw_scene(seed, PICTURE_SIZE)
            _write_scene(folder / split, seed, scene, annotations, f"{split}/")
            shown.update({thing.category for thing in scene.objects})
            if progress is not None:
                # The close-ups are counted when it is known what the scenes show.
                progress(done, len(seeds))
        wanted = close_ups_wanted(shown)
        for done, category in enumerate(wanted, 1):
            seed = CLOSE_UP_SEEDS + done - 1
            scene = close_ups.draw_close_up(category, seed, PICTURE_SIZE)
            _write_scene(folder / "close-ups", seed, scene, annotations, "close-ups/")
            if progress is not None:
                progress(len(seeds) + done, len(seeds) + len(wanted))
        annotations.write(folder / "annotations", "demo")


def close_ups_wanted(shown: Mapping[str, int]) -> list[str]:
    """The category of each close-up of the bundled collection, whose other pictures show each so often."""
    return [
        one.name
        for one in catalog.categories()
        for _ in range(max(DEMO_CLOSE_UPS, DEMO_PICTURES - shown.get(one.name, 0)))
    ]


def write_samples(folder: Path) -> None:
    """Draw the sample query pictures, `folder/<what is on it>.webp`. Raises as `write_collection`."""
    with _writing(folder):
        for number, sample in enumerate(_SAMPLES):
            # A thousand seeds apart: no two samples try the same one.
            picture = _compose_sample(sample, SAMPLE_SEEDS + 1000 * number).picture
            picture.save(folder / f"{sample.name}.webp", quality=_QUALITY, method=6)


class _Annotations:
    """The two COCO files of a collection, filled image by image."""

    def __init__(self) -> None:
        self._images: list[dict[str, Any]] = []
        self._captions: list[dict[str, Any]] = []
        self._instances: list[dict[str, Any]] = []

    def add(self, image_id: int, file_name: str, scene: Scene) -> None:
        width, height = scene.picture.size
        image = {"id": image_id, "file_name": file_name, "width": width, "height": height, "license": 1}
        self._images.append(image)
        first = image_id * _IDS_PER_IMAGE + 1
        for number, caption in enumerate(scene.captions, start=first):
            self._captions.append({"id": number, "image_id": image_id, "caption": caption})
        for number, thing in enumerate(scene.objects, start=first):
            self._instances.append(
                {
                    "id": number,
                    "image_id": image_id,
                    "category_id": thing.category_id,
                    "bbox": list(thing.box),
                    "area": thing.area,
                    "iscrowd": 0,
                    "segmentation": [],
                }
            )

    def write(self, folder: Path, name: str) -> None:
        head = {
            "info": {"description": "Coco Lens drawn scenes", "version": "1.0", "contributor": "Coco Lens"},
            "licenses": list(_LICENSES),
            "images": self._images,
        }
        categories = [
            {"id": category.category_id, "name": category.name, "supercategory": category.supercategory}
            for category in catalog.categories()
        ]
        folder.mkdir(parents=True, exist_ok=True)
        _dump(folder / f"captions_{name}.json", {**head, "annotations": self._captions})
        _dump(folder / f"instances_{name}.json", {**head, "annotations": self._instances, "categories": categories})


def _write_scene(folder: Path, seed: int, scene: Scene, annotations: _Annotations, prefix: str) -> None:
    name = f"{seed:06d}.webp"
    folder.mkdir(parents=True, exist_ok=True)
    scene.picture.save(folder / name, quality=_QUALITY, method=6)
    annotations.add(seed, prefix + name, scene)


def _compose_sample(sample: _Sample, first_seed: int) -> Scene:
    """The first draw from `first_seed` on whose light and free room suit `sample`."""
    by_text = {glyph.text: glyph for glyph in catalog.glyphs()}
    wanted = [(by_text[text], colour or by_text[text].colour, count) for text, colour, count in sample.wanted]
    for seed in range(first_seed, first_seed + _SAMPLE_TRIES):
        rng = Random(seed)
        canvas, backdrop = draw.paint_backdrop(rng, sample.place, sample.aspect, SAMPLE_SIZE)
        if backdrop.light.name not in sample.lights:
            continue
        groups = layout.place_wanted(rng, backdrop, sample.aspect, wanted)
        if groups is not None:
            return draw.paint(draw.Composition(canvas, backdrop, groups), rng)
    raise ConfigurationError(f"The sample {sample.name} found no room for its objects in {_SAMPLE_TRIES} draws.")


def _dump(path: Path, content: dict[str, Any]) -> None:
    # One annotation a line would double the size; readers are programs.
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise ConfigurationError(f"The scenes cannot be written to {folder}: {error}.") from error
