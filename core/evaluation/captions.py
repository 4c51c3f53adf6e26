"""How well captions find their pictures, and pictures their captions: exact ranks over a whole collection.

Protocol: every caption is a query, its stored embedding taken as it is, without a prompt. R@K is the hit rate: the
share of queries whose true picture (for pictures: any of their own captions) is among the first K. For the rankings
that use captions the query's own caption is left out of the index. Ties count against the true answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from core import progress, relevance, search
from core.evaluation import intervals, metrics
from core.evaluation.intervals import Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.relevance import Relevance
    from core.store import Store

PROTOCOL = (
    "every caption as a query, no prompt; R@K is the hit rate in percent, MRR the mean of 1 / rank in percent; for the "
    "caption and fused rankings the query's own caption is left out; ties count against the true answer; intervals "
    "(95 %) by drawing the pictures again, each with all of its captions, against the same collection"
)
"""The sentence that belongs beside every recall of captions."""

# Numbers in one block of scores: a quarter of a gigabyte, of which a handful are alive at a time.
_BLOCK = 1 << 26


@dataclass(frozen=True, slots=True)
class Recall:
    """Hit rates and the mean reciprocal rank in percent, and the median rank of the true answer (None when most cannot
    be found at all). `intervals` by the names of `to_dict`; empty when none were asked for."""

    r1: float
    r5: float
    r10: float
    median_rank: float | None
    mrr: float
    intervals: Mapping[str, Interval] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready object; `intervals` only where there are any."""
        figures: dict[str, Any] = {
            "R@1": self.r1,
            "R@5": self.r5,
            "R@10": self.r10,
            "median_rank": self.median_rank,
            "MRR": self.mrr,
        }
        if self.intervals:
            figures["intervals"] = {name: [one.low, one.high] for name, one in self.intervals.items()}
        return figures


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
    it has no other, and how much of the query's words the other captions of each picture say `(b, n)`, 0 to 1."""

    true_rows: NDArray[np.int64]
    images: NDArray[np.float32]
    captions: NDArray[np.float32]
    words: NDArray[np.float32]


def summary(
    ranks: NDArray[np.float64], pictures: NDArray[np.int64] | None = None, *, resamples: int = 0, seed: int = 0
) -> Recall:
    """Ranks to rounded percents; with `resamples` also intervals, those ranks drawn together that belong to one of
    `pictures`, which has an entry for each (None: every rank by itself)."""
    median = float(np.median(ranks)) if len(ranks) else np.inf
    each = np.stack([*(ranks <= k for k in (1, 5, 10)), metrics.reciprocal_rank(ranks)], axis=1) * 100.0  # (q, 4)
    r1, r5, r10, mrr = (round(float(mean), 2) for mean in each.mean(axis=0)) if len(ranks) else (0.0, 0.0, 0.0, 0.0)
    return Recall(
        r1, r5, r10, median if np.isfinite(median) else None, mrr, _ends(ranks, each, pictures, resamples, seed)
    )


def _ends(
    ranks: NDArray[np.float64],
    each: NDArray[np.float64],
    pictures: NDArray[np.int64] | None,
    resamples: int,
    seed: int,
) -> dict[str, Interval]:
    groups = np.arange(len(ranks)) if pictures is None else pictures
    means = intervals.of_means(each, groups, resamples=resamples, seed=seed)
    found = dict(zip(("R@1", "R@5", "R@10", "MRR"), map(intervals.rounded, means), strict=False))
    median = intervals.of_median(ranks, groups, resamples=resamples, seed=seed)
    return found if median is None else found | {"median_rank": median}


def evaluate_store(
    store: Store, *, resamples: int = 0, seed: int = 0, report: progress.Report = progress.silent
) -> RetrievalReport:
    """Recall in both directions over the stored vectors; needs no model. Empty collections give zeros.

    With `resamples`, say 1000, every figure has a bootstrap interval, the same for the same `seed`.
    Work grows with captions x (captions + pictures): seconds for 25,000 captions, an hour for COCO's 600,000.
    """
    offered = search.TEXT_RANKINGS if store.one_space else (search.Ranking.CAPTION,)
    ranks: dict[search.Ranking, list[NDArray[np.float64]]] = {by: [np.zeros(0)] for by in offered}
    owners = [np.zeros(0, np.int64)]
    for block in caption_queries(store, report=report):
        owners.append(block.true_rows)
        for by, parts in ranks.items():
            parts.append(true_ranks(_scores(block, by, store.relevance), block.true_rows))
    asked = np.concatenate(owners)
    back = summary(image_to_text_ranks(store), resamples=resamples, seed=seed) if store.one_space else None
    return RetrievalReport(
        images=len(store.records),
        captions=store.caption_index.count,
        text_to_image={
            by: summary(np.concatenate(parts), asked, resamples=resamples, seed=seed) for by, parts in ranks.items()
        },
        image_to_text=back,
    )


def _scores(block: CaptionQueries, by: search.Ranking, fitted: Relevance | None) -> NDArray[np.float32]:
    """The score of every picture in one ranking, `(b, n)`, the fused one with the weights a search would take."""
    if by is search.Ranking.FUSED:
        weights = fitted.fusion if fitted else relevance.FALLBACK
        fused: NDArray[np.float32] = search.fused_shares(block.images, block.captions, block.words, weights).sum(
            axis=-1
        )
        return fused
    return block.images if by is search.Ranking.IMAGE else block.captions


def true_ranks(scores: NDArray[np.float32], true_rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """The rank of column `true_rows[i]` in row i of `scores` `(b, n)`, ties counted against it; inf where it has no
    score."""
    true = np.take_along_axis(scores, true_rows[:, None], axis=1)  # (b, 1)
    ranks: NDArray[np.float64] = (scores >= true - metrics.LEVEL).sum(axis=1).astype(np.float64)
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
        owners = rows[start : start + size]
        said = np.stack(
            [
                store.words.scores_without(store.captions[at].text, int(owner))
                for at, owner in zip(order[start : start + size], owners, strict=True)
            ]
        )
        yield CaptionQueries(owners, by_picture, best, said)
        report(progress.Progress("Ranking", start + len(queries), count, unit="captions"))


def image_to_text_ranks(store: Store) -> NDArray[np.float64]:
    """For every picture with captions the rank of its best own caption among the captions of the others."""
    return own_caption_ranks(store.image_index.vectors(), store.caption_index.vectors(), store.caption_image_rows)


def own_caption_ranks(
    images: NDArray[np.float32], captions: NDArray[np.float32], owners: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The same from unit rows: `images` `(n, dim)`, `captions` `(m, dim)`, and the row of each one's picture `(m,)`."""
    rows = np.unique(owners)
    ranks = [np.zeros(0)]
    if len(rows):
        size = max(1, _BLOCK // len(owners))
        for start in range(0, len(rows), size):
            block = rows[start : start + size]
            cosines = images[block] @ captions.T  # (b, m)
            own = owners == block[:, None]
            best = np.where(own, cosines, -np.inf).max(axis=1, keepdims=True)
            ranks.append(1.0 + ((cosines >= best - metrics.LEVEL) & ~own).sum(axis=1))
    return np.concatenate(ranks)
