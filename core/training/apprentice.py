"""A CLIP model that learns, with what only its training needs, and what its picture tower says of a batch."""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from core.training import network, places


class Apprentice(nn.Module):
    """The model together with what only training needs: the teacher's own projection into the shared space, and the
    student's guesses of the teacher's features, of its maps of so many `channels` where hints are given, and of the
    classifier's answer (all are thrown away afterwards)."""

    model: network.Network

    def __init__(
        self,
        model: network.Network,
        teacher_dim: int,
        classes: int,
        embed_dim: int,
        channels: tuple[int, ...] = (),
    ) -> None:
        super().__init__()
        self.model = model
        trunk = model.visual.trunk
        self.project = nn.Linear(max(1, teacher_dim), embed_dim, bias=False)
        self.guess = nn.Linear(int(trunk.num_features), max(1, teacher_dim))
        self.classify = nn.Linear(int(trunk.num_features), max(1, classes))
        self.places = places.Guesses(trunk, channels) if channels else None


@dataclass(frozen=True, slots=True)
class Look:
    """What the image tower makes of pictures: `features` `(n, width)`, `student` `(n, dim)` unit rows; where hints are
    given `maps` of two of its layers, `(n, c, side, side)`."""

    features: Tensor
    student: Tensor
    maps: tuple[Tensor, ...] = ()

    def taken(self, rows: slice) -> Look:
        """Some of the pictures."""
        return Look(self.features[rows], self.student[rows], tuple(one[rows] for one in self.maps))


def look(learner: Apprentice, pixels: Tensor, *, bfloat16: bool, maps: bool = True) -> Look:
    """What the learner makes of normalised pictures `(n, 3, side, side)`; without `maps` where nothing is to be
    compared with them."""
    visual = learner.model.visual
    features, seen = places.look(visual.trunk, learner.places if maps else None, pixels, bfloat16=bfloat16)
    return Look(features, F.normalize(visual.head(features), dim=-1), seen)
