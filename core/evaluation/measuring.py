"""One run: what is to be measured of a collection, the figures, and everything needed to repeat it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import core
from core import errors, progress, threads
from core.encoder.contract import EncoderSpec
from core.evaluation import captions, classes, index_quality, intervals, labels, published, zero_shot
from core.evaluation.captions import RetrievalReport
from core.evaluation.classes import ClassRetrieval
from core.evaluation.index_quality import IndexQuality
from core.evaluation.published import Beside
from core.evaluation.zero_shot import ZeroShot

if TYPE_CHECKING:
    from core.encoder import Encoder
    from core.store import Store

FORMAT_VERSION = 1
_LIBRARIES = ("numpy", "faiss-cpu", "torch", "open_clip_torch", "timm")


class Part(StrEnum):
    """What can be measured."""

    CAPTIONS = "captions"
    CLASSES = "classes"
    ZERO_SHOT = "zero-shot"
    INDEX = "index"


PROTOCOLS: Mapping[Part, str] = {
    Part.CAPTIONS: captions.PROTOCOL,
    Part.CLASSES: classes.PROTOCOL,
    Part.ZERO_SHOT: zero_shot.PROTOCOL,
    Part.INDEX: index_quality.PROTOCOL,
}
"""How each part is measured, in one sentence that belongs beside its figures."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`seed` decides the split, the redrawn queries and the pictures that ask the indexes; `resamples` 0 asks for no
    intervals; `k` is that of the index's recall; `data_set` is a key of `published.DATA_SETS` where the caller says
    that the collection is that test set, else empty."""

    parts: tuple[Part, ...] = (Part.CAPTIONS, Part.CLASSES)
    seed: int = 0
    resamples: int = intervals.RESAMPLES
    query_share: float = labels.QUERY_SHARE
    templates: tuple[str, ...] = zero_shot.TEMPLATES
    k: int = 10
    data_set: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """Which version of which collection: `files` is one sum over the sums of all its files."""

    name: str
    title: str
    pictures: int
    captions: int
    created_at: str
    changed_at: str
    files: str
    encoder: EncoderSpec
    text_encoder: EncoderSpec | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation. `left_out` says why a part that was asked for has no figures. `started_at` is UTC in ISO form,
    `versions` those of the program, Python and the libraries, `machine` the system and the threads in force."""

    run_id: str
    started_at: str
    seconds: float
    collection: Measured
    settings: Settings
    command: str
    versions: Mapping[str, str]
    machine: Mapping[str, str]
    captions: RetrievalReport | None = None
    classes: ClassRetrieval | None = None
    zero_shot: ZeroShot | None = None
    index: IndexQuality | None = None
    published: tuple[Beside, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    format_version: int = FORMAT_VERSION


def cannot_measure(opened: Store) -> dict[Part, str]:
    """The parts that a collection cannot be measured by, each with the reason."""
    found: dict[Part, str] = {}
    if not opened.caption_index.count:
        found[Part.CAPTIONS] = "the collection has no captions that a model read"
    known = labels.labels_of(opened.records)
    if not (known.member.sum(axis=0) > 1).any():
        found[Part.CLASSES] = "no class has two pictures: build with --labels-from-folders or --instances"
    if len(known.classes) < 2:
        found[Part.ZERO_SHOT] = (
            "there are no two classes to choose from: build with --labels-from-folders or --instances"
        )
    elif not opened.one_space:
        found[Part.ZERO_SHOT] = f"{opened.manifest.encoder.model} encodes pictures only, so it cannot read class names"
    if len(opened.records) < index_quality.LEAST:
        found[Part.INDEX] = f"fewer than {index_quality.LEAST} pictures say nothing about an index"
    return found


def measure(
    opened: Store,
    settings: Settings,
    *,
    reader: Callable[[], Encoder],
    report: progress.Report = progress.silent,
) -> Run:
    """Measure what `settings` ask for. `reader` loads the model that reads texts; only zero-shot classification calls
    it. Parts that the collection does not allow are left out with the reason.

    Raises `QueryError` for settings that cannot be, and where nothing at all can be measured.
    """
    _check(opened, settings)
    impossible = cannot_measure(opened)
    wanted = [part for part in settings.parts if part not in impossible]
    left_out = {part.value: impossible[part] for part in settings.parts if part in impossible}
    if not wanted:
        raise errors.QueryError(
            f"nothing can be measured of {opened.manifest.name!r}: "
            + "; ".join(f"{part}: {reason}" for part, reason in left_out.items())
        )
    started, began = datetime.now(UTC), time.perf_counter()
    seed, resamples = settings.seed, settings.resamples
    vectors = opened.image_index.vectors()
    recall = found = named = index = None
    beside: tuple[Beside, ...] = ()
    if Part.CAPTIONS in wanted:
        recall = captions.evaluate_store(opened, resamples=resamples, seed=seed, report=report)
        if settings.data_set:
            beside = published.beside(recall, opened.manifest.encoder, settings.data_set)
    if Part.CLASSES in wanted:
        found = classes.evaluate_classes(
            opened, share=settings.query_share, seed=seed, resamples=resamples, report=report
        )
    if Part.ZERO_SHOT in wanted:
        report(progress.Progress("Loading the model", 0, 0, unit="texts"))
        known = labels.labels_of(opened.records)
        named = zero_shot.evaluate_zero_shot(
            vectors,
            known,
            reader().encode_texts,
            templates=settings.templates,
            resamples=resamples,
            seed=seed,
            report=report,
        )
    if Part.INDEX in wanted:
        index = index_quality.evaluate_index(vectors, k=settings.k, seed=seed, report=report)
    return Run(
        run_id=f"{started:%Y%m%dT%H%M%S%f}-{opened.manifest.name}",
        started_at=started.isoformat(timespec="seconds"),
        seconds=round(time.perf_counter() - began, 2),
        collection=_identity(opened),
        settings=settings,
        command=command(opened.manifest.name, settings),
        versions=_versions(),
        machine={"system": f"{platform.system()} {platform.machine()}", "threads": str(threads.in_force().threads)},
        captions=recall,
        classes=found,
        zero_shot=named,
        index=index,
        published=beside,
        left_out=left_out,
    )


def command(name: str, settings: Settings) -> str:
    """The command that measures the same again."""
    usual = Settings()
    words = ["python", "-m", "core", "evaluate", name]
    if settings.parts != usual.parts:
        words += ["--only", *settings.parts]
    for option, value, default in (
        ("--seed", settings.seed, usual.seed),
        ("--resamples", settings.resamples, usual.resamples),
        ("--query-share", settings.query_share, usual.query_share),
        ("-k", settings.k, usual.k),
        ("--data-set", settings.data_set, usual.data_set),
    ):
        if value != default:
            words += [option, f"{value}"]
    if settings.templates != usual.templates:
        words += [f"--template={template}" for template in settings.templates]
    return shlex.join(words)


def _check(opened: Store, settings: Settings) -> None:
    labels.check_share(settings.query_share)
    zero_shot.check_templates(settings.templates)
    if not settings.parts:
        raise errors.QueryError(f"nothing to measure was named; choose from {', '.join(Part)}")
    if not 0 <= settings.resamples <= 100_000 or not 0 <= settings.seed < 1 << 32 or not 1 <= settings.k <= 1000:
        raise errors.QueryError(
            f"seed {settings.seed}, resamples {settings.resamples}, k {settings.k}: expected a seed from 0 below 2^32, "
            "0 to 100,000 resamples and a k from 1 to 1,000"
        )
    if settings.data_set:
        published.check(settings.data_set, len(opened.records), opened.caption_index.count)


def _identity(opened: Store) -> Measured:
    manifest = opened.manifest
    sums = "\n".join(f"{path} {stated.sha256}" for path, stated in sorted(manifest.files.items()))
    return Measured(
        name=manifest.name,
        title=manifest.title,
        pictures=len(opened.records),
        captions=len(opened.captions),
        created_at=manifest.created_at,
        changed_at=manifest.changed_at,
        files=hashlib.sha256(sums.encode()).hexdigest(),
        encoder=manifest.encoder,
        text_encoder=manifest.text_encoder.spec if manifest.text_encoder else None,
    )


def _versions() -> dict[str, str]:
    found = {"coco-lens": core.__version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
