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
    rate, `found` whether the finder chose it; `stopped` is True once patience has run out. `material` is another for
    other pictures or captions."""

    rate: float
    material: str
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

    def ended(self, plan: Plan) -> bool:
        """Whether nothing is left to do."""
        return self.stopped or self.epochs >= plan.epochs


@dataclass(frozen=True, slots=True)
class Logbook:
    """The files of one run in `folder`: of this `plan`, from a start with this `fingerprint`."""

    folder: Path
    plan: Plan
    fingerprint: str

    def read(self) -> Course | None:
        """The course of an earlier call with the same plan and start; None where the folder has none. Raises
        `TrainingError` where it belongs to another run, naming what differs."""
        if (self.folder / OF_OTHER_RUNS).exists():
            raise TrainingError(
                f"{self.folder} holds a training run from a recipe or from nothing; choose an empty folder."
            )
        if not (self.folder / COURSE).exists():
            return None
        kept = json.loads((self.folder / COURSE).read_text(encoding="utf-8"))
        wanted, found = self._named(), kept["plan"]
        differing = [
            f"{name} {found.get(name)!r}, not {wanted[name]!r}" for name in wanted if found.get(name) != wanted[name]
        ]
        if differing:
            raise TrainingError(
                f"{self.folder} holds another fine-tuning run ({'; '.join(differing)}). "
                "Give the options it began with to go on, or choose an empty folder."
            )
        course = Course(**kept["course"])
        return course if course.ended(self.plan) or (self.folder / _STATE).exists() else None

    def restore(self, weights: dict[str, nn.Parameter], optimiser: torch.optim.Optimizer) -> None:
        """Puts back the weights and the optimiser's memory of the last finished epoch."""
        kept = torch.load(self.folder / _STATE, weights_only=True)
        towers.put_back(weights, kept["weights"])
        optimiser.load_state_dict(kept["optimiser"])

    def keep(self, course: Course, weights: dict[str, nn.Parameter], optimiser: torch.optim.Optimizer) -> None:
        """Writes all of it. The course comes last: until it is there, the epoch counts as not done."""
        state = {"weights": towers.copy_of(weights), "optimiser": optimiser.state_dict()}
        torch.save(state, self.folder / f".{_STATE}")
        (self.folder / f".{_STATE}").replace(self.folder / _STATE)
        written = json.dumps({"plan": self._named(), "course": asdict(course)}, indent=1)
        (self.folder / f".{COURSE}").write_text(written + "\n", encoding="utf-8")
        (self.folder / f".{COURSE}").replace(self.folder / COURSE)

    def close(self) -> None:
        """Takes away what only a run that goes on needs: with both towers learning, three times the model's size."""
        (self.folder / _STATE).unlink(missing_ok=True)

    def _named(self) -> dict[str, Any]:
        # By way of JSON, so that it equals what is read back.
        named: dict[str, Any] = json.loads(json.dumps(self.plan.to_dict() | {"start": self.fingerprint[:16]}))
        return named
