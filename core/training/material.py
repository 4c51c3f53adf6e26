"""A recipe's sources as training material in memory: packed pictures, their texts as tokens, the teacher's answers."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import dataset, scenes
from core.errors import TrainingError
from core.progress import Progress, Report, silent
from core.training import network, pasting, photos, placing, teacher, things, views
from core.training.photos import PictureSource
from core.training.recipe import ModelShape, Recipe, Source
from core.training.views import Pixels, Views

# What a class name becomes. Few and plain: their variety is not what the text tower should learn.
_PROMPTS = ("a photo of a {}", "a {}", "{}", "a picture of the {}", "a close up of a {}")

_MADE_OF_OTHERS = ("placed", "pasted")


@dataclass(frozen=True, slots=True)
class Material:
    """One source, ready to train on.

    `pixels` `(n, side, side, 3)`; `views` the fixed crops of each picture; `answers` the features that the teacher saw
    in them, `maps` what it saw where, `classes` the probabilities that the classifier gave them, or None; `tokens`
    `(t, context)` all texts, which `spoken` has as words, and `said` `(t,)` a number for each that is the same for the
    same text; `texts_of[i]` the rows of `tokens` that caption picture i, `phrases_of[i]` those that only name something
    in it; `groups` `(n,)` equal where two pictures may be described by the same text, and with `offset` added unlike
    those of any other source;
    `things` the categories that each picture shows, as far as they are known; `drawn` True for scenes; `captioned`
    False for class labels.
    `every_text`: a text phase passes all texts of a picture rather than one (captions people wrote are scarce, drawn
    scenes are not). `trained` and `held_out` are the pictures to learn from and those to validate on; `per_epoch`
    of the former make an epoch (0: all).
    A source without pictures has `pixels` of length 0 and one entry of `texts_of` per picture that is not there.
    """

    name: str
    pixels: Pixels
    views: Views
    answers: teacher.Answers | None
    classes: teacher.Answers | None
    maps: teacher.Maps | None
    tokens: Tensor
    spoken: tuple[str, ...]
    said: NDArray[np.int64]
    texts_of: tuple[NDArray[np.int64], ...]
    phrases_of: tuple[NDArray[np.int64], ...]
    groups: NDArray[np.int64]
    offset: int
    things: things.Things
    drawn: bool
    captioned: bool
    every_text: bool
    trained: NDArray[np.int64]
    held_out: NDArray[np.int64]
    per_epoch: int


def clear_views(material: Material) -> int:
    """How many of a picture's views show it alone; they come first."""
    return int((material.views.blend[0] == 0).sum())


def gather(recipe: Recipe, first_phase: int, cache: Path, report: Report) -> dict[str, Material]:
    """Reads, packs and shows to the teacher every source that a phase from `first_phase` on uses. What is in `cache`
    from an earlier run is taken from there."""
    phases = recipe.phases[first_phase:]
    wanted = {name for phase in phases for name in phase.sources}
    wanted |= {name for source in recipe.sources if source.name in wanted for name in (*source.of, source.before)}
    made: dict[str, Material] = {}
    for source in sorted(recipe.sources, key=lambda source: source.kind in _MADE_OF_OTHERS):
        if source.name in wanted:
            made[source.name] = prepare(source, recipe, cache, report, made)
    return {source.name: made[source.name] for source in recipe.sources if source.name in made}


def prepare(
    source: Source, recipe: Recipe, cache: Path, report: Report, made: Mapping[str, Material] | None = None
) -> Material:
    """One source as `Material`, with the teachers' answers where it is taught. Of fresh scenes, the held-out ones only:
    `drawing` supplies the others. `made` are the sources of which placed pictures are made."""
    if source.kind == "placed":
        pixels, told = _placed(source, made or {}, report)
    elif source.kind == "pasted":
        pixels, told = _pasted(source, (made or {})[source.before], report)
    elif source.kind == "scenes":
        count = source.hold_out if source.fresh else source.count
        seeds = range(source.first_seed, source.first_seed + count)
        pixels, told = draw(seeds, source.side, source.close_ups, report)
    else:
        pictures, told = _labelled(source, recipe.everyday) if source.kind == "labels" else _captioned(source)
        pixels = photos.pack(pictures, source.side, cache / f"{source.name}-{source.side}.npy", report)
    each = max(1, source.views)
    crops = views.draw_views(len(pixels), each, source.seed, mixed=source.mixed, smallest=source.smallest)
    asked: list[teacher.Answers | None] = []
    for model in (recipe.teacher, recipe.classifier if source.classified else None):
        untaught = not source.taught or source.fresh or source.kind == "pasted"
        if untaught or model is None or not len(pixels):
            asked.append(None)
            continue
        asked.append(teacher.answers(model, pixels, crops, _kept(cache, source, model, pixels), report))
    maps = None
    if source.maps and asked[0] is not None and recipe.teacher is not None:
        maps = teacher.maps(recipe.teacher, pixels, crops, _kept(cache, source, recipe.teacher, pixels), report)
    # Of pictures made of others the first ones, which are made of held-out pictures; else they are evenly spread.
    last = source.hold_out - 1 if source.kind in _MADE_OF_OTHERS else len(told.texts) - 1
    held_out = np.linspace(0, last, source.hold_out).astype(np.int64)
    return _assemble(source, recipe, (pixels, crops), told, held_out=held_out, answers=(asked[0], asked[1]), maps=maps)


