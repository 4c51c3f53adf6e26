"""What a visitor can try at once: sample queries taken from the collection, sample pictures that are not in it."""

from __future__ import annotations

import importlib.util
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.store import Store

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_PHOTOS = {"china.jpg": "Temple", "flower.jpg": "Flower"}
"""The two photographs of scikit-learn's `load_sample_images`, which come with a dependency we have (CC BY, see its
`datasets/images/README.txt`)."""
_WORDS = range(3, 8)  # a sample query shorter than this says nothing, a longer one does not fit a pill


@dataclass(frozen=True, slots=True)
class SamplePicture:
    """`name` is its word in an address, `title` what a visitor reads."""

    name: str
    title: str
    path: Path


def pictures(folder: Path) -> tuple[SamplePicture, ...]:
    """The pictures at the top level of `folder`, then two real photographs where scikit-learn is installed."""
    files = sorted(path for path in folder.glob("*") if path.suffix.lower() in _SUFFIXES) if folder.is_dir() else []
    own = tuple(SamplePicture(path.stem, _title(path.stem), path) for path in files)
    return own + _photos()


def queries(store: Store, count: int = 5) -> tuple[str, ...]:
    """Up to `count` short captions of different categories, always the same ones; category names where there are no
    captions."""
    chosen: list[str] = []
    seen: set[str] = set()
    order = list(store.records)
    random.Random(8).shuffle(order)
    for record in order:
        topic = record.categories[0] if record.categories else ""
        fitting = [caption.display for caption in record.captions if len(caption.display.split()) in _WORDS]
        if not fitting or (topic and topic in seen):
            continue
        chosen.append(min(fitting, key=len).rstrip(". "))
        seen.add(topic)
        if len(chosen) == count:
            break
    return tuple(dict.fromkeys(chosen)) or tuple(category.name for category in store.categories[:count])


def _photos() -> tuple[SamplePicture, ...]:
    # Found beside the package without importing it: that import takes a second.
    spec = importlib.util.find_spec("sklearn")
    if spec is None or spec.origin is None:
        return ()
    folder = Path(spec.origin).parent / "datasets" / "images"
    return tuple(
        SamplePicture(f"photo-{title.lower()}", f"{title} (photo)", folder / name)
        for name, title in _PHOTOS.items()
        if (folder / name).is_file()
    )


def _title(stem: str) -> str:
    return stem.lstrip("0123456789_- ").replace("_", " ").replace("-", " ").capitalize() or stem
