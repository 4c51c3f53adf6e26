"""Backbones for pictures alone: what one learns from labels and teachers, and how well its neighbours fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from core.encoder import torchvision_fix
from core.training import augment, backbone_checkpoint, batches, losses, network, places, validation
from core.training.batches import Part
from core.training.material import Material
from core.training.recipe import BackboneShape, Phase

NEIGHBOURS = 5
"""How many nearest pictures validation looks at."""
# Inverse temperature of a class against the others.
_LABEL_SCALE = 16.0
_LABELS, _FEATURES, _CLASSES, _MAPS = 0.5, 0.5, 0.5, 0.5


class Apprentice(nn.Module):
    """A timm network together with what only training needs: guesses of the teacher's features, of the classifier's
    answer, of the labels of each source, and of the teacher's maps of so many `channels` where hints are given."""

    def __init__(
        self,
        shape: BackboneShape,
        features: int,
        classes: int,
        labels: dict[str, int],
        channels: tuple[int, ...] = (),
    ) -> None:
        super().__init__()
        torchvision_fix.apply()
        import timm

        made: Any = timm.create_model(shape.architecture, num_classes=0, **shape.arguments)
        self.model = made.to(memory_format=torch.channels_last).train()
        width = _width(self.model, shape.image_size)
        self.guess = nn.Linear(width, max(1, features))
        self.classify = nn.Linear(width, max(1, classes))
        self.label = nn.ModuleDict({name: nn.Linear(width, count, bias=False) for name, count in labels.items()})
        self.places = places.Guesses(self.model, channels) if channels else None


def load(learner: Apprentice, folder: Path) -> None:
    """Fills the network from its own kind of checkpoint folder, or from the picture tower of a CLIP checkpoint. Raises
    `TrainingError` where neither fits."""
    if (folder / network.WEIGHTS).exists():
        network.fill(learner.model, folder / network.WEIGHTS, network.TRUNK)
    else:
        network.fill(learner.model, folder / backbone_checkpoint.WEIGHTS)


def save(learner: Apprentice, shape: BackboneShape, folder: Path) -> None:
    """Writes the network as a checkpoint folder that `load_encoder` opens."""
    backbone_checkpoint.save_backbone(
        learner.model,
        shape.architecture,
        shape.arguments,
        folder,
        image_size=shape.image_size,
        mean=augment.MEAN,
        std=augment.STD,
        interpolation="bicubic",
        crop_mode="squash",
    )


def label_counts(materials: dict[str, Material]) -> dict[str, int]:
    """How many classes each labelled source has."""
    return {
        name: int(material.groups.max()) + 1
        for name, material in materials.items()
        if not material.captioned and len(material.groups)
    }


def loss(learner: Apprentice, parts: list[Part], phase: Phase, rng: np.random.Generator) -> Tensor:
    """The teacher's features, who is whose neighbour by them within the batch (similarity-preserving distillation,
    arXiv 1907.09682, as a distribution), its maps, the classifier's answers, and the labels of unblended views."""
    view = batches.choose_views(parts, rng)
    pixels = batches.pixels(parts, view, phase.side, rng)
    features, maps = places.look(learner.model, learner.places, pixels, bfloat16=phase.bfloat16)
    unit = F.normalize(features, dim=-1)
    total = torch.zeros(())
    shown, wanted = [], []
    for part, chosen, mine in batches.slices(parts, view):
        share = len(part.pictures) / len(unit)
        if part.material.answers is not None:
            answer = part.material.answers.rows(part.pictures, chosen)
            total = total + share * _FEATURES * losses.feature_gap(learner.guess(features[mine]), answer)
            shown.append(unit[mine])
            wanted.append(F.normalize(answer, dim=-1))
        if part.material.maps is not None and learner.places is not None:
            hints = part.material.maps.rows(part.pictures, chosen)
            total = total + share * _MAPS * learner.places.gap([one[mine] for one in maps], hints)
        if part.material.classes is not None:
            probabilities = part.material.classes.rows(part.pictures, chosen)
            total = total + share * _CLASSES * losses.class_gap(learner.classify(features[mine]), probabilities)
        clear = torch.from_numpy(part.material.views.blend[part.pictures, chosen] == 0)
        if part.material.name in learner.label and bool(clear.any()):
            head: Any = learner.label[part.material.name]
            logits = _LABEL_SCALE * unit[mine][clear] @ F.normalize(head.weight, dim=-1).T
            labels = torch.from_numpy(part.material.groups[part.pictures])[clear]
            total = total + share * _LABELS * F.cross_entropy(logits, labels)
    if sum(map(len, shown)) > 1:
        total = total + losses.kinship(torch.cat(shown), torch.cat(wanted))
    return total


def neighbours(learner: Apprentice, materials: list[Material], side: int) -> dict[str, float]:
    """Share, in percent, of the five nearest held-out pictures that have a held-out picture's label, by source."""
    learner.eval()
    found: dict[str, float] = {}
    with torch.inference_mode():
        for material in materials:
            if material.captioned or len(material.held_out) <= NEIGHBOURS:
                continue
            parts = validation.whole_pixels(material, material.held_out, side)
            unit = F.normalize(torch.cat([learner.model(part) for part in parts]), dim=-1)
            scores = unit @ unit.T
            scores.fill_diagonal_(-2.0)
            labels = torch.from_numpy(material.groups[material.held_out])
            nearest = scores.topk(NEIGHBOURS, dim=1).indices
            found[material.name] = round(100 * float((labels[nearest] == labels[:, None]).float().mean()), 2)
    return found


@torch.inference_mode()
def _width(model: Any, side: int) -> int:
    model.eval()
    width = int(model(torch.zeros(1, 3, side, side)).shape[1])
    model.train()
    return width
