"""What a fine-tuning run is asked to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.dataset import Reading
from core.errors import ConfigurationError

LEARNS = {
    "projection": "both towers frozen: the last linear layer of each learns, on features computed once",
    "text": "picture tower frozen: the text tower learns, against picture embeddings computed once",
    "image": "text tower frozen: the picture tower learns, against caption embeddings computed once",
    "all": "both towers learn",
}
"""What may learn, by the name of `--tune`."""


USUAL_RATE, AUTO = "usual", "auto"
"""Words that stand in the place of a learning rate: `usual_rate`'s, and the one that the range test finds."""
_LARGE = 30_000_000


@dataclass(frozen=True, slots=True)
class Usual:
    """What a kind of fine-tuning does unless told otherwise. `rate` is that of small models, `large` that of others."""

    epochs: int
    batch: int
    rate: float
    large: float
    patience: int


# Rates of small models are measured on the bundled one (docs/fine_tuning.md). For towers of published size 1e-5 is what
# fine-tuning with CLIP's own loss has used (FLYP, arXiv 2212.00638). An epoch over kept features costs next to nothing,
# so there may be many; the batch is what CLIP's loss finds its negatives in.
USUAL = {
    "projection": Usual(epochs=60, batch=256, rate=1e-3, large=1e-3, patience=10),
    "text": Usual(epochs=20, batch=128, rate=3e-5, large=1e-5, patience=4),
    "image": Usual(epochs=12, batch=64, rate=3e-5, large=1e-5, patience=4),
    "all": Usual(epochs=12, batch=64, rate=3e-5, large=1e-5, patience=4),
}


def usual_rate(tune: str, parameters: int) -> float:
    """The peak learning rate for a model of so many parameters."""
    return USUAL[tune].large if parameters > _LARGE else USUAL[tune].rate


@dataclass(frozen=True, slots=True)
class Plan:
    """A run: the start (`model`, `pretrained` as `load_encoder` takes them), a captioned source as `load_records`
    reads it, what learns (a key of `LEARNS`), and how. `rate` is the peak learning rate, `AUTO` or `USUAL_RATE`.
    `hold_out` is the share of pictures that are never trained on; `patience` how many epochs in a row may be no better
    than the best one before the run stops."""

    model: str
    pretrained: str | None
    images: Path
    captions: Path | None
    tune: str
    epochs: int
    batch: int
    rate: float | str
    patience: int
    hold_out: float = 0.15
    seed: int = 0
    reading: Reading = field(default_factory=Reading)

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready object that is equal for equal plans."""
        values = asdict(self)
        return values | {"images": str(self.images), "captions": None if self.captions is None else str(self.captions)}


def check(plan: Plan) -> None:
    """Raises `ConfigurationError` for a value that no run can be made of."""
    if plan.tune not in LEARNS:
        raise ConfigurationError(f"--tune {plan.tune!a} is unknown; there are {', '.join(LEARNS)}.")
    if plan.epochs < 1 or plan.patience < 1:
        raise ConfigurationError("--epochs and --patience must be at least 1.")
    if plan.batch < 4:
        raise ConfigurationError(f"--batch is {plan.batch}; captions are told apart within a batch, so it needs 4.")
    if plan.rate not in (AUTO, USUAL_RATE) and not (isinstance(plan.rate, float) and 0 < plan.rate < 1):
        raise ConfigurationError(f"--rate is {plan.rate}; it must lie between 0 and 1, or be 'auto'.")
    if not 0 < plan.hold_out <= 0.5:
        raise ConfigurationError(f"--hold-out is {plan.hold_out}; it must be above 0 and at most 0.5.")
