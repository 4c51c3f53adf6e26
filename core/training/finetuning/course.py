"""Where a run stands, kept on disk after each epoch, so that the same command goes on from there."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from core.errors import TrainingError
from core.training.finetuning import towers
from core.training.finetuning.plan import Plan

COURSE, _STATE = "finetuning.json", "finetuning.pt"
OF_OTHER_RUNS = "course.json"
"""What a run of another kind (`core.training.loop`) leaves in its folder."""


@dataclass(slots=True)
class Course:
    """`history` has an entry for each epoch that is done, the first (epoch 0) for the start. `best` is the highest mean
    recall, reached after `best_epoch` (0: the start is the best), `idle` the epochs since. `rate` is the peak learning
    rate, `found` whether the finder chose it; `stopped` is True once patience has run out."""

    rate: float
    found: bool = False
    history: list[dict[str, Any]] = field(default_factory=list)
    best: float = -1.0
    best_epoch: int = 0
    idle: int = 0
    stopped: bool = False

    @property
    def epochs(self) -> int:
        """How many are done."""
        return len(self.history) - 1


def read(folder: Path, plan: Plan, fingerprint: str) -> Course | None:
    """The course of an earlier call with the same plan and start; None where the folder has none. Raises
    `TrainingError` where it belongs to another run, naming what differs."""
    if (folder / OF_OTHER_RUNS).exists():
        raise TrainingError(f"{folder} holds a training run from a recipe or from nothing; choose an empty folder.")
    if not (folder / COURSE).exists() or not (folder / _STATE).exists():
        return None
    kept = json.loads((folder / COURSE).read_text(encoding="utf-8"))
    wanted = _named(plan, fingerprint)
    differing = [f"{name} {kept['plan'].get(name)!r}, not {wanted[name]!r}" for name in wanted if kept["plan"].get(name) != wanted[name]]
    if differing:
        raise TrainingError(
            f"{folder} holds another fine-tuning run ({'; '.join(differing)}). Give the options it began with to go on, "
            "or choose an empty folder."
        )
    return Course(**kept["course"])


def restore(folder: Path, weights: dict[str, nn.Parameter], optimiser: torch.optim.Optimizer) -> None:
    """Puts back the weights and the optimiser's memory of the last finished epoch."""
    kept = torch.load(folder / _STATE, weights_only=True)
    towers.put_back(weights, kept["weights"])
    optimiser.load_state_dict(kept["optimiser"])


def keep(
    folder: Path,
    plan: Plan,
    fingerprint: str,
    course: Course,
    weights: dict[str, nn.Parameter],
    optimiser: torch.optim.Optimizer,
) -> None:
    """Writes all of it. The course comes last: until it is there, the epoch counts as not done."""
    state = {"weights": towers.copy_of(weights), "optimiser": optimiser.state_dict()}
    torch.save(state, folder / f".{_STATE}")
    (folder / f".{_STATE}").replace(folder / _STATE)
    written = json.dumps({"plan": _named(plan, fingerprint), "course": asdict(course)}, indent=1)
    (folder / f".{COURSE}").write_text(written + "\n", encoding="utf-8")
    (folder / f".{COURSE}").replace(folder / COURSE)


def _named(plan: Plan, fingerprint: str) -> dict[str, Any]:
    # By way of JSON, so that it equals what is read back.
    named: dict[str, Any] = json.loads(json.dumps(plan.to_dict() | {"start": fingerprint[:16]}))
    return named
