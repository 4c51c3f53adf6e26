"""The training loop: phases of epochs, recall after each, a checkpoint that a later run goes on from."""

from __future__ import annotations

import copy
import json
import math
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import TrainingError
from core.progress import Progress, Report
from core.training import (
    apprentice,
    batches,
    classes,
    curves,
    drawing,
    hints,
    losses,
    material,
    mimicry,
    probing,
    projections,
    schedule,
    steps,
    students,
    targets,
    teacher,
    things,
)
from core.training.recipe import Phase, Recipe

_STATE, _OPTIMISER, _COURSE, _BEGUN = "state.pt", "optimiser.pt", "course.json", "begun.pt"
_GRADIENT_LIMIT = 1.0
# The running average reads and writes every weight: at each step it would cost a tenth of a text phase.
_FOLLOW_EVERY = 4
_HALVED_FROM = 16


@dataclass(slots=True)
class Course:
    """Where a run stands: `phase` and `epoch` are the next ones to do; `history` has one entry per finished epoch."""

    phase: int = 0
    epoch: int = 0
    best: float = -1.0
    history: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Start:
    """A new run that begins with the weights of `checkpoint` (a folder such as a run's `best`) at phase number
    `phase`, counted from 0."""

    checkpoint: Path
    phase: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """Everything a run works with. `average` follows `learner` and is what is judged and saved."""

    recipe: Recipe
    folder: Path
    materials: dict[str, material.Material]
    learner: students.Student
    average: students.Student
    course: Course
    report: Report
    supplies: dict[str, drawing.Supply]


def train(
    recipe: Recipe, folder: Path, report: Report, *, start: Start | None = None, cache: Path | None = None
) -> Course:
    """Runs `recipe` in `folder`, going on from its last finished epoch where there is one; a new run begins with
    random weights, or where `start` says. `cache` keeps packed pictures and teachers' answers (`folder/cache`); runs
    over the same sources may share it.

    Writes `folder/best` (open_clip checkpoint folder of the epoch with the best recall on held-out pictures),
    `folder/last`, `folder/curves.json` (and `.png` where Matplotlib is installed) and `folder/state.pt`.
    Raises `TrainingError` when the loss stops being a number or the folder belongs to another recipe.
    """
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    course = _course(folder, recipe) or Course(phase=start.phase if start else 0)
    if course.phase < len(recipe.phases) and course.epoch >= recipe.phases[course.phase].epochs:
        course.phase, course.epoch = course.phase + 1, 0  # the run was stopped right after a phase's last epoch
    materials = material.gather(recipe, course.phase, cache or folder / "cache", report)
    learner = students.create(recipe, materials)
    if start is not None:
        students.load(learner, recipe, start.checkpoint)
    average = copy.deepcopy(learner).requires_grad_(False)
    if course.history:
        _restore(folder, learner, average)
    with ExitStack() as stack:
        supplies = {
            source.name: stack.enter_context(drawing.Supply(source, recipe))
            for source in recipe.sources
            if source.fresh and source.name in materials
        }
        run = Run(recipe, folder, materials, learner, average, course, report, supplies)
        for number in range(course.phase, len(recipe.phases)):
            _run_phase(run, number)
            course.phase, course.epoch = number + 1, 0
    return course


def _materials(run: Run, number: int, epoch: int) -> list[material.Material]:
    """What this epoch is made of; the drawing of the next one's scenes begins."""
    phases = run.recipe.phases
    done = sum(phase.epochs for phase in phases[:number]) + epoch
    after = number if epoch + 1 < phases[number].epochs else number + 1
    used = []
    for name in phases[number].sources:
        supply = run.supplies.get(name)
        used.append(supply.take(done) if supply else run.materials[name])
    for name in phases[after].sources if after < len(phases) else ():
        if name in run.supplies:
            run.supplies[name].ahead(done + 1)
    return used


