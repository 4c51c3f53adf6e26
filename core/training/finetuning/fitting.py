"""The run: the start is judged, epochs follow until the held-out pictures stop gaining, the best one is kept."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.errors import TrainingError
from core.progress import Progress, Report
from core.training import curves, recipe, schedule
from core.training.finetuning import examples as reading
from core.training.finetuning import judging, pretrained, rate_finder, towers
from core.training.finetuning.course import Course, Logbook
from core.training.finetuning.examples import Examples
from core.training.finetuning.plan import AUTO, Plan, check, usual_rate
from core.training.finetuning.sides import Sides

HELD_OUT, BEST = "held_out.json", "best"
_WEIGHT_DECAY = 0.05
_GRADIENT_LIMIT = 1.0


@dataclass(frozen=True, slots=True)
class Tuned:
    """A finished run: what was read, how many numbers learnt of how many, and the course. `best` is the checkpoint
    folder to use, None where no epoch was better than the start; `start` one of the start itself."""

    examples: Examples
    learning: int
    parameters: int
    course: Course
    start: Path
    best: Path | None


@dataclass(frozen=True, slots=True)
class _Run:
    plan: Plan
    examples: Examples
    network: nn.Module
    weights: dict[str, nn.Parameter]
    sides: Sides
    batch: int
    report: Report

    @property
    def scale(self) -> Tensor:
        scale: Tensor = self.network.logit_scale  # type: ignore[assignment]
        return scale


def tune(plan: Plan, folder: Path, report: Report, *, device: str = "auto") -> Tuned:
    """Carries out `plan` in `folder`, going on after the last finished epoch where an earlier call was stopped.

    Writes `folder/best` (an open_clip checkpoint folder, only where some epoch was better than the start),
    `curves.json` and `.png`, `held_out.json` (captions of the pictures that were not trained on), `rate_finder.json`
    and `.png` where the rate was looked for, and `start` where the start is no checkpoint folder itself.
    Raises `ConfigurationError`, `EncoderError`, `SourceError`, and `TrainingError` where too little can be learnt from,
    the folder belongs to another run, or the loss stops being a number.
    """
    check(plan)
    start = pretrained.load(plan.model, plan.pretrained, device=device, report=report)
    logbook = Logbook(folder, plan, start.reader.spec.fingerprint)
    course = logbook.read()
    if course is None and (folder / BEST).exists():
        raise TrainingError(f"{folder / BEST} is there already, of no fine-tuning run; choose an empty folder.")
    folder.mkdir(parents=True, exist_ok=True)
    weights = towers.release(start.network, plan.tune)
    examples = reading.gather(plan, start, folder / "cache", report)
    if course is not None and course.material != examples.mark:
        # What was learnt from before could be judged by now.
        raise TrainingError(
            f"the pictures or captions of {plan.images} have changed since the run in {folder} began; "
            "choose an empty folder, and --finetune its best checkpoint if it is to go on from there"
        )
    sides = Sides(start, examples, plan.tune, folder / "cache", report)
    run = _Run(plan, examples, start.network, weights, sides, min(plan.batch, len(examples.trained)), report)
    source = start.folder or folder / "start"
    fresh = course is None
    if course is None:
        if start.folder is None:
            pretrained.save(start, source)
        reading.write_held_out(examples, folder / HELD_OUT)
        course = _begin(run, folder)
    optimiser = _optimiser(weights, course.rate)
    if fresh:
        logbook.keep(course, weights, optimiser)
    elif course.epochs and not course.ended(plan):
        logbook.restore(weights, optimiser)
    try:
        while not course.ended(plan):
            _one_epoch(run, course, optimiser, course.epochs)
            if course.best_epoch == course.epochs:
                pretrained.save(start, folder / BEST)
            logbook.keep(course, weights, optimiser)
        logbook.close()
    finally:  # drawing takes longer than an epoch over kept features
        curves.write(folder, course.history, title="held-out pictures")
    total = sum(weight.numel() for weight in start.network.parameters())
    best = folder / BEST if course.best_epoch else None
    return Tuned(examples, towers.count(weights), total, course, source, best)


def _begin(run: _Run, folder: Path) -> Course:
    """The start judged, and the learning rate settled."""
    run.network.eval()
    found = judging.judge(run.sides, run.examples, run.scale, run.batch)
    parameters = sum(weight.numel() for weight in run.network.parameters())
    given = run.plan.rate
    rate = given if isinstance(given, float) else usual_rate(run.plan.tune, parameters)
    course = Course(rate, run.examples.mark, best=found.mean)
    course.history.append(_entry(run.plan, 0, found))
    if given == AUTO:
        ranged = _find_rate(run)
        rate_finder.write(ranged, folder)
        if ranged.chosen is not None:
            course.rate, course.found = ranged.chosen, True
    return course


def _one_epoch(run: _Run, course: Course, optimiser: torch.optim.Optimizer, epoch: int) -> None:
    began = time.perf_counter()
    loss = _train(run, optimiser, course.rate, epoch)
    run.network.eval()
    found = judging.judge(run.sides, run.examples, run.scale, run.batch)
    entry = _entry(run.plan, epoch + 1, found)
    course.history.append(entry | {"loss": round(loss, 4), "seconds": round(time.perf_counter() - began, 2)})
    if found.mean > course.best:
        course.best, course.best_epoch, course.idle = found.mean, epoch + 1, 0
    else:
        course.idle += 1
        course.stopped = course.idle >= run.plan.patience


def _train(run: _Run, optimiser: torch.optim.Optimizer, rate: float, epoch: int) -> float:
    """One pass over the pictures to learn from, each with one of its captions; the mean loss."""
    rng = np.random.default_rng((run.plan.seed, epoch))
    order = rng.permutation(run.examples.trained)
    per_epoch = max(1, len(order) // run.batch)
    shape = recipe.Phase("contrast", run.plan.epochs, (), rate=rate)
    towers.to_training(run.network)
    total = 0.0
    for step, rows in enumerate(np.array_split(order, per_epoch)):
        schedule.set_rate(optimiser, shape, epoch * per_epoch + step, run.plan.epochs * per_epoch)
        loss = _loss(run, rows, rng)
        _step(run, optimiser, loss)
        if not math.isfinite(value := float(loss.detach())):
            raise TrainingError(f"Epoch {epoch + 1}: the loss is {value}; lower --rate, which is {rate:g}.")
        total += value
        run.report(Progress(f"{run.plan.tune} {epoch + 1}/{run.plan.epochs}", step + 1, per_epoch, unit="batches"))
    return total / per_epoch


def _loss(run: _Run, pictures: NDArray[np.int64], rng: np.random.Generator) -> Tensor:
    texts = _one_caption_each(run, pictures, rng)
    seen, read = run.sides.images(pictures, rng), run.sides.texts(texts)
    return judging.contrast(seen, read, pictures, run.examples.said[texts], run.scale)


def _one_caption_each(run: _Run, pictures: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    return np.array([rng.choice(run.examples.texts_of[picture]) for picture in pictures])


def _step(run: _Run, optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    optimiser.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(run.weights.values(), _GRADIENT_LIMIT)
    optimiser.step()


def _find_rate(run: _Run) -> rate_finder.RangeTest:
    """The range test on this run's pictures; the weights are put back afterwards.

    The loss is that of pictures the test does not learn from, always the same ones (and none of those held out): few
    pictures come round so often in ninety steps that the loss on them falls by being learnt by heart, at any rate.
    """
    rng = np.random.default_rng((run.plan.seed, 1_000_000))
    order = rng.permutation(run.examples.trained)
    count = min(run.batch, len(order) // 3)
    probe, learnt = order[:count], order[count:]
    texts = _one_caption_each(run, probe, rng)
    before = towers.copy_of(run.weights)
    optimiser = _optimiser(run.weights, rate_finder.LOWEST)

    def step(number: int, rate: float) -> float:
        for group in optimiser.param_groups:
            group["lr"] = rate
        towers.to_training(run.network)
        _step(run, optimiser, _loss(run, rng.choice(learnt, min(run.batch, len(learnt)), replace=False), rng))
        run.network.eval()
        seen, read = run.sides.all_images(probe), run.sides.all_texts(texts)
        loss = judging.contrast(seen, read, probe, run.examples.said[texts], run.scale.detach().cpu())
        run.report(Progress("Looking for a learning rate", number + 1, rate_finder.STEPS, unit="batches"))
        return float(loss)

    try:
        return rate_finder.run(step)
    finally:
        towers.put_back(run.weights, before)


def _optimiser(weights: dict[str, nn.Parameter], rate: float) -> torch.optim.Optimizer:
    # Gains, biases and the temperature are not decayed: they set scales, and zero is not where they belong.
    groups = [
        {"params": own, "weight_decay": decay, "share": 1.0}
        for decay, own in (
            (_WEIGHT_DECAY, [weight for weight in weights.values() if weight.ndim > 1]),
            (0.0, [weight for weight in weights.values() if weight.ndim <= 1]),
        )
        if own
    ]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98))


def _entry(plan: Plan, epoch: int, found: judging.Judged) -> dict[str, object]:
    recall = {f"recall@{k}": found.recall[k] for k in (10, 5, 1)}
    return {"kind": plan.tune, "epoch": epoch, **recall, "mean_recall": found.mean, "held_out_loss": found.loss}
