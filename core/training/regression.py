"""Where teachers would put a photo in the shared space: ridge regression from what they say of photos to the mean
embeddings of the photos' texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from core.training.material import Material, clear_views

Told: TypeAlias = tuple[Material, Tensor]
"""Pictures that a teacher saw, and `(n, dim)` the mean embedding of each one's texts."""
# Held-out photos of Flickr8k where the teacher's projection put them, which is learnt with the text tower and knows its
# photos by heart (P@5 of things among drawings, names added: 50.5 % of the photos it learnt from, 30.1 % of others):
# recall@10 of their captions 69.1 %; by regression from the features 74.3 %, from both teachers 76.3 %. So for 1e-4 to
# 1e-3 of penalty, and for the whole photos alone.
_PENALTY = 3e-4
# What captions teach says little of single things (P@5 of held-out photos of Tiny ImageNet among drawings, names added:
# 12.3 %), and with labels beside them it says less of captions (recall@10 73.6 and 70.9 %, P@5 29.0 and 31.1 %, the
# second with heavier labels). So photos with labels have a regression of their own, over all photos.
_LABELLED_PENALTY = 3e-5
_VIEWS = 2


@dataclass(frozen=True, slots=True)
class Maps:
    """Linear maps `(dim, width)` into the shared space: `seen` from the teacher's features, `both` from the
    classifier's probabilities beside them, or None where it was asked about none of the photos."""

    seen: Tensor
    both: Tensor | None


@dataclass(frozen=True, slots=True)
class Regression:
    """One for photos with captions, one for photos with labels."""

    captioned: Maps
    labelled: Maps

    def places(self, material: Material, pictures: NDArray[np.int64], view: NDArray[np.int64]) -> Tensor:
        """Where these views of pictures that the teacher saw belong, `(n, dim)` unit rows."""
        maps = self.captioned if material.captioned else self.labelled
        weights = maps.seen if maps.both is None or material.classes is None else maps.both
        said = _said(material, pictures, view, classified=weights is maps.both)
        return F.normalize(said @ weights.T, dim=-1)


def fit(told: Sequence[Told]) -> Regression | None:
    """Learns from the pictures to train on alone. None where none of them has captions."""
    told = [one for one in told if len(one[0].trained)]
    captioned = [one for one in told if one[0].captioned]
    if not captioned:
        return None
    maps = _solved(captioned, _PENALTY)
    return Regression(maps, _solved(told, _LABELLED_PENALTY) if len(told) > len(captioned) else maps)


def _solved(told: Sequence[Told], penalty: float) -> Maps:
    classified = [one for one in told if one[0].classes is not None]
    # Without captions among them, labels alone would say where everything belongs.
    both = any(material.captioned for material, _ in classified)
    return Maps(_map(told, penalty, classified=False), _map(classified, penalty, classified=True) if both else None)


def _map(told: Sequence[Told], penalty: float, *, classified: bool) -> Tensor:
    from sklearn.linear_model import Ridge

    said, wanted, weights = [], [], []
    for material, means in told:
        views = min(_VIEWS, clear_views(material))
        for view in range(views):
            chosen = np.full(len(material.trained), view)
            said.append(_said(material, material.trained, chosen, classified=classified).numpy())
            wanted.append(means[material.trained].numpy())
            # A source counts as much as another, however many pictures it has.
            weights.append(np.full(len(material.trained), 1.0 / (views * len(material.trained)), np.float32))
    ridge = Ridge(alpha=penalty * len(told), fit_intercept=False)
    ridge.fit(np.concatenate(said), np.concatenate(wanted), np.concatenate(weights))
    return torch.from_numpy(np.atleast_2d(ridge.coef_).astype(np.float32))


def _said(material: Material, pictures: NDArray[np.int64], view: NDArray[np.int64], *, classified: bool) -> Tensor:
    """What teachers say of views, each teacher's answer a unit row: its features, and the roots of its probabilities
    (whose dot product is then the Bhattacharyya coefficient)."""
    assert material.answers is not None
    features = F.normalize(material.answers.rows(pictures, view), dim=-1)
    if not classified:
        return features
    assert material.classes is not None
    return torch.cat([features, F.normalize(material.classes.rows(pictures, view).sqrt(), dim=-1)], dim=1)
