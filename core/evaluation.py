"""How well captions find their pictures, and pictures their captions: exact ranks over a whole collection.

Protocol: every caption is a query, its stored embedding taken as it is, without a prompt. R@K is the hit rate: the
share of queries whose true picture (for pictures: any of their own captions) is among the first K. For the rankings
that use captions the query's own caption is left out of the index. Ties count against the true answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core import progress, search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.store import Store

PROTOCOL = (
    "every caption as a query, no prompt; R@K is the hit rate in percent; for the caption and fused rankings "
    "the query's own caption is left out; ties count against the true answer"
)

# Cosines of equal vectors may differ in their last bits, depending on where a matrix product places them.
_LEVEL = 1e-6
# Numbers in one block of scores: a quarter of a gigabyte, of which a handful are alive at a time.
_BLOCK = 1 << 26


@dataclass(frozen=True, slots=True)
class Recall:
    """Hit rates in percent, and the median rank of the true answer (None when most cannot be found at all)."""

    r1: float
    r5: float
    r10: float
    median_rank: float | None

    def to_dict(self) -> dict[str, float | None]:
        return {"R@1": self.r1, "R@5": self.r5, "R@10": self.r10, "median_rank": self.median_rank}


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """Both directions of a collection. `text_to_image` has one entry per ranking that a text can ask for;
    `image_to_text` is None where pictures and captions are of two models and cannot be compared."""

    images: int
    captions: int
    text_to_image: dict[search.Ranking, Recall]
    image_to_text: Recall | None

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready object; see the command `python -m core evaluate --json`."""
        return {
            "images": self.images,
            "captions": self.captions,
            "text_to_image": {by.value: recall.to_dict() for by, recall in self.text_to_image.items()},
            "image_to_text": None if self.image_to_text is None else self.image_to_text.to_dict(),
            "protocol": PROTOCOL,
        }


@dataclass(frozen=True, slots=True)
class CaptionQueries:
    """A block of captions as queries: the row of each one's picture `(b,)`, the cosines of all pictures `(b, n)`, -inf
    where they are of another model, and those of each picture's best caption but the query itself `(b, n)`, -inf where
    it has no other."""

    true_rows: NDArray[np.int64]
    images: NDArray[np.float32]
    captions: NDArray[np.float32]


def recall_at_k(ranks: NDArray[np.float64], k: int) -> float:
    """The share, 0 to 1, of `ranks` (from 1; inf for never found) that are at most `k`; 0 for no ranks."""
    return float(np.mean(ranks <= k)) if len(ranks) else 0.0


def summary(ranks: NDArray[np.float64]) -> Recall:
    """Ranks to rounded percents."""
    median = float(np.median(ranks)) if len(ranks) else np.inf
    r1, r5, r10 = (round(100 * recall_at_k(ranks, k), 2) for k in (1, 5, 10))
    return Recall(r1, r5, r10, median_rank=median if np.isfinite(median) else None)


def evaluate_store(store: Store, *, report: progress.Report = progress.silent) -> RetrievalReport:
    """Recall in both directions over the stored vectors; needs no model. Empty collections give zeros.

    Work grows with captions x (captions + pictures): seconds for 25,000 captions, an hour for COCO's 600,000.
    """
    offered = search.Ranking if store.one_space else (search.Ranking.CAPTION,)
    ranks: dict[search.Ranking, list[NDArray[np.float64]]] = {by: [] for by in offered}
    for block in caption_queries(store, report=report):
        for by, parts in ranks.items():
            parts.append(true_ranks(_scores(block, by), block.true_rows))
    none = np.zeros(0)
    return RetrievalReport(
        images=len(store.records),
        captions=store.caption_index.count,
        text_to_image={by: summary(np.concatenate([none, *parts])) for by, parts in ranks.items()},
        image_to_text=summary(image_to_text_ranks(store)) if store.one_space else None,
    )


def _scores(block: CaptionQueries, by: search.Ranking) -> NDArray[np.float32]:
    """The score of every picture in one ranking, `(b, n)`."""
    if by is search.Ranking.FUSED:
        fused: NDArray[np.float32] = search.fused_shares(block.images, block.captions).sum(axis=-1)
        return fused
    return block.images if by is search.Ranking.IMAGE else block.captions


def true_ranks(scores: NDArray[np.float32], true_rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """The rank of column `true_rows[i]` in row i of `scores` `(b, n)`, ties counted against it; inf where it has no
    score."""
    true = np.take_along_axis(scores, true_rows[:, None], axis=1)  # (b, 1)
    ranks: NDArray[np.float64] = (scores >= true - _LEVEL).sum(axis=1).astype(np.float64)
    ranks[np.isneginf(true[:, 0])] = np.inf
    return ranks


def caption_queries(store: Store, *, report: progress.Report = progress.silent) -> Iterator[CaptionQueries]:
    """Every caption as a query, in blocks that fit in memory."""
    count, pictures = store.caption_index.count, len(store.records)
    if not count:
        return
    # Captions of one picture side by side, so that its best is a maximum over a run.
    order = np.argsort(store.caption_image_rows, kind="stable")
    rows = store.caption_image_rows[order]
    captions, images = store.caption_index.vectors()[order], store.image_index.vectors()
    with_captions, starts = np.unique(rows, return_index=True)
    size = max(1, _BLOCK // max(count, pictures))
    for start in range(0, count, size):
        queries = captions[start : start + size]  # (b, dim)
        cosines = queries @ captions.T  # (b, m)
        own = np.arange(len(queries))
        cosines[own, start + own] = -np.inf
        best = np.full((len(queries), pictures), -np.inf, np.float32)
        best[:, with_captions] = np.maximum.reduceat(cosines, starts, axis=1)
        by_picture = queries @ images.T if store.one_space else np.full_like(best, -np.inf)
        yield CaptionQueries(rows[start : start + size], by_picture, best)
        report(progress.Progress("Ranking", start + len(queries), count, unit="captions"))


def image_to_text_ranks(store: Store) -> NDArray[np.float64]:
    """For every picture with captions the rank of its best own caption among the captions of the others."""
    owners = store.caption_image_rows
    rows = np.unique(owners)
    ranks = [np.zeros(0)]
    if len(rows):
        captions, images = store.caption_index.vectors(), store.image_index.vectors()
        size = max(1, _BLOCK // len(owners))
        for start in range(0, len(rows), size):
            block = rows[start : start + size]
            cosines = images[block] @ captions.T  # (b, m)
            own = owners == block[:, None]
            best = np.where(own, cosines, -np.inf).max(axis=1, keepdims=True)
            ranks.append(1.0 + ((cosines >= best - _LEVEL) & ~own).sum(axis=1))
    return np.concatenate(ranks)
