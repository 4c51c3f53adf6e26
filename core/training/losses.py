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


def relational(student: Tensor, teacher: Tensor, bank: Tensor, scale: float) -> Tensor:
    """How differently student and teacher spread their attention over a bank of texts: the Kullback-Leibler divergence
    of their softmax distributions (CLIP-KD's contrastive relational distillation, arXiv 2307.12732)."""
    wanted = F.softmax(scale * teacher @ bank.T, dim=1)
    given = F.log_softmax(scale * student @ bank.T, dim=1)
    return F.kl_div(given, wanted, reduction="batchmean")


def cosine_gap(student: Tensor, teacher: Tensor) -> Tensor:
    """Mean of one minus cosine."""
    return 1.0 - (student * teacher).sum(dim=1).mean()


def bank_match(images: Tensor, bank: Tensor, own: Tensor, scale: float) -> Tensor:
    """Cross entropy of each picture finding its own entry, row `own`, in the whole bank `(m, dim)`."""
    return F.cross_entropy(scale * images @ bank.T, own)


def mean_direction(rows: Tensor) -> Tensor:
    """`(n, k, dim)` to the unit mean over `k`."""
    return F.normalize(rows.mean(dim=1), dim=-1)


def feature_gap(guess: Tensor, features: Tensor) -> Tensor:
    """Mean squared error against the teacher's features after both are standardised by the teacher's spread."""
    spread = features.std().clamp_min(1e-6)
    return torch.mean(((guess - features) / spread) ** 2)