def _kept(cache: Path, source: Source, model: Path, pixels: Pixels) -> Path:
    """Where a teacher's answers about a source are kept: other views and other seeds are other answers, and so are
    placed pictures that are made of others."""
    mark = f"-{hashlib.blake2b(pixels.tobytes(), digest_size=4).hexdigest()}" if source.kind == "placed" else ""
    if source.smallest != views.SMALLEST:
        mark = f"-c{source.smallest:g}{mark}"
    return cache / f"{source.name}-{model.stem[:12]}-v{source.views}-s{source.seed}{mark}.npy"


def _placed(source: Source, made: Mapping[str, Material], report: Report) -> tuple[Pixels, Told]:
    """Pictures of one thing before pictures of much; the first `hold_out` are made of held-out pictures alone, the
    others of pictures to learn from. They are called by the thing's name and show what both show."""
    labelled, photos_behind = [made[name] for name in source.of], made[source.before]
    parts = [
        placing.draw_placings([_known(one, rows(one)) for one in labelled], rows(photos_behind), count, seed)
        for rows, count, seed in (
            (attrgetter("held_out"), source.hold_out, source.seed),
            (attrgetter("trained"), source.count - source.hold_out, source.seed + 1),
        )
        if count
    ]
    blocks, texts, shown = [], [], []
    for part in parts:
        report(Progress(f"placing things for {source.name}", 0, len(part.things)))
        blocks.append(placing.place(part, [one.pixels for one in labelled], photos_behind.pixels, source.side))
        for number, thing, behind in zip(part.sources, part.things, part.behind, strict=True):
            own = labelled[number]
            texts.append(tuple(own.spoken[row] for row in own.texts_of[thing]))
            both = own.things[thing] | photos_behind.things[behind]
            shown.append({things.category(int(column)) for column in np.flatnonzero(both)})
    return np.concatenate(blocks), Told(texts, shown)


def _pasted(source: Source, photos_behind: Material, report: Report) -> tuple[Pixels, Told]:
    """Pictures of one drawn thing before photos; the first `hold_out` before held-out ones, the others before photos to
    learn from. They are called by the thing's name and show what both show."""
    names = things.names()
    blocks, texts, shown = [], [], []
    for rows, count, seed in (
        (photos_behind.held_out, source.hold_out, source.seed),
        (photos_behind.trained, source.count - source.hold_out, source.seed + 1),
    ):
        if not count:
            continue
        report(Progress(f"pasting drawings for {source.name}", 0, count))
        made = pasting.paste(photos_behind.pixels, rows, count, source.side, seed)
        blocks.append(made.pixels)
        for category, behind in zip(made.categories, made.behind, strict=True):
            texts.append(tuple(prompt.format(names[category]) for prompt in _PROMPTS))
            others = np.flatnonzero(photos_behind.things[behind])
            shown.append({things.category(int(column)) for column in (category, *others)})
    return np.concatenate(blocks), Told(texts, shown)


