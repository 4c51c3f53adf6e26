"""What a training run is made of, read from a TOML file or built from the command line's few options."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar

from core.errors import ConfigurationError
from core.training import views as crops

SourceKind = Literal["captions", "labels", "texts", "scenes", "placed", "pasted"]


@dataclass(frozen=True, slots=True)
class ModelShape:
    """An open_clip model: a timm image tower, average pooling, one linear layer, and a causal text transformer."""

    image_tower: str = "regnety_002"
    image_size: int = 128
    embed_dim: int = 256
    text_width: int = 192
    text_heads: int = 6
    text_layers: int = 3
    context_length: int = 48


@dataclass(frozen=True, slots=True)
class BackboneShape:
    """A timm network without its last layer, for pictures alone; `arguments` are its constructor's."""

    architecture: str
    image_size: int = 128
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """One set of training material.

    `captions`: a COCO captions file with its picture folder. `labels`: class folders, a zip of class folders, or files
    named `<id>_<label>.<ext>`; classes in `leave_out` are not used. `texts`: a COCO captions file without pictures.
    `scenes`: `count` drawn scenes from `first_seed` on, every `close_ups`-th of them a close-up of one thing (0:
    none); with `fresh`, `count` others in every epoch. `placed`: `count` pictures, each a photo of the labelled sources
    `of` (a source named twice is taken twice as often) that shows a known category, smaller, before one of the
    captions source `before`. `pasted`: `count` pictures, each a drawn thing in any light and with any surface before a
    photo of the captions source `before`; no teacher is asked about them. Pictures are packed at `side` pixels; the
    teachers see `views` crops of each, which cover `smallest` to 1 of its area; the last `mixed` of them are blended
    with another picture. `hold_out` pictures, evenly spread (or the first ones of fresh scenes and of pictures made of
    others), are never trained on: they are the validation part. `seed` decides the crops; `taught = false` spares the
    teachers a source that has enough to say for itself, `classified = false` only the classifier; with `maps` the first
    teacher's last maps are hints too (75 KB of disk a view; distil, contrast and mimic phases). `per_epoch` takes that
    many pictures of the source into an epoch, others each time; 0 takes all.
    """

    name: str
    kind: SourceKind
    images: Path | None = None
    captions: Path | None = None
    side: int = 160
    views: int = 1
    mixed: int = 0
    smallest: float = crops.SMALLEST
    hold_out: int = 0
    seed: int = 0
    taught: bool = True
    classified: bool = True
    maps: bool = False
    leave_out: tuple[str, ...] = ()
    count: int = 0
    first_seed: int = 0
    close_ups: int = 0
    fresh: bool = False
    of: tuple[str, ...] = ()
    before: str = ""
    per_epoch: int = 0


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of training: `epochs` over `sources` with pictures of `side` pixels, learning rate `rate` at its peak
    (cosine decay to a hundredth after a linear warm-up), `batch` pictures a step.

    `text`: the teacher's features stand in for the image tower, and the text tower learns to describe them.
    `hints`: the image tower, built like the teacher, is solved layer by layer for what the teacher's layers give, in
    one epoch; its last linear layer is taken from the text phase. Uses none of the numbers below.
    `distil`: the image tower learns to put each view where the teacher's would be, and near its own captions.
    `projections`: the last linear layers of both towers learn where photos, drawings and texts belong, from whole
    pictures that the towers below see once; `batch` can be in the thousands.
    `contrast`: both towers learn together from pictures and captions; like `projections` it needs no teacher.
    `mimic`: a backbone learns labels, the teacher's features and neighbourhoods, and the classifier's answers.
    `queue`: how many pairs of earlier batches stay as further negatives. `text_rate`: the text tower's share of `rate`
    (text, projections and contrast). `bfloat16`: the image tower computes in half the digits, up to twice as fast on a
    processor that has the instructions and slower on others (all kinds but text and hints). `naming`: the share that
    the bare names of what pictures show have in the loss (text, distil and projections), `across` that of photos and
    drawings of the same things (distil, projections and contrast), `guessed` that of photos and drawings of what the
    classifier takes the photos for (distil and projections), `called` that of photos and drawings of what the
    model itself calls the photos (distil and projections), `classes` that of what the classifier says, by the
    names of its classes, `guesses` that of both teachers' answers as linear guesses from the tower's own features,
    `maps` that of the first teacher's maps where sources keep them (all three distil and contrast).
    `coarse`: the share of pictures shown as if they had half as many pixels a side, so that a source of small pictures
    is not known by its blur; `flat` that of photos shown as if painted in a few strokes (both distil). `first_side`:
    pictures begin with so many pixels a side and grow to `side` over the first two thirds of the epochs (progressive
    resizing, arXiv 2104.00298; distil, contrast and mimic).
    `from_start`: the share that the weights a phase begins with have in those it ends with (WiSE-FT,
    arXiv 2109.01903).
    """

    kind: Literal["text", "hints", "distil", "projections", "contrast", "mimic"]
    epochs: int
    sources: tuple[str, ...]
    side: int = 128
    first_side: int = 0
    batch: int = 128
    rate: float = 1e-3
    weight_decay: float = 0.05
    text_rate: float = 1.0
    queue: int = 0
    average: float = 0.999
    bfloat16: bool = False
    naming: float = 0.5
    across: float = 2.0
    guessed: float = 0.0
    called: float = 0.0
    classes: float = 0.0
    guesses: float = 1.0
    maps: float = 1.0
    coarse: float = 0.0
    flat: float = 0.0
    from_start: float = 0.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole training run. Recall on the pictures that its sources hold out picks the best checkpoint. `teacher` gives
    features, `classifier` the probabilities of classes; both are TFLite models. `everyday` is a TOML file with a list
    of class names for each category that a person would call them by (`docs/recipes/everyday.toml`). `class_names` is
    a text file with the names of the classifier's classes, a line each, several names apart by commas."""

    model: ModelShape | BackboneShape
    sources: tuple[Source, ...]
    phases: tuple[Phase, ...]
    teacher: Path | None = None
    classifier: Path | None = None
    everyday: Path | None = None
    class_names: Path | None = None
    seed: int = 0


