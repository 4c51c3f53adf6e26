"""Which weights learn, how fast, and how the running average follows them."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from core.training import mimicry, network, students
from core.training.recipe import Phase

_WARM_UP = 0.05
# Batch statistics settle anew after each change of size: few steps, each kept for several epochs.
_SIDE_STEP = 16
_GROWN_AFTER = 2 / 3


def optimiser(learner: students.Student, phase: Phase) -> torch.optim.Optimizer:
    """AdamW over the weights that learn in this kind of phase; the others are frozen."""
    model = learner.model
    network.freeze(learner, frozen=False)
    if isinstance(learner, mimicry.Apprentice):
        pass  # a backbone has one kind of phase, in which everything learns
    elif phase.kind == "text":
        network.freeze(model.visual)
        network.freeze(learner.guess)
        network.freeze(learner.classify)
    elif phase.kind == "projections":
        network.freeze(learner)
        network.freeze(model.visual.head, frozen=False)
        model.text.text_projection.requires_grad_(True)
    elif phase.kind == "distil":
        network.freeze(model.text)
        network.freeze(learner.project)
        model.logit_scale.requires_grad_(False)
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
                "share": phase.text_rate if text else 1.0,
            }
            for (decay, text), weights in groups.items()
        ],
        lr=phase.rate,
        betas=(0.9, 0.98),
        fused=True,
    )


def set_rate(used: torch.optim.Optimizer, phase: Phase, step: int, steps_in_all: int) -> None:
    """A linear warm-up, then half a cosine down to a hundredth of the phase's rate."""
    warm = max(1, int(_WARM_UP * steps_in_all))
    if step < warm:
        factor = (step + 1) / warm
    else:
        factor = 0.01 + 0.99 * (1 + math.cos(math.pi * (step - warm) / max(1, steps_in_all - warm))) / 2
    for group in used.param_groups:
        group["lr"] = phase.rate * factor * group["share"]


def side(phase: Phase, epoch: int) -> int:
    """Pixels a side in this epoch of the phase, counted from 0: from `first_side` in equal stretches to `side`."""
    if not phase.first_side:
        return phase.side
    steps = (phase.side - phase.first_side) // _SIDE_STEP
    passed = epoch / max(1.0, _GROWN_AFTER * phase.epochs)
    return min(phase.side, phase.first_side + _SIDE_STEP * int(passed * steps)) if passed < 1 else phase.side


def decay(phase: Phase, step: int) -> float:
    """How much of the running average stays at this step of the phase."""
    # Early weights are far from good: the average forgets them faster than it later forgets good ones.
    return min(phase.average, (1 + step) / (10 + step))


@torch.no_grad()
def follow(average: nn.Module, learner: nn.Module, decay: float) -> None:
    """Moves the running average of the weights a little towards the learner's; counters and statistics likewise."""
    for kept, value in zip(average.state_dict().values(), learner.state_dict().values(), strict=True):
        if kept.is_floating_point():
            kept.lerp_(value, 1.0 - decay)
        else:
            kept.copy_(value)


@torch.no_grad()
def mix(average: nn.Module, other: dict[str, Tensor], share: float) -> None:
    """Gives other weights a share in those of `average`; its counters stay."""
    for name, kept in average.state_dict().items():
        if kept.is_floating_point():
            kept.lerp_(other[name], share)