def _run_phase(run: Run, number: int) -> None:
    phase, course = run.recipe.phases[number], run.course
    optimiser = schedule.optimiser(run.learner, phase)
    if course.epoch and (run.folder / _OPTIMISER).exists():
        optimiser.load_state_dict(torch.load(run.folder / _OPTIMISER, weights_only=True))
    elif number and course.epoch == 0:
        # A phase starts from what the one before was judged by.
        run.learner.load_state_dict(run.average.state_dict())
    if phase.from_start and course.epoch == 0:
        _save(run.average.state_dict(), run.folder / _BEGUN)
    bank = standing = None
    for epoch in range(course.epoch, phase.epochs):
        began = time.perf_counter()
        used = _materials(run, number, epoch)
        if phase.kind == "hints":
            loss = _solve_tower(run, number, used)
        else:
            # While the text tower stands still, so do the captions' embeddings.
            if isinstance(run.average, apprentice.Apprentice) and (bank is None or phase.kind == "contrast"):
                used_here = [run.materials[name] for name in phase.sources]
                bank = targets.make_bank(run.average, used_here, _class_names(run.recipe, phase))
            if phase.kind == "projections" and standing is None:
                assert isinstance(run.average, apprentice.Apprentice)
                assert bank is not None
                standing = projections.stand(run.average, used, bank, phase, run.report)
            if phase.kind == "distil" and not any(entry["kind"] == "distil" for entry in course.history):
                assert isinstance(run.learner, apprentice.Apprentice)
                probing.probe(run.learner, used, phase, np.random.default_rng((run.recipe.seed, number)), run.report)
                run.average.load_state_dict(run.learner.state_dict())
            loss = _run_epoch(run, number, epoch, used, optimiser=optimiser, bank=bank, standing=standing)
        if phase.from_start and epoch + 1 == phase.epochs:
            begun = torch.load(run.folder / _BEGUN, weights_only=True)
            schedule.mix(run.average, begun, phase.from_start)
        reached = students.judge(run.average, run.recipe, list(run.materials.values()), phase)
        course.history.append(
            {
                "phase": number + 1,
                "kind": phase.kind,
                "epoch": epoch + 1,
                "loss": round(loss, 4),
                **reached,
                "seconds": round(time.perf_counter() - began, 1),
            }
        )
        course.epoch = epoch + 1
        figures = [value for own in reached.values() for value in own.values()]
        mean = sum(figures) / max(1, len(figures))
        if len(course.history) > 1 and _measured(course.history[-2]) != _measured(course.history[-1]):
            course.best = -1.0  # a mean of other figures says nothing about this one
        # Nothing to keep before the image tower has learnt anything.
        if phase.kind != "text" and mean > course.best:
            course.best = mean
            students.save(run.average, run.recipe, run.folder / "best")
        # What stands in a phase of projections is where it began: one that was stopped begins anew.
        if standing is None or course.epoch == phase.epochs:
            _keep(run, optimiser)
        curves.write(run.folder, course.history)


def _measured(entry: dict[str, Any]) -> set[tuple[str, str]]:
    """What an epoch was judged by: measures and sources."""
    return {(measure, source) for measure, own in entry.items() if isinstance(own, dict) for source in own}


def _class_names(recipe: Recipe, phase: Phase) -> list[str]:
    """What the classifier's classes are called, where the phase goes by it."""
    if not (phase.classes or phase.guessed):
        return []
    assert recipe.classifier is not None  # recipe.check sees to both
    assert recipe.class_names is not None
    everyday = things.read_everyday(recipe.everyday) if recipe.everyday else {}
    return classes.read_names(recipe.class_names, everyday, teacher.dimension(recipe.classifier))


def _solve_tower(run: Run, number: int, used: list[material.Material]) -> float:
    assert isinstance(run.learner, apprentice.Apprentice)
    assert run.recipe.teacher is not None
    guide = hints.Guide(run.recipe.teacher, run.learner.model.visual.trunk)
    error = hints.teach(guide, used, np.random.default_rng((run.recipe.seed, number)), run.report)
    hints.take_projection(run.learner)
    run.average.load_state_dict(run.learner.state_dict())
    return error


def _run_epoch(
    run: Run,
    number: int,
    epoch: int,
    used: list[material.Material],
    *,
    optimiser: torch.optim.Optimizer,
    bank: targets.Bank | None,
    standing: projections.Standing | None = None,
) -> float:
    """One pass over the phase's sources; the mean loss."""
    phase = run.recipe.phases[number]
    per_epoch = batches.count(used, phase)
    if per_epoch == 0:
        raise TrainingError(f"Phase {number + 1}: fewer than {phase.batch} training pictures; lower its `batch`.")
    rng = np.random.default_rng((run.recipe.seed, number, epoch))
    total = 0.0
    # Forgotten after each epoch, so that a resumed run sees what an uninterrupted one does.
    earlier: losses.Pairs | None = None
    run.learner.train()
    seen = replace(phase, side=schedule.side(phase, epoch))
    for step, parts in enumerate(batches.batches(used, phase, rng)):
        so_far = epoch * per_epoch + step
        schedule.set_rate(optimiser, phase, so_far, phase.epochs * per_epoch)
        optimiser.zero_grad(set_to_none=True)
        if isinstance(run.learner, apprentice.Apprentice) and phase.kind in ("text", "projections"):
            loss = (
                steps.text_loss(run.learner, parts, phase, rng)
                if standing is None
                else projections.loss(run.learner, parts, standing, phase, rng)
            )
            torch.autograd.backward(loss)
            value = float(loss.detach())
        else:
            value, pairs = _side_by_side(run.learner, parts, seen, rng, bank=bank, earlier=earlier)
            if pairs and phase.queue:
                earlier = losses.joined([earlier, *pairs] if earlier else pairs, phase.queue)
        if not math.isfinite(value):
            raise TrainingError(f"Phase {number + 1}, epoch {epoch + 1}: the loss is {value}; lower its `rate`.")
        nn.utils.clip_grad_norm_(run.learner.parameters(), _GRADIENT_LIMIT)
        optimiser.step()
        if step % _FOLLOW_EVERY == 0:
            schedule.follow(run.average, run.learner, schedule.decay(phase, so_far) ** _FOLLOW_EVERY)
        total += value
        run.report(Progress(f"{phase.kind} {epoch + 1}/{phase.epochs}", step + 1, per_epoch, unit="batches"))
    return total / per_epoch


