"""The losses of CLIP training and distillation. All embeddings are unit rows."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import torch
import torch.nn.functional as F  # noqa: N812 - the name every torch reader knows
from torch import Tensor

_KIN_SCALE = 20.0
# What a picture is called: sharp, so that little is left for names that are merely near.
_CALLED_SCALE = 40.0


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pictures and a text of each: `images`, `texts` `(n, dim)` unit rows. `groups` `(n,)` is equal where pictures
    share a meaning (two photos of one class), `said` `(n,)` where the text is the same; either makes a match. `things`
    `(n, c)` has a 1 for each category that a picture shows, `drawn` `(n,)` is True for drawings."""

    images: Tensor
    texts: Tensor
    groups: Tensor
    said: Tensor
    things: Tensor
    drawn: Tensor

    def __len__(self) -> int:
        return len(self.said)

    def taken(self, rows: Tensor | slice) -> Pairs:
        """Some of them: by a mask, row numbers or a slice."""
        return Pairs(*(getattr(self, one.name)[rows] for one in fields(self)))

    def detached(self) -> Pairs:
        """The same without gradients."""
        return replace(self, images=self.images.detach(), texts=self.texts.detach())


def joined(parts: list[Pairs], newest: int) -> Pairs:
    """Several sets of pairs as one of at most `newest`, the last ones."""
    whole = Pairs(*(torch.cat([getattr(part, one.name) for part in parts]) for one in fields(Pairs)))
    return whole.taken(slice(-newest, None))


def contrastive(pairs: Pairs, scale: Tensor, earlier: Pairs | None = None) -> Tensor:
    """Symmetric cross entropy over a batch of pairs (CLIP, arXiv 2103.00020), where pairs that match each other are
    not each other's negatives. `earlier` pairs, kept from batches before, are further candidates for both sides
    (a queue as in MoCo, arXiv 1911.05722). `scale` is the inverse temperature.
    """
    known = pairs if earlier is None else joined([pairs, earlier], len(pairs) + len(earlier))
    same = (pairs.groups[:, None] == known.groups[None, :]) | (pairs.said[:, None] == known.said[None, :])  # (n, m)
    target = same.float() / same.sum(dim=1, keepdim=True)
    finding_text = soft_cross_entropy(scale * pairs.images @ known.texts.T, target)
    finding_image = soft_cross_entropy(scale * pairs.texts @ known.images.T, target)
    return (finding_text + finding_image) / 2


def across(pictures: Tensor, things: Tensor, others: Pairs, scale: float) -> Tensor:
    """Photos `(n, dim)` against drawings that show the same `things` `(n, c)`, or drawings against photos: cross
    entropy of each one's attention over the others against what they share (supervised contrast, arXiv 2004.11362), a
    thing counting for less the more of the others show it. `things` may be guesses, whose sum, up to 1, says how much
    a picture counts. Zero where none shares anything with another.
    """
    shown = others.things.float()
    rarity = shown.sum(dim=0).clamp_min(1.0).rsqrt()  # (c,)
    shared = (things.float() * rarity) @ shown.T  # (n, others)
    some = shared.sum(dim=1) > 0
    if not bool(some.any()):
        return torch.zeros(())
    target = shared[some] / shared[some].sum(dim=1, keepdim=True)
    certain = things[some].float().sum(dim=1, keepdim=True).clamp(max=1.0)
    return soft_cross_entropy(scale * pictures[some] @ others.images.T, certain * target)


@torch.no_grad()
def called(pictures: Tensor, names: Tensor, scale: float = _CALLED_SCALE) -> Tensor:
    """What pictures `(n, dim)` are called by the nearest of `names` `(c, dim)`, as probabilities `(n, c)`, at the
    inverse temperature `scale`."""
    return F.softmax(scale * pictures @ names.T, dim=1)


def soft_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Mean cross entropy of `(n, m)` logits against rows of probabilities; a row that sums to less counts for less."""
    return -(target * F.log_softmax(logits, dim=1)).sum(dim=1).mean()


def attention(rows: Tensor, bank: Tensor, scale: float) -> Tensor:
    """How rows `(n, dim)` spread their attention over a bank of texts `(m, dim)`: log probabilities `(n, m)`."""
    return F.log_softmax(scale * rows @ bank.T, dim=1)


def relational(student: Tensor, teacher: Tensor) -> Tensor:
    """How differently student and teacher spread their `attention`: the Kullback-Leibler divergence (CLIP-KD's
    contrastive relational distillation, arXiv 2307.12732)."""
    return F.kl_div(student, teacher, reduction="batchmean", log_target=True)


def others(rows: Tensor, scale: float) -> Tensor:
    """How each of `(n, dim)` unit rows spreads its `attention` over the other rows: log probabilities `(n, n - 1)`."""
    count = len(rows)
    scores = scale * rows @ rows.T
    apart = ~torch.eye(count, dtype=torch.bool)
    return F.log_softmax(scores[apart].view(count, count - 1), dim=1)


def kinship(student: Tensor, teacher: Tensor) -> Tensor:
    """Who is whose neighbour within the batch, by the student's rows `(n, a)` and by the teacher's features `(n, b)`,
    both unit rows: similarity-preserving distillation (arXiv 1907.09682), as distributions over the `others`."""
    return relational(others(student, _KIN_SCALE), others(teacher, _KIN_SCALE))


def naming(images: Tensor, things: Tensor, names: Tensor, scale: float, earlier: Pairs | None = None) -> Tensor:
    """Pictures `(n, dim)` against the names `(c, dim)` of what they show, `things` `(n, c)`, both ways as in
    `contrastive`: each picture among all names, and each name among these pictures and the `earlier` ones. Zero where
    nothing is known of any picture.

    Of several things the one that fewer pictures show counts for more, and a name that many pictures want must be
    nearer by that much to be taken for right (logit adjustment, arXiv 2007.07314): else everything with a person in it
    is called a person.
    """
    shown = things.float()
    some = shown.sum(dim=1) > 0
    if not bool(some.any()):
        return torch.zeros(())
    pictures = images if earlier is None else torch.cat([images, earlier.images])
    seen = shown if earlier is None else torch.cat([shown, earlier.things.float()])
    count = seen.sum(dim=0)  # (c,)
    wanted = count > 0
    shares = seen * count.clamp_min(1.0).rsqrt()
    shares = shares / shares.sum(dim=1, keepdim=True).clamp_min(1e-6)
    often = (shares.sum(dim=0) + 1.0) / (shares.sum() + shares.shape[1])
    calling = soft_cross_entropy(scale * images[some] @ names.T + often.log(), shares[: len(images)][some])
    finding = soft_cross_entropy(scale * names[wanted] @ pictures.T, (seen[:, wanted] / count[wanted]).T)
    return (calling + finding) / 2


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


def map_gap(guess: Tensor, map_: Tensor) -> Tensor:
    """As `feature_gap`, place by place (hints: FitNets, arXiv 1412.6550): `(n, c, a, a)` against a teacher's map
    `(n, c, b, b)`, both brought to the smaller side by means."""
    side = min(guess.shape[-1], map_.shape[-1])
    return feature_gap(F.adaptive_avg_pool2d(guess, side), F.adaptive_avg_pool2d(map_, side))


def class_gap(logits: Tensor, probabilities: Tensor) -> Tensor:
    """Cross entropy of class logits `(n, c)` against a classifier's probabilities, which need not sum to one exactly
    (they were rounded to 8 bits)."""
    return soft_cross_entropy(logits, probabilities / probabilities.sum(dim=1, keepdim=True).clamp_min(1e-6))