def _known(material: Material, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those of the rows whose picture shows a known category."""
    return rows[material.things[rows].any(axis=1)]


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of each picture of a source: captions or prompts, phrases (or none at all), categories shown."""

    texts: list[tuple[str, ...]]
    shown: list[set[str]]
    phrases: list[tuple[str, ...]] = field(default_factory=list)


def draw(seeds: range, side: int, close_ups: int = 0, report: Report = silent) -> tuple[Pixels, Told]:
    """Draws one scene for each seed, every so many-th a close-up (0: none) of each category in turn, squashed to
    `side` × `side`: pixels, and what is said of them."""
    block = np.empty((len(seeds), side, side, 3), dtype=np.uint8)
    told = Told([], [])
    for done, seed in enumerate(seeds):
        if close_ups and seed % close_ups == 0:
            category = scenes.categories()[seed // close_ups % len(scenes.categories())]
            scene = scenes.draw_close_up(category.name, seed, side)
        else:
            scene = scenes.draw_scene(seed, side)
        block[done] = np.asarray(scene.picture.convert("RGB").resize((side, side), resample=3), dtype=np.uint8)
        told.texts.append(scene.captions)
        told.phrases.append(scene.phrases)
        told.shown.append({thing.category for thing in scene.objects})
        if done % 100 == 0:
            report(Progress("drawing scenes", done, len(seeds)))
    return block, told


def from_scenes(source: Source, recipe: Recipe, seeds: range) -> Material:
    """The scenes of these seeds as material to train on, whole and without a teacher's word."""
    pixels, told = draw(seeds, source.side, source.close_ups)
    whole = views.draw_views(len(pixels), 1, source.seed)
    return _assemble(source, recipe, (pixels, whole), told, held_out=np.empty(0, dtype=np.int64))


def _assemble(
    source: Source,
    recipe: Recipe,
    seen: tuple[Pixels, Views],
    told: Told,
    *,
    held_out: NDArray[np.int64],
    answers: tuple[teacher.Answers | None, teacher.Answers | None] = (None, None),
    maps: teacher.Maps | None = None,
) -> Material:
    pixels, crops = seen
    texts, phrases = told.texts, told.phrases
    spoken = [text for own in (*texts, *phrases) for text in own]
    rows = _rows([*texts, *phrases])
    captioned = source.kind not in ("labels", *_MADE_OF_OTHERS)
    return Material(
        name=source.name,
        pixels=pixels,
        views=crops,
        answers=answers[0],
        classes=answers[1],
        maps=maps,
        # A backbone reads nothing.
        tokens=network.tokenise(spoken, recipe.model.context_length)
        if isinstance(recipe.model, ModelShape)
        else torch.zeros(len(spoken), 0, dtype=torch.int64),
        spoken=tuple(spoken),
        said=np.array([_number(text) for text in spoken], dtype=np.int64),
        texts_of=rows[: len(texts)],
        phrases_of=rows[len(texts) :],
        groups=np.arange(len(texts), dtype=np.int64) if captioned else _same_text(texts),
        offset=_number(f"{source.name} {source.kind}"),
        things=things.rows(told.shown),
        drawn=source.kind == "scenes",
        captioned=captioned,
        every_text=source.kind == "captions",
        trained=np.setdiff1d(np.arange(len(texts)), held_out),
        held_out=held_out,
        per_epoch=source.per_epoch,
    )


def _rows(texts: list[tuple[str, ...]]) -> tuple[NDArray[np.int64], ...]:
    """The numbers of each entry's texts when all are counted through."""
    counts = [len(own) for own in texts]
    return tuple(np.arange(end - count, end) for end, count in zip(np.cumsum(counts), counts, strict=True))


def _number(text: str) -> int:
    """A number that is the same for the same words in any source and run."""
    plain = text.lower().strip(" .").encode()
    return int.from_bytes(hashlib.blake2b(plain, digest_size=7).digest())


def _captioned(source: Source) -> tuple[list[PictureSource], Told]:
    if source.captions is None:
        raise TrainingError(f"Source {source.name}: `captions` is missing; it names a COCO captions file.")
    if source.kind == "texts":
        spoken = dataset.read_captions(source.captions)
        # A lone caption has no other sentence about the same picture to be matched with.
        texts = [tuple(caption.display for caption in own) for own in spoken.values() if len(own) > 1]
        return [], Told(texts, [things.told(own) for own in texts])
    if source.images is None:
        raise TrainingError(f"Source {source.name}: `images` is missing; it names the picture folder.")
    read = dataset.load_records(source.images, source.captions)
    records = [record for record in read.records if record.captions]
    if not records:
        raise TrainingError(
            f"Source {source.name}: {source.captions} has no caption for any picture in {source.images}."
        )
    texts = [tuple(caption.display for caption in record.captions) for record in records]
    pictures = [PictureSource(source.images / record.file_name) for record in records]
    return pictures, Told(texts, [things.told(own) for own in texts])


def _labelled(source: Source, everyday: Path | None) -> tuple[list[PictureSource], Told]:
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
    words = things.read_everyday(everyday) if everyday is not None else {}
    called = [[label, words[label]] if words.get(label, label) != label else [label] for label in labels]
    texts = [tuple(prompt.format(name) for name in names for prompt in _PROMPTS) for names in called]
    return pictures, Told(texts, [{words[label]} if label in words else set() for label in labels])


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


def _same_text(texts: list[tuple[str, ...]]) -> NDArray[np.int64]:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(own[0], len(numbers)) for own in texts], dtype=np.int64)
