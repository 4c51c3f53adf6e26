"""The losses of CLIP training and distillation. All embeddings are unit rows."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - the name every torch reader knows
from torch import Tensor


def contrastive(images: Tensor, texts: Tensor, groups: Tensor, scale: Tensor) -> Tensor:
    """Symmetric cross entropy over a batch of pairs (CLIP, arXiv 2103.00020), where pairs of the same group count as
    matches of each other (two photos of one class, or one picture's two captions, are not each other's negatives).

    `images`, `texts` `(n, dim)`; `groups` `(n,)`; `scale` the inverse temperature.
    """
    logits = scale * images @ texts.T  # (n, n)
    same = (groups[:, None] == groups[None, :]).float()
    target = same / same.sum(dim=1, keepdim=True)
    return (soft_cross_entropy(logits, target) + soft_cross_entropy(logits.T, target)) / 2


def soft_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Mean cross entropy of `(n, m)` logits against rows of probabilities."""
    return -(target * F.log_softmax(logits, dim=1)).sum(dim=1).mean()


def attention(rows: Tensor, bank: Tensor, scale: float) -> Tensor:
    """How rows `(n, dim)` spread their attention over a bank of texts `(m, dim)`: log probabilities `(n, m)`."""
    return F.log_softmax(scale * rows @ bank.T, dim=1)


def relational(student: Tensor, teacher: Tensor) -> Tensor:
    """How differently student and teacher spread their `attention`: the Kullback-Leibler divergence (CLIP-KD's
    contrastive relational distillation, arXiv 2307.12732)."""
    return F.kl_div(student, teacher, reduction="batchmean", log_target=True)


def cosine_gap(student: Tensor, teacher: Tensor) -> Tensor:
    """Mean of one minus cosine."""
    return 1.0 - (student * teacher).sum(dim=1).mean()


def own_match(spread: Tensor, own: Tensor) -> Tensor:
    """Cross entropy of each picture finding its own entry, column `own`, by its `attention`."""
    return F.nll_loss(spread, own)


def feature_gap(guess: Tensor, features: Tensor) -> Tensor:
    """Mean squared error against the teacher's features after both are standardised by the teacher's spread."""
    spread = features.std().clamp_min(1e-6)
    return torch.mean(((guess - features) / spread) ** 2)
