"""A recipe's sources as training material in memory: packed pictures, their texts as tokens, the teacher's answers."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import dataset, scenes
from core.errors import TrainingError
from core.progress import Report
from core.training import network, photos, teacher, views
from core.training.photos import PictureSource
from core.training.recipe import Recipe, Source
from core.training.views import Pixels, Views

# What a class name becomes. Few and plain: their variety is not what the text tower should learn.
_PROMPTS = ("a photo of a {}", "a {}", "a picture of the {}", "a close up of a {}")


@dataclass(frozen=True, slots=True)
class Material:
    """One source, ready to train on.

    `pixels` `(n, side, side, 3)`; `views` the fixed crops of each picture; `answers` what the teacher saw in them, or
    None; `tokens` `(t, context)` all texts; `texts_of[i]` the rows of `tokens` that belong to picture i; `groups`
    `(n,)` equal where two pictures may be described by the same text; `captioned` False for class labels.
    `every_text`: a text phase passes all texts of a picture rather than one (captions people wrote are scarce, drawn
    scenes are not). `trained` and `held_out` are the pictures to learn from and those to validate on.
    A source without pictures has `pixels` of length 0 and one entry of `texts_of` per picture that is not there.
    """

    name: str
    pixels: Pixels
    views: Views
    answers: teacher.Answers | None
    tokens: Tensor
    texts_of: tuple[NDArray[np.int64], ...]
    groups: NDArray[np.int64]
    captioned: bool
    every_text: bool
    trained: NDArray[np.int64]
    held_out: NDArray[np.int64]


def gather(recipe: Recipe, first_phase: int, cache: Path, report: Report) -> dict[str, Material]:
    """Reads, packs and shows to the teacher every source that a phase from `first_phase` on uses. What is in `cache`
    from an earlier run is taken from there."""
    phases = recipe.phases[first_phase:]
    wanted = {name for phase in phases for name in phase.sources}
    lessons = {name for phase in phases if phase.kind != "contrast" for name in phase.sources}
    return {
        source.name: prepare(source, recipe, cache, report, taught=source.taught and source.name in lessons)
        for source in recipe.sources
        if source.name in wanted
    }


def prepare(source: Source, recipe: Recipe, cache: Path, report: Report, *, taught: bool) -> Material:
    """One source as `Material`; with the teacher's answers when `taught`."""
    captioned = source.kind != "labels"
    if source.kind == "scenes":
        pixels, texts = _scenes(source, cache, report)
    elif source.kind == "labels":
        pictures, texts = _labelled(source)
        pixels = photos.pack(pictures, source.side, cache / f"{source.name}-{source.side}.npy", report)
    else:
        pictures, texts = _captioned(source)
        pixels = photos.pack(pictures, source.side, cache / f"{source.name}-{source.side}.npy", report)
    crops = views.draw_views(len(pixels), max(1, source.views), source.seed)
    answers = None
    if taught and recipe.teacher is not None and len(pixels):
        kept = cache / f"{source.name}-{recipe.teacher.stem[:12]}-v{source.views}-s{source.seed}.npy"
        answers = teacher.answers(recipe.teacher, pixels, crops, kept, report, threads=torch.get_num_threads())
    counts = [len(own) for own in texts]
    ends = np.cumsum(counts)
    held_out = np.linspace(0, len(texts) - 1, source.hold_out).astype(np.int64)
    groups = np.arange(len(texts)) if captioned else _same_text(texts)
    return Material(
        name=source.name,
        pixels=pixels,
        views=crops,
        answers=answers,
        tokens=network.tokenise([text for own in texts for text in own], recipe.model),
        texts_of=tuple(np.arange(end - count, end) for end, count in zip(ends, counts, strict=True)),
        groups=groups.astype(np.int64),
        captioned=captioned,
        every_text=source.kind == "captions",
        trained=np.setdiff1d(np.arange(len(texts)), held_out),
        held_out=held_out,
    )


def _captioned(source: Source) -> tuple[list[PictureSource], list[tuple[str, ...]]]:
    if source.captions is None:
        raise TrainingError(f"Source {source.name}: `captions` is missing; it names a COCO captions file.")
    if source.kind == "texts":
        spoken = dataset.read_captions(source.captions)
        # A lone caption has no other sentence about the same picture to be matched with.
        return [], [tuple(caption.display for caption in own) for own in spoken.values() if len(own) > 1]
    if source.images is None:
        raise TrainingError(f"Source {source.name}: `images` is missing; it names the picture folder.")
    read = dataset.load_records(source.images, source.captions)
    records = [record for record in read.records if record.captions]
    if not records:
        raise TrainingError(
            f"Source {source.name}: {source.captions} has no caption for any picture in {source.images}."
        )
    return (
        [PictureSource(source.images / record.file_name) for record in records],
        [tuple(caption.display for caption in record.captions) for record in records],
    )


def _labelled(source: Source) -> tuple[list[PictureSource], list[tuple[str, ...]]]:
    if source.images is None:
        raise TrainingError(f"Source {source.name}: `images` is missing; it names a folder or a zip of class folders.")
    pictures: list[PictureSource] = []
    labels: list[str] = []
    for picture, label in _labelled_files(source.images):
        if label not in source.leave_out:
            pictures.append(picture)
            labels.append(_readable(label))
    if not pictures:
        raise TrainingError(f"Source {source.name}: {source.images} holds no labelled pictures.")
    return pictures, [tuple(prompt.format(label) for prompt in _PROMPTS) for label in labels]


def _labelled_files(root: Path) -> list[tuple[PictureSource, str]]:
    if root.suffix == ".zip":
        with zipfile.ZipFile(root) as archive:
            members = sorted(name for name in archive.namelist() if not name.endswith("/"))
        return [(PictureSource(root, member), member.split("/")[0]) for member in members]
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.name.startswith("."))
    return [(PictureSource(path), path.parent.name if path.parent != root else path.stem) for path in files]


def _readable(label: str) -> str:
    """`n01443537_great_white_shark` and `grand_piano` to plain words."""
    head, _, rest = label.partition("_")
    words = rest if rest and head[:1] == "n" and head[1:].isdigit() else label
    return words.replace("_", " ").strip().lower()


def _scenes(source: Source, cache: Path, report: Report) -> tuple[Pixels, list[tuple[str, ...]]]:
    def draw(seed: int) -> tuple[Pixels, tuple[str, ...]]:
        scene = scenes.draw_scene(seed, source.side)
        square = scene.picture.convert("RGB").resize((source.side, source.side), resample=3)
        return np.asarray(square, dtype=np.uint8), scene.captions

    seeds = range(source.first_seed, source.first_seed + source.count)
    return photos.pack_drawn(draw, seeds, source.side, cache / f"{source.name}-{source.side}.npy", report)


def _same_text(texts: list[tuple[str, ...]]) -> NDArray[np.int64]:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(own[0], len(numbers)) for own in texts], dtype=np.int64)