def read_recipe(path: Path) -> Recipe:
    """Reads a recipe; relative paths in it start from its own folder.

    Raises `ConfigurationError` naming the table and key that is unknown, missing or of the wrong kind.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"Recipe {path} cannot be read: {error}.") from error
    base = path.parent
    known = {"model", "backbone", "source", "phase", "teacher", "classifier", "everyday", "class_names", "seed"}
    if unknown := sorted(set(table) - known):
        raise ConfigurationError(f"Recipe {path}: unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}.")
    sources = tuple(_read(Source, entry, f"source {n + 1}", base) for n, entry in enumerate(table.get("source", ())))
    phases = tuple(_read(Phase, entry, f"phase {n + 1}", base) for n, entry in enumerate(table.get("phase", ())))
    recipe = Recipe(
        model=_read(BackboneShape, table["backbone"], "backbone", base)
        if "backbone" in table
        else _read(ModelShape, table.get("model", {}), "model", base),
        sources=sources,
        phases=phases,
        teacher=base / table["teacher"] if "teacher" in table else None,
        classifier=base / table["classifier"] if "classifier" in table else None,
        everyday=base / table["everyday"] if "everyday" in table else None,
        class_names=base / table["class_names"] if "class_names" in table else None,
        seed=int(table.get("seed", 0)),
    )
    check(recipe)
    return recipe


def check(recipe: Recipe) -> None:
    """Raises `ConfigurationError` for a recipe that names a source it does not have or needs a teacher it lacks."""
    names = [source.name for source in recipe.sources]
    if not recipe.phases:
        raise ConfigurationError("The recipe has no [[phase]]: nothing would be trained.")
    kinds = {source.name: source.kind for source in recipe.sources}
    held_out = {source.name: source.hold_out for source in recipe.sources}
    for source in recipe.sources:
        if not 0 < source.smallest <= 1:
            raise ConfigurationError(
                f"Source {source.name}: `smallest` is the least share of a picture's area that a crop covers, above 0 "
                f"and up to 1; it is {source.smallest}."
            )
        if source.kind in ("placed", "pasted") and source.hold_out and held_out.get(source.before) == 0:
            raise ConfigurationError(
                f"Source {source.name} holds out {source.hold_out} pictures, which are made of held-out ones; "
                f"{source.before} holds out none. Set its `hold_out`."
            )
        if source.kind == "pasted" and kinds.get(source.before) != "captions":
            raise ConfigurationError(
                f"Source {source.name}: `before` must name a source of kind captions; the recipe has "
                f"{', '.join(f'{name} ({kind})' for name, kind in kinds.items())}."
            )
        if source.kind != "placed":
            continue
        if not source.of or kinds.get(source.before) != "captions" or any(kinds.get(n) != "labels" for n in source.of):
            raise ConfigurationError(
                f"Source {source.name}: `of` must name sources of kind labels and `before` one of kind captions; the "
                f"recipe has {', '.join(f'{name} ({kind})' for name, kind in kinds.items())}."
            )
    for number, phase in enumerate(recipe.phases, 1):
        for wanted in phase.sources:
            if wanted not in names:
                raise ConfigurationError(f"Phase {number} wants source {wanted!r}; the recipe has {', '.join(names)}.")
        if (phase.kind == "mimic") != isinstance(recipe.model, BackboneShape):
            raise ConfigurationError(
                f"Phase {number} ({phase.kind}): mimic phases are for a [backbone], the other kinds for a [model]."
            )
        for share in ("classes", "guessed"):
            if getattr(phase, share) and (recipe.classifier is None or recipe.class_names is None):
                raise ConfigurationError(
                    f"Phase {number} wants `{share}`, by the names of the classifier's classes; set `classifier` and "
                    "`class_names` in the recipe."
                )
        if phase.first_side > phase.side or phase.first_side < 0:
            raise ConfigurationError(
                f"Phase {number} ({phase.kind}): pictures grow from first_side {phase.first_side} to side "
                f"{phase.side}; the first must be the smaller one (or 0 for no growth)."
            )
        if phase.kind == "hints" and phase.epochs != 1:
            raise ConfigurationError(f"Phase {number} (hints) solves each layer once: set `epochs = 1`.")
        if phase.kind in ("text", "hints", "distil", "mimic") and recipe.teacher is None:
            raise ConfigurationError(f"Phase {number} ({phase.kind}) needs a teacher; set `teacher` in the recipe.")


Table = TypeVar("Table")


def _read(cls: type[Table], entry: dict[str, Any], where: str, base: Path) -> Table:
    known = {one.name for one in fields(cls)}  # type: ignore[arg-type]
    if unknown := sorted(set(entry) - known):
        raise ConfigurationError(f"Recipe, {where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}.")
    values = {
        key: base / value if key in ("images", "captions") else tuple(value) if isinstance(value, list) else value
        for key, value in entry.items()
    }
    try:
        return cls(**values)
    except TypeError as error:
        raise ConfigurationError(f"Recipe, {where}: {error}.") from error


def plain_recipe(images: Path, captions: Path, pictures: int, *, epochs: int, batch: int, rate: float) -> Recipe:
    """The recipe of `train --images --captions`: one source, both towers from nothing, a tenth of the `pictures` (at
    most 500) held out. Small sets get small batches, so that an epoch has at least four steps."""
    held_out = min(500, max(1, pictures // 10))
    source = Source("captions", "captions", images.resolve(), captions.resolve(), views=8, hold_out=held_out)
    fitting = max(2, min(batch, (pictures - held_out) // 4))
    phase = Phase("contrast", epochs, (source.name,), batch=fitting, rate=rate)
    return Recipe(model=ModelShape(), sources=(source,), phases=(phase,))
