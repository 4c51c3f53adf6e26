"""The training loop: phases of epochs, recall after each, a checkpoint that a later run goes on from."""

from __future__ import annotations

import copy
import json
import math
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import TrainingError
from core.progress import Progress, Report
from core.training import curves, material, network, schedule, steps, teacher, validation
from core.training.recipe import Recipe

_STATE, _OPTIMISER, _COURSE = "state.pt", "optimiser.pt", "course.json"
_GRADIENT_LIMIT = 1.0
# The running average reads and writes every weight: at each step it would cost a tenth of a text phase.
_FOLLOW_EVERY = 4


@dataclass(slots=True)
class Course:
    """Where a run stands: `phase` and `epoch` are the next ones to do; `history` has one entry per finished epoch."""

    phase: int = 0
    epoch: int = 0
    best: float = -1.0
    history: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Run:
    """Everything a run works with. `average` follows `learner` and is what is judged and saved."""

    recipe: Recipe
    folder: Path
    materials: dict[str, material.Material]
    learner: steps.Apprentice
    average: steps.Apprentice
    course: Course
    report: Report


def train(recipe: Recipe, folder: Path, report: Report, *, cache: Path | None = None) -> Course:
    """Runs `recipe` in `folder`, going on from its last finished epoch where there is one.

    Writes `folder/best` (open_clip checkpoint folder of the epoch with the best recall on held-out pictures),
    `folder/last`, `folder/curves.json` (and `.png` where Matplotlib is installed) and `folder/state.pt`.
    Raises `TrainingError` when the loss stops being a number or the folder belongs to another recipe.
    """
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    teacher_dim = teacher.dimension(recipe.teacher) if recipe.teacher else 0
    learner = steps.Apprentice(network.create(recipe.model), teacher_dim, recipe.model.embed_dim)
    average = copy.deepcopy(learner).requires_grad_(False)
    course = _resume(folder, recipe, learner, average)
    if course.phase < len(recipe.phases) and course.epoch >= recipe.phases[course.phase].epochs:
        course.phase, course.epoch = course.phase + 1, 0  # the run was stopped right after a phase's last epoch
    materials = material.gather(recipe, course.phase, cache or folder / "cache", report)
    run = Run(recipe, folder, materials, learner, average, course, report)
    for number in range(course.phase, len(recipe.phases)):
        _run_phase(run, number)
        course.phase, course.epoch = number + 1, 0
    return course


def _run_phase(run: Run, number: int) -> None:
    phase, course = run.recipe.phases[number], run.course
    used = [run.materials[name] for name in phase.sources]
    optimiser = schedule.optimiser(run.learner, phase)
    per_epoch = sum(1 for _ in steps.batches(used, phase, np.random.default_rng(0)))
    if per_epoch == 0:
        raise TrainingError(f"Phase {number + 1}: fewer than {phase.batch} training pictures; lower its `batch`.")
    bank = steps.make_bank(run.average, used) if phase.kind == "distil" else None
    if course.epoch and (run.folder / _OPTIMISER).exists():
        optimiser.load_state_dict(torch.load(run.folder / _OPTIMISER, weights_only=True))
    elif number and course.epoch == 0:
        # A phase starts from what the one before was judged by.
        run.learner.load_state_dict(run.average.state_dict())
    for epoch in range(course.epoch, phase.epochs):
        began = time.perf_counter()
        loss = _run_epoch(run, number, epoch, per_epoch, optimiser=optimiser, bank=bank)
        recall = validation.recall(run.average, list(run.materials.values()), phase, run.recipe.model.image_size)
        course.history.append(
            {
                "phase": number + 1,
                "kind": phase.kind,
                "epoch": epoch + 1,
                "loss": round(loss, 4),
                "recall@10": recall,
                "seconds": round(time.perf_counter() - began, 1),
            }
        )
        course.epoch = epoch + 1
        mean = sum(recall.values()) / max(1, len(recall))
        # Nothing to keep before the image tower has learnt anything.
        if phase.kind != "text" and mean > course.best:
            course.best = mean
            network.save(run.average.model, run.recipe.model, run.folder / "best")
        _keep(run, optimiser)
        curves.write(run.folder, course.history)


