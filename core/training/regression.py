"""Where teachers would put a photo in the shared space: ridge regression from what they say of captioned photos to the
mean embeddings of the captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from core.training.material import Material

# Held-out photos of Flickr8k where the teacher's projection put them, which is learnt with the text tower and knows its
# photos by heart (P@5 of things among drawings, names added: 50.5 % of the photos it learnt from, 30.1 % of others):
# recall@10 of their captions 69.1 %; by regression from the features 74.3 %, from both teachers 76.3 %. So for 1e-4 to
# 1e-3 of penalty, and for the whole photos alone.
_PENALTY = 3e-4
_VIEWS = 2


@dataclass(frozen=True, slots=True)
class Regression:
    """Linear maps `(dim, width)` into the shared space: `seen` from the teacher's features, `both` from the
    classifier's probabilities beside them, or None where it was asked about no captioned photo."""

    seen: Tensor
    both: Tensor | None

    def places(self, material: Material, pictures: NDArray[np.int64], view: NDArray[np.int64]) -> Tensor:
        """Where these views of pictures that the teacher saw belong, `(n, dim)` unit rows."""
        classified = self.both is not None and material.classes is not None
        weights = self.both if classified else self.seen
        assert weights is not None
        return F.normalize(_said(material, pictures, view, classified=classified) @ weights.T, dim=-1)


def fit(told: Sequence[tuple[Material, Tensor]]) -> Regression | None:
    """Learns from materials whose pictures a teacher saw, each with its captions' mean embeddings `(n, dim)`; from the
    pictures to train on alone. None where there are none."""
    told = [one for one in told if len(one[0].trained)]
    if not told:
        return None
    both = [one for one in told if one[0].classes is not None]
    return Regression(_solved(told, classified=False), _solved(both, classified=True) if both else None)


def _solved(told: Sequence[tuple[Material, Tensor]], *, classified: bool) -> Tensor:
    from sklearn.linear_model import Ridge

    said, wanted = [], []
    for material, means in told:
        for view in range(min(_VIEWS, clear_views(material))):
            chosen = np.full(len(material.trained), view)
            said.append(_said(material, material.trained, chosen, classified=classified).numpy())
            wanted.append(means[material.trained].numpy())
    rows = sum(map(len, said))
    ridge = Ridge(alpha=_PENALTY * rows, fit_intercept=False).fit(np.concatenate(said), np.concatenate(wanted))
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


def clear_views(material: Material) -> int:
    """How many of a picture's views show it alone; they come first."""
    return int((material.views.blend[0] == 0).sum())
