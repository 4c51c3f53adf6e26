"""Which weights of an open_clip model learn, and its towers without their last linear layer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.errors import TrainingError
from core.training import network


@dataclass(frozen=True, slots=True)
class Projection:
    """The last linear layer of a tower: `owner.name` is an `nn.Linear`, or a matrix `(width, dim)`."""

    owner: nn.Module
    name: str

    @property
    def weights(self) -> list[nn.Parameter]:
        layer = getattr(self.owner, self.name)
        return list(layer.parameters()) if isinstance(layer, nn.Module) else [layer]

    def __call__(self, features: Tensor) -> Tensor:
        """Features `(n, width)` to embeddings `(n, dim)`, not yet of unit length."""
        layer = getattr(self.owner, self.name)
        projected: Tensor = layer(features) if isinstance(layer, nn.Module) else features @ layer
        return projected

    @contextmanager
    def removed(self) -> Iterator[None]:
        """While it lasts, the tower gives its features instead of embeddings."""
        layer = getattr(self.owner, self.name)
        # A Sequential calls what it holds; open_clip's own towers look whether there is a projection.
        setattr(self.owner, self.name, nn.Identity() if isinstance(self.owner, nn.Sequential) else None)
        try:
            yield
        finally:
            setattr(self.owner, self.name, layer)


def of_pictures(model: network.Network) -> Projection | None:
    """The projection of the picture tower; None where its last step is no plain linear layer."""
    visual = model.visual
    head = getattr(visual, "head", None)
    if isinstance(head, nn.Sequential) and len(head) and isinstance(getattr(head, "proj", None), nn.Linear):
        return Projection(head, "proj")
    return Projection(visual, "proj") if isinstance(getattr(visual, "proj", None), nn.Parameter) else None


def of_texts(model: network.Network) -> Projection | None:
    """The projection of the text tower, likewise."""
    owner: nn.Module = model.text if hasattr(model, "text") else model
    found = getattr(owner, "text_projection", None)
    return Projection(owner, "text_projection") if isinstance(found, nn.Parameter | nn.Linear) else None


def release(model: network.Network, tune: str) -> dict[str, nn.Parameter]:
    """Freezes the model but for what `tune` (a key of `plan.LEARNS`) teaches; those weights by name.

    Raises `TrainingError` where only projections should learn and neither tower ends in one.
    """
    last = {id(one) for found in (of_pictures(model), of_texts(model)) if found for one in found.weights}
    if tune == "projection" and not last:
        raise TrainingError(
            "neither tower of this model ends in a plain linear layer, so --tune projection has nothing to teach; "
            "choose --tune text, image or all"
        )
    learning: dict[str, nn.Parameter] = {}
    for name, weight in model.named_parameters():
        seen = name.startswith("visual.")
        wanted = {"projection": id(weight) in last, "image": seen, "text": not seen, "all": True}[tune]
        # The temperature belongs to the loss rather than to a tower. A bias (SigLIP's) has no part in this loss.
        weight.requires_grad_(name == "logit_scale" or (wanted and name != "logit_bias"))
        if weight.requires_grad:
            learning[name] = weight
    return learning


def count(weights: dict[str, nn.Parameter]) -> int:
    """How many numbers they are."""
    return sum(weight.numel() for weight in weights.values())


def to_training(model: network.Network) -> None:
    """Training mode, but for batch normalisation: the statistics of a few hundred pictures are worse than those the
    model came with, and frozen towers must not drift."""
    model.train()
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()


@torch.no_grad()
def copy_of(weights: dict[str, nn.Parameter]) -> dict[str, Tensor]:
    """Their values now."""
    return {name: weight.detach().clone() for name, weight in weights.items()}


@torch.no_grad()
def put_back(weights: dict[str, nn.Parameter], values: dict[str, Tensor]) -> None:
    """Gives them values that `copy_of` took."""
    for name, weight in weights.items():
        weight.copy_(values[name])
