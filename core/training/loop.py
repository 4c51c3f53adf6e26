"""The training loop: phases of epochs, recall after each, a checkpoint that a later run goes on from."""

from __future__ import annotations

import copy
import json
import math
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from core.errors import TrainingError
from core.progress import Progress, Report
from core.training import curves, material, network, steps, validation
from core.training.recipe import Phase, Recipe

_WARM_UP = 0.05
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


def train(recipe: Recipe, folder: Path, report: Report, *, cache: Path | None = None) -> Course:
    """Runs `recipe` in `folder`, going on from its last finished epoch where there is one.

    Writes `folder/best` (open_clip checkpoint folder of the epoch with the best recall on held-out pictures),
    `folder/last`, `folder/curves.json` (and `.png` where Matplotlib is installed) and `folder/state.pt`.
    Raises `TrainingError` when the loss stops being a number or the folder belongs to another recipe.
    """
    folder.mkdir(parents=True, exist_ok=True)
    materials = material.gather(recipe, cache or folder / "cache", report)
    torch.manual_seed(recipe.seed)
    teacher_dim = max((m.answers.raw.shape[-1] for m in materials.values() if m.answers is not None), default=0)
    learner = steps.Apprentice(network.create(recipe.model), teacher_dim, recipe.model.embed_dim)
    average = copy.deepcopy(learner).requires_grad_(False)
    course = _resume(folder, recipe, learner, average)
    for number, phase in enumerate(recipe.phases):
        if number < course.phase:
            continue
        _run_phase(number, phase, recipe, folder, materials, learner, average, course, report)
        course.phase, course.epoch = number + 1, 0
    return course


def _run_phase(
    number: int,
    phase: Phase,
    recipe: Recipe,
    folder: Path,
    materials: dict[str, material.Material],
    learner: steps.Apprentice,
    average: steps.Apprentice,
    course: Course,
    report: Report,
) -> None:
    used = [materials[name] for name in phase.sources]
    optimiser = _optimiser(learner, phase)
    per_epoch = sum(1 for _ in steps.batches(used, phase, np.random.default_rng(0)))
    if per_epoch == 0:
        raise TrainingError(f"Phase {number + 1}: fewer than {phase.batch} training pictures; lower its `batch`.")
    bank = steps.make_bank(average, used) if phase.kind == "distil" else None
    if course.epoch and (folder / "optimiser.pt").exists():
        optimiser.load_state_dict(torch.load(folder / "optimiser.pt", weights_only=True))
    elif phase.kind != "text" and course.epoch == 0:
        learner.load_state_dict(average.state_dict())  # a phase starts from what the last one was judged by
    for epoch in range(course.epoch, phase.epochs):
        rng = np.random.default_rng((recipe.seed, number, epoch))
        began, total = time.perf_counter(), 0.0
        learner.train()
        for step, parts in enumerate(steps.batches(used, phase, rng)):
            _set_rate(optimiser, phase, epoch * per_epoch + step, phase.epochs * per_epoch)
            if phase.kind == "text":
                loss = steps.text_loss(learner, parts, rng)
            elif bank is not None:
                loss = steps.distil_loss(learner, parts, bank, phase.side, rng)
            else:
                loss = steps.contrast_loss(learner, parts, phase.side, rng)
            if not math.isfinite(value := float(loss.detach())):
                raise TrainingError(f"Phase {number + 1}, epoch {epoch + 1}: the loss is {value}; lower its `rate`.")
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(learner.parameters(), _GRADIENT_LIMIT)
            optimiser.step()
            if step % _FOLLOW_EVERY == 0:
                _follow(average, learner, _decay(phase, step + epoch * per_epoch) ** _FOLLOW_EVERY)
            total += value
            report(Progress(f"{phase.kind} {epoch + 1}/{phase.epochs}", step + 1, per_epoch, unit="batches"))
        recall = validation.recall(average, list(materials.values()), phase, recipe.model.image_size)
        mean = sum(recall.values()) / max(1, len(recall))
        course.history.append(
            {
                "phase": number + 1,
                "kind": phase.kind,
                "epoch": epoch + 1,
                "loss": round(total / per_epoch, 4),
                "recall@10": recall,
                "seconds": round(time.perf_counter() - began, 1),
            }
        )
        course.epoch = epoch + 1
        if phase.kind != "text" and mean > course.best:
            course.best = mean
            network.save(average.model, recipe.model, folder / "best")
        _keep(folder, recipe, learner, average, optimiser, course)
        curves.write(folder, course.history)


def _optimiser(learner: steps.Apprentice, phase: Phase) -> torch.optim.Optimizer:
    model = learner.model
    network.freeze(learner, False)
    if phase.kind == "text":
        network.freeze(model.visual)
        network.freeze(learner.guess)
    elif phase.kind == "distil":
        network.freeze(model.text)
        network.freeze(learner.project)
        model.logit_scale.requires_grad_(False)
    else:
        network.freeze(learner.project)
        network.freeze(learner.guess)
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, weight in learner.named_parameters():
        if weight.requires_grad:
            # Gains, biases and the temperature are not decayed: they set scales, and zero is not where they belong.
            groups.setdefault((weight.ndim > 1, name.startswith("model.text")), []).append(weight)
    return torch.optim.AdamW(
        [
            {
                "params": weights,
                "weight_decay": phase.weight_decay if decay else 0.0,
                "share": phase.text_rate if text and phase.kind == "contrast" else 1.0,
            }
            for (decay, text), weights in groups.items()
        ],
        lr=phase.rate,
        betas=(0.9, 0.98),
        fused=True,
    )


def _set_rate(optimiser: torch.optim.Optimizer, phase: Phase, step: int, steps_in_all: int) -> None:
    warm = max(1, int(_WARM_UP * steps_in_all))
    if step < warm:
        factor = (step + 1) / warm
    else:
        factor = 0.01 + 0.99 * (1 + math.cos(math.pi * (step - warm) / max(1, steps_in_all - warm))) / 2
    for group in optimiser.param_groups:
        group["lr"] = phase.rate * factor * group["share"]


def _decay(phase: Phase, step: int) -> float:
    # Early weights are far from good: the average forgets them faster than it later forgets good ones.
    return min(phase.average, (1 + step) / (10 + step))


@torch.no_grad()
def _follow(average: nn.Module, learner: nn.Module, decay: float) -> None:
    """Moves the running average of the weights a little towards the learner's; counters and statistics likewise."""
    for kept, value in zip(average.state_dict().values(), learner.state_dict().values(), strict=True):
        if kept.is_floating_point():
            kept.lerp_(value, 1.0 - decay)
        else:
            kept.copy_(value)


def _resume(folder: Path, recipe: Recipe, learner: nn.Module, average: nn.Module) -> Course:
    state, written = folder / "state.pt", folder / "course.json"
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


def _keep(
    folder: Path,
    recipe: Recipe,
    learner: nn.Module,
    average: nn.Module,
    optimiser: torch.optim.Optimizer,
    course: Course,
) -> None:
    network.save(average.model, recipe.model, folder / "last")  # type: ignore[arg-type]
    for name, value in (
        ("state.pt", {"learner": learner.state_dict(), "average": average.state_dict()}),
        ("optimiser.pt", optimiser.state_dict()),
    ):
        torch.save(value, folder / f".{name}")
        os.replace(folder / f".{name}", folder / name)
    partial = folder / ".course.json"
    partial.write_text(json.dumps({"model": asdict(recipe.model), "course": asdict(course)}, indent=1), encoding="utf-8")
    os.replace(partial, folder / "course.json")
