"""How well a model finds the pictures that a run holds out, by the formulas of `python -m core evaluate`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.evaluation import captions, metrics
from core.training import losses
from core.training.finetuning.examples import Examples
from core.training.finetuning.sides import Sides

CUTS = (1, 5, 10)
FINDING_PICTURES, FINDING_TEXTS = "text to picture", "picture to text"


@dataclass(frozen=True, slots=True)
class Judged:
    """`recall[k][direction]` in percent; `mean` of all six; `loss` of CLIP, on batches as large as in training."""

    recall: dict[int, dict[str, float]]
    loss: float

    @property
    def mean(self) -> float:
        """Mean recall, the number that decides: the mean of R@1, R@5 and R@10 in both directions. Any one of them
        moves by whole pictures when few are held out."""
        return round(float(np.mean([value for each in self.recall.values() for value in each.values()])), 2)


def judge(sides: Sides, examples: Examples, scale: Tensor, batch: int) -> Judged:
    """Every held-out caption against the held-out pictures, and each picture against those captions."""
    pictures = examples.held_out
    texts = examples.captions(pictures)
    seen, read = sides.all_images(pictures), sides.all_texts(texts)
    owner = np.searchsorted(pictures, examples.owner[texts])
    finding = captions.true_ranks((read @ seen.T).numpy(), owner)
    back = captions.own_caption_ranks(seen.numpy(), read.numpy(), owner)
    recall = {
        k: {
            FINDING_PICTURES: round(100 * metrics.recall_at_k(finding, k), 2),
            FINDING_TEXTS: round(100 * metrics.recall_at_k(back, k), 2),
        }
        for k in CUTS
    }
    firsts = np.searchsorted(owner, np.arange(len(pictures)))  # one caption a picture, as a training batch has
    each = [
        float(contrast(seen[at], read[firsts[at]], at, examples.said[texts[firsts[at]]], scale.detach().cpu()))
        for at in np.array_split(np.arange(len(pictures)), max(1, len(pictures) // batch))
    ]
    return Judged(recall, round(float(np.mean(each)), 4))


def contrast(
    images: Tensor, texts: Tensor, pictures: NDArray[np.int64], said: NDArray[np.int64], scale: Tensor
) -> Tensor:
    """CLIP's loss on a batch of pairs, of which those with one picture or one wording are not each other's negatives;
    `scale` is the logarithm of the inverse temperature."""
    groups, wording = (torch.from_numpy(one).to(images.device) for one in (pictures, said))
    nothing = torch.zeros(len(groups), 0, device=images.device)
    pairs = losses.Pairs(images, texts, groups, wording, nothing, torch.zeros_like(groups, dtype=torch.bool))
    # Capped as CLIP's is: past 100 the loss looks at the nearest negative alone and training turns unstable.
    return losses.contrastive(pairs, scale.exp().clamp(max=100.0))
