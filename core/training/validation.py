"""Recall on the pictures a run holds out, measured the way the finished model will be asked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from core.training import augment, network
from core.training.apprentice import Apprentice
from core.training.material import Material
from core.training.recipe import Phase

K = 10
"""Recall is measured among this many."""
NEIGHBOURS = 5
"""Precision among drawings is measured among this many."""
AT_ONCE = 128
"""Pictures that go through the network together."""


def recall(learner: Apprentice, materials: list[Material], phase: Phase, side: int) -> dict[str, float]:
    """Text-to-picture recall@10 in percent over all captions of each source's held-out pictures (whole pictures, no
    crops). In a text phase the teacher's features stand in for the image tower."""
    learner.eval()
    found: dict[str, float] = {}
    with torch.inference_mode():
        for material in materials:
            if not len(material.held_out) or not material.captioned or not len(material.pixels):
                continue
            if phase.kind == "text":
                if material.answers is None:
                    continue
                seen = material.answers.raw[material.held_out, 0].astype(np.float32) * material.answers.scale
                pictures = F.normalize(learner.project(torch.from_numpy(seen)), dim=-1)
            else:
                pictures = _embedded(learner, material, material.held_out, side)
            texts = [material.texts_of[index] for index in material.held_out]
            rows = torch.from_numpy(np.concatenate(texts))
            encoded = network.encode_all_tokens(learner.model, material.tokens[rows])
            own = torch.from_numpy(np.repeat(np.arange(len(texts)), [len(text) for text in texts]))
            found[material.name] = round(100 * hit_rate(encoded @ pictures.T, own, K), 2)
    return found


def drawings(learner: Apprentice, materials: list[Material], side: int) -> dict[str, float]:
    """How many of the nearest `NEIGHBOURS` held-out drawings show what a held-out photo of each labelled source shows,
    in percent, the mean over categories that enough drawings show; empty where either is missing."""
    learner.eval()
    drawn = [material for material in materials if material.drawn and len(material.held_out)]
    found: dict[str, float] = {}
    with torch.inference_mode():
        if not drawn:
            return found
        scenes = torch.cat([_embedded(learner, material, material.held_out, side) for material in drawn])
        shown = torch.from_numpy(np.concatenate([material.things[material.held_out] for material in drawn])).float()
        enough = shown.sum(dim=0) >= NEIGHBOURS  # (c,)
        for material in materials:
            if material.captioned or not len(material.pixels):
                continue
            things = torch.from_numpy(material.things[material.held_out]).float() * enough
            known = things.sum(dim=1) > 0
            if not bool(known.any()):
                continue
            # Of a photo that shows several, the rarest is asked for.
            asked = (things[known] / shown.sum(dim=0).clamp_min(1.0)).argmax(dim=1)
            photos = _embedded(learner, material, material.held_out[known.numpy()], side)
            nearest = (photos @ scenes.T).topk(NEIGHBOURS, dim=1).indices
            right = shown[nearest, asked[:, None]].mean(dim=1)
            means = [float(right[asked == category].mean()) for category in torch.unique(asked)]
            found[material.name] = round(100 * sum(means) / len(means), 2)
    return found


def hit_rate(scores: Tensor, own: Tensor, k: int) -> float:
    """Share of rows of `(n, m)` scores whose column `own` is among the `k` highest; a tie counts as a miss."""
    reached = scores.gather(1, own[:, None])  # (n, 1)
    return float(((scores >= reached).sum(dim=1) <= k).float().mean())


def _embedded(learner: Apprentice, material: Material, pictures: NDArray[np.int64], side: int) -> Tensor:
    return torch.cat([network.encode_pixels(learner.model, part) for part in whole_pixels(material, pictures, side)])


def whole_pixels(material: Material, pictures: NDArray[np.int64], side: int) -> Iterator[Tensor]:
    """Whole pictures as the network takes them, `AT_ONCE` at a time."""
    for start in range(0, len(pictures), AT_ONCE):
        part = pictures[start : start + AT_ONCE]
        boxes = np.tile(np.array([0, 0, 1, 1], np.float32), (len(part), 1))
        yield augment.normalise(augment.crops(material.pixels[part], boxes, np.zeros(len(part), bool), side))