def _run_epoch(
    run: Run, number: int, epoch: int, per_epoch: int, *, optimiser: torch.optim.Optimizer, bank: steps.Bank | None
) -> float:
    """One pass over the phase's sources; the mean loss."""
    phase = run.recipe.phases[number]
    rng = np.random.default_rng((run.recipe.seed, number, epoch))
    used = [run.materials[name] for name in phase.sources]
    total = 0.0
    run.learner.train()
    for step, parts in enumerate(steps.batches(used, phase, rng)):
        so_far = epoch * per_epoch + step
        schedule.set_rate(optimiser, phase, so_far, phase.epochs * per_epoch)
        optimiser.zero_grad(set_to_none=True)
        if phase.kind == "text":
            value = _backward(steps.text_loss(run.learner, parts, rng))
        elif bank is not None:
            value = _side_by_side(run.learner, parts, bank, phase.side, rng)
        else:
            value = _backward(steps.contrast_loss(run.learner, parts, phase.side, rng))
        if not math.isfinite(value):
            raise TrainingError(f"Phase {number + 1}, epoch {epoch + 1}: the loss is {value}; lower its `rate`.")
        nn.utils.clip_grad_norm_(run.learner.parameters(), _GRADIENT_LIMIT)
        optimiser.step()
        if step % _FOLLOW_EVERY == 0:
            schedule.follow(run.average, run.learner, schedule.decay(phase, so_far) ** _FOLLOW_EVERY)
        total += value
        run.report(Progress(f"{phase.kind} {epoch + 1}/{phase.epochs}", step + 1, per_epoch, unit="batches"))
    return total / per_epoch


def _backward(loss: Tensor) -> float:
    torch.autograd.backward(loss)
    return float(loss.detach())


def _side_by_side(
    learner: steps.Apprentice, parts: list[steps.Part], bank: steps.Bank, side: int, rng: np.random.Generator
) -> float:
    """A distillation step on two halves of the batch at once, one thread each.

    The loss is a mean over pictures, so halves may go apart; small convolutions gain nothing from a second thread
    inside (0.48 s against 0.42 s for 128 pictures of 64 pixels), and two halves side by side take half the time.
    """
    weights = [weight for weight in learner.parameters() if weight.requires_grad]

    def half(part: list[steps.Part], own: np.random.Generator) -> tuple[float, tuple[Tensor | None, ...]]:
        loss = steps.distil_loss(learner, part, bank, side, own)
        return float(loss.detach()), torch.autograd.grad(loss, weights, allow_unused=True)

    threads = torch.get_num_threads()
    torch.set_num_threads(max(1, threads // 2))
    try:
        with ThreadPoolExecutor(2) as pool:
            both = list(pool.map(half, steps.halves(parts), rng.spawn(2)))
    finally:
        torch.set_num_threads(threads)
    for weight, one, other in zip(weights, both[0][1], both[1][1], strict=True):
        if one is not None and other is not None:
            weight.grad = (one + other) / 2
    return (both[0][0] + both[1][0]) / 2


def _resume(folder: Path, recipe: Recipe, learner: nn.Module, average: nn.Module) -> Course:
    state, written = folder / _STATE, folder / _COURSE
    if not state.exists() or not written.exists():
        return Course()
    kept = json.loads(written.read_text(encoding="utf-8"))
    if kept["model"] != asdict(recipe.model):
        raise TrainingError(
            f"{folder} holds a run of another model ({kept['model']}); this recipe's is {asdict(recipe.model)}. "
            "Choose an empty folder."
        )
    weights = torch.load(state, weights_only=True)
    learner.load_state_dict(weights["learner"])
    average.load_state_dict(weights["average"])
    return Course(**kept["course"])


def _keep(run: Run, optimiser: torch.optim.Optimizer) -> None:
    """What a later run goes on from. The course comes last: until it is there, the epoch counts as not done."""
    network.save(run.average.model, run.recipe.model, run.folder / "last")
    weights = {"learner": run.learner.state_dict(), "average": run.average.state_dict()}
    for name, value in ((_STATE, weights), (_OPTIMISER, optimiser.state_dict())):
        torch.save(value, run.folder / f".{name}")
        (run.folder / f".{name}").replace(run.folder / name)
    written = json.dumps({"model": asdict(run.recipe.model), "course": asdict(run.course)}, indent=1)
    (run.folder / f".{_COURSE}").write_text(written + "\n", encoding="utf-8")
    (run.folder / f".{_COURSE}").replace(run.folder / _COURSE)