def _side_by_side(
    learner: students.Student,
    parts: list[batches.Part],
    phase: Phase,
    rng: np.random.Generator,
    *,
    bank: targets.Bank | None,
    earlier: losses.Pairs | None,
) -> tuple[float, list[losses.Pairs]]:
    """A step on two halves of the batch at once, one thread each: the mean loss, and the pairs to remember. A batch too
    small to be halved (batch normalisation needs several pictures) is taken whole.

    Small convolutions gain nothing from a second thread inside (0.48 s against 0.42 s for 128 pictures of 64 pixels),
    and two halves side by side take half the time.
    """
    weights = [weight for weight in learner.parameters() if weight.requires_grad]

    def half(
        part: list[batches.Part], own: np.random.Generator
    ) -> tuple[float, tuple[Tensor | None, ...], losses.Pairs | None]:
        pairs = None
        if isinstance(learner, mimicry.Apprentice):
            loss = mimicry.loss(learner, part, phase, own)
        else:
            assert bank is not None
            lesson = steps.distil_loss if phase.kind == "distil" else steps.contrast_loss
            loss, pairs = lesson(learner, part, bank, phase, own, earlier=earlier)
        return float(loss.detach()), torch.autograd.grad(loss, weights, allow_unused=True), pairs

    shares = batches.halves(parts) if phase.batch >= _HALVED_FROM else [parts]
    threads = torch.get_num_threads()
    torch.set_num_threads(max(1, threads // len(shares)))
    try:
        with ThreadPoolExecutor(len(shares)) as pool:
            done = list(pool.map(half, shares, rng.spawn(len(shares))))
    finally:
        torch.set_num_threads(threads)
    for weight, *gradients in zip(weights, *(gradients for _, gradients, _ in done), strict=True):
        known = [gradient for gradient in gradients if gradient is not None]
        if known:
            weight.grad = sum(known[1:], known[0]) / len(shares)
    return sum(loss for loss, _, _ in done) / len(shares), [pairs for _, _, pairs in done if pairs is not None]


def _course(folder: Path, recipe: Recipe) -> Course | None:
    written = folder / _COURSE
    if not (folder / _STATE).exists() or not written.exists():
        return None
    kept = json.loads(written.read_text(encoding="utf-8"))
    if kept["model"] != asdict(recipe.model):
        raise TrainingError(
            f"{folder} holds a run of another model ({kept['model']}); this recipe's is {asdict(recipe.model)}. "
            "Choose an empty folder."
        )
    return Course(**kept["course"])


def _restore(folder: Path, learner: nn.Module, average: nn.Module) -> None:
    weights = torch.load(folder / _STATE, weights_only=True)
    learner.load_state_dict(weights["learner"])
    average.load_state_dict(weights["average"])


def _save(value: dict[str, Any], target: Path) -> None:
    partial = target.with_name(f".{target.name}")
    torch.save(value, partial)
    partial.replace(target)


def _keep(run: Run, optimiser: torch.optim.Optimizer) -> None:
    """What a later run goes on from. The course comes last: until it is there, the epoch counts as not done."""
    students.save(run.average, run.recipe, run.folder / "last")
    weights = {"learner": run.learner.state_dict(), "average": run.average.state_dict()}
    for name, value in ((_STATE, weights), (_OPTIMISER, optimiser.state_dict())):
        _save(value, run.folder / name)
    written = json.dumps({"model": asdict(run.recipe.model), "course": asdict(run.course)}, indent=1)
    (run.folder / f".{_COURSE}").write_text(written + "\n", encoding="utf-8")
    (run.folder / f".{_COURSE}").replace(run.folder / _COURSE)
