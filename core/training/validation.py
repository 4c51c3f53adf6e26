"""Recall on the pictures a run holds out, measured the way the finished model will be asked."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from core.training import augment, network
from core.training.material import Material
from core.training.recipe import Phase
from core.training.steps import Apprentice

_K = 10


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
                pictures = torch.cat([_whole(learner, material, part, side) for part in _parts(material.held_out)])
            texts = [material.texts_of[index] for index in material.held_out]
            rows = torch.from_numpy(np.concatenate(texts))
            encoded = network.encode_all_tokens(learner.model, material.tokens[rows])
            own = torch.from_numpy(np.repeat(np.arange(len(texts)), [len(text) for text in texts]))
            found[material.name] = round(100 * hit_rate(encoded @ pictures.T, own, _K), 2)
    return found


def hit_rate(scores: Tensor, own: Tensor, k: int) -> float:
    """Share of rows of `(n, m)` scores whose column `own` is among the `k` highest; a tie counts as a miss."""
    reached = scores.gather(1, own[:, None])  # (n, 1)
    return float(((scores >= reached).sum(dim=1) <= k).float().mean())


def _whole(learner: Apprentice, material: Material, pictures: np.ndarray, side: int) -> Tensor:
    boxes = np.tile(np.array([0, 0, 1, 1], np.float32), (len(pictures), 1))
    pixels = augment.crops(material.pixels[pictures], boxes, np.zeros(len(pictures), bool), side)
    return network.encode_pixels(learner.model, augment.normalise(pixels))


def _parts(indices: np.ndarray, size: int = 128) -> list[np.ndarray]:
    return [indices[start : start + size] for start in range(0, len(indices), size)]
