"""The guesses of what teachers say, as good as the picture tower allows before it learns. Guesses from random weights
would first push the tower away from what it knows (linear probing before fine-tuning, arXiv 2202.10054)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from core.progress import Progress, Report
from core.training import batches
from core.training.apprentice import Apprentice
from core.training.material import Material, clear_views
from core.training.recipe import Phase

# Photos of each source: three for each of a tower's 768 features when all sources are together.
_PHOTOS = 1500
_AT_ONCE = 64
# Against the mean square of a feature.
_PENALTY = 1e-2
# Probabilities come in 256 steps: half of one for those that were rounded to none.
_LEAST = 0.5 / 256


@torch.no_grad()
def probe(
    learner: Apprentice, materials: Sequence[Material], phase: Phase, rng: np.random.Generator, report: Report
) -> None:
    """Solves the learner's guesses of the first teacher's features, and of the logarithms of the classifier's
    probabilities, by ridge regression from what its tower, as it stands, makes of unblended views of photos that the
    teachers saw. Leaves alone what none was asked about."""
    features: list[Tensor] = []
    answers: list[Tensor] = []
    classified: list[Tensor] = []
    classes: list[Tensor] = []
    learner.eval()
    asked = {material.name: material for material in materials if material.answers is not None and not material.drawn}
    for material in asked.values():
        assert material.answers is not None
        some = rng.choice(material.trained, min(_PHOTOS, len(material.trained)), replace=False)
        for start in range(0, len(some), _AT_ONCE):
            own = some[start : start + _AT_ONCE]
            view = rng.integers(0, clear_views(material), len(own))
            part = batches.Part(material, own, np.array([material.texts_of[picture][0] for picture in own]))
            pixels = batches.pixels([part], [view], phase.first_side or phase.side, rng)
            with torch.autocast("cpu", torch.bfloat16, enabled=phase.bfloat16):
                seen = learner.model.visual.trunk(pixels).float()
            features.append(seen)
            answers.append(material.answers.rows(own, view))
            if material.classes is not None:
                classified.append(seen)
                classes.append(material.classes.rows(own, view).clamp_min(_LEAST).log())
            report(Progress(f"probing {material.name}", start + len(own), len(some)))
    if features:
        _solve(learner.guess, torch.cat(features), torch.cat(answers))
    if classified:
        _solve(learner.classify, torch.cat(classified), torch.cat(classes))


def _solve(layer: nn.Linear, seen: Tensor, wanted: Tensor) -> None:
    from sklearn.linear_model import Ridge

    ridge = Ridge(alpha=_PENALTY * len(seen) * float(seen.var(dim=0).mean()))
    ridge.fit(seen.numpy(), wanted.numpy())
    layer.weight.copy_(torch.from_numpy(np.atleast_2d(ridge.coef_).astype(np.float32)))
    layer.bias.copy_(torch.from_numpy(np.atleast_1d(ridge.intercept_).astype(np.float32)))
