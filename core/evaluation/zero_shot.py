"""How often a model names a picture's class when it is only told the classes' names: no example, no training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import errors, progress
from core.evaluation import intervals, metrics
from core.evaluation.intervals import Interval
from core.evaluation.labels import Labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Encode = Callable[[Sequence[str]], Vectors]

PROTOCOL = (
    "the name of every class put into each template and read as text; a picture is given the class whose text is "
    "nearest; right is a class that the picture shows; every picture with a class is asked about; the ensemble takes "
    "the mean of a class's texts; all in percent"
)
TEMPLATES = ("{}", "a photo of a {}.")
"""The prompts that are measured where none are named."""
CLIP_TEMPLATES = (
    "itap of a {}.",
    "a bad photo of the {}.",
    "a origami {}.",
    "a photo of the large {}.",
    "a {} in a video game.",
    "art of the {}.",
    "a photo of the small {}.",
)
"""The seven that OpenAI found to do nearly as well as all of their eighty (CLIP, notebooks/Prompt_Engineering)."""

ENSEMBLE = "all of them together"
MAX_TEMPLATES = 100
_BATCH = 64
_BLOCK = 1 << 24


@dataclass(frozen=True, slots=True)
class TemplateFigures:
    """One template, or `ENSEMBLE`: the share of pictures whose class is the first, or among the first five, that the
    model names; the mean of the former over classes; and the mean average precision when all pictures are ranked for
    each class. In percent."""

    template: str
    top1: float
    top5: float
    class_mean: float
    mean_average_precision: float
    top1_interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class ClassAccuracy:
    """One class by the last row of the templates: `top1` percent of its `pictures`, and the class most often named
    instead, empty when there is none."""

    name: str
    pictures: int
    top1: float
    mistaken_for: str


@dataclass(frozen=True, slots=True)
class ZeroShot:
    """`templates` ends with the ensemble where there are several. `chance` is the top-1 share of blind guessing."""

    pictures: int
    classes: int
    chance: float
    templates: tuple[TemplateFigures, ...]
    per_class: tuple[ClassAccuracy, ...]


def spoken(name: str) -> str:
    """A class as a person would write it: "joshua_tree" is "joshua tree"."""
    return " ".join(name.replace("_", " ").split())


def check_templates(templates: Sequence[str]) -> None:
    """Raise `QueryError` unless each has one place for the name."""
    if not 0 < len(templates) <= MAX_TEMPLATES:
        raise errors.QueryError(f"{len(templates)} prompt templates; expected 1 to {MAX_TEMPLATES}")
    for template in templates:
        if template.count("{}") != 1:
            raise errors.QueryError(
                f"the prompt template {template!r} needs one '{{}}' where the name of a class goes, "
                "as in 'a photo of a {}.'"
            )


def evaluate_zero_shot(
    vectors: Vectors,
    labels: Labels,
    encode: Encode,
    *,
    templates: Sequence[str] = TEMPLATES,
    resamples: int = 0,
    seed: int = 0,
    report: progress.Report = progress.silent,
) -> ZeroShot:
    """Classify the pictures of `vectors` `(n, dim)`; `encode` reads texts to unit rows of the same model.

    Raises `QueryError` for templates without a place for the name and for fewer than two classes.
    """
    check_templates(templates)
    rows = np.flatnonzero(labels.member.any(axis=1))
    if len(labels.classes) < 2:
        raise errors.QueryError(f"{len(labels.classes)} classes; zero-shot classification needs two or more")
    texts = _class_vectors([spoken(name) for name in labels.classes], templates, encode, report)  # (t, c, dim)
    if len(templates) > 1:
        mean = texts.mean(axis=0)
        texts = np.concatenate([texts, (mean / np.linalg.norm(mean, axis=1, keepdims=True))[None]])
    member = labels.member[rows]
    made = []
    for name, classes in zip([*templates, ENSEMBLE], texts, strict=False):
        scores = vectors[rows] @ classes.T  # (p, c)
        made.append(_figures(name, scores, member, resamples, seed))
        first = metrics.rank_order(scores, member)[:, 0]
    return ZeroShot(
        pictures=len(rows),
        classes=len(labels.classes),
        chance=round(float(100 * member.sum(axis=1).mean() / len(labels.classes)), 2),
        templates=tuple(made),
        per_class=_per_class(first, member, labels.classes),
    )


def _class_vectors(
    names: Sequence[str], templates: Sequence[str], encode: Encode, report: progress.Report
) -> NDArray[np.float32]:
    texts = [template.replace("{}", name) for template in templates for name in names]
    parts = []
    for start in range(0, len(texts), _BATCH):
        parts.append(encode(texts[start : start + _BATCH]))
        report(progress.Progress("Reading class names", min(start + _BATCH, len(texts)), len(texts), unit="texts"))
    read: NDArray[np.float32] = np.concatenate(parts).reshape(len(templates), len(names), -1)
    return read


def _figures(template: str, scores: Vectors, member: NDArray[np.bool_], resamples: int, seed: int) -> TemplateFigures:
    order = metrics.rank_order(scores, member)[:, :5]
    right = np.take_along_axis(member, order, axis=1)
    first = right[:, 0].astype(np.float64)
    of_class = [first[own].mean() for own in member.T if own.any()]
    asked = member.any(axis=0)
    precision = []
    size = max(1, _BLOCK // len(member))
    for start in range(0, member.shape[1], size):  # for every class all pictures in order
        own = member.T[start : start + size]
        ranked = np.take_along_axis(own, metrics.rank_order(scores.T[start : start + size], own), axis=1)
        precision.append(metrics.average_precision(ranked))
    ends = intervals.of_means(100 * first[:, None], np.arange(len(first)), resamples=resamples, seed=seed)
    return TemplateFigures(
        template,
        top1=round(100 * float(first.mean()), 2),
        top5=round(100 * float(right.any(axis=1).mean()), 2),
        class_mean=round(100 * float(np.mean(of_class)), 2),
        mean_average_precision=round(100 * float(np.concatenate(precision)[asked].mean()), 2),
        top1_interval=intervals.rounded(ends[0]) if ends else None,
    )


def _per_class(
    first: NDArray[np.int64], member: NDArray[np.bool_], classes: Sequence[str]
) -> tuple[ClassAccuracy, ...]:
    made = []
    for at, name in enumerate(classes):
        named = first[member[:, at]]
        if len(named):
            right = member[member[:, at], named]
            wrong = np.bincount(named[~right], minlength=len(classes))
            mistaken = classes[int(wrong.argmax())] if wrong.any() else ""
            made.append(ClassAccuracy(name, len(named), round(100 * float(right.mean()), 2), mistaken))
    return tuple(made)
