"""The formulas: from ranks, and from which of the ranked pictures are right.

Definitions are those of trec_eval; the tests hold them against scikit-learn's and ir_measures' on random cases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]
    Rows = NDArray[np.int64]

LEVEL = 1e-6
"""Cosines nearer than this are equal: those of equal vectors may differ in their last bits, depending on where a matrix
product places them."""


def recall_at_k(ranks: Floats, k: int) -> float:
    """The share, 0 to 1, of `ranks` (from 1; inf for never found) that are at most `k`; 0 for no ranks."""
    return float(np.mean(ranks <= k)) if len(ranks) else 0.0


def reciprocal_rank(ranks: Floats) -> Floats:
    """1 / rank of each, 0 for what is never found."""
    return 1.0 / np.asarray(ranks, np.float64)


def rank_order(scores: NDArray[np.floating], right: Mask) -> Rows:
    """The columns of each row of `scores` `(q, n)`, best first. Of equal scores the wrong ones (not in `right`
    `(q, n)`) come first, so that ties never flatter; among those the columns keep their order."""
    levels = np.round(-np.asarray(scores, np.float64) / LEVEL)
    order: Rows = np.lexsort((right, levels), axis=1)
    return order


def precision_at_k(ranked: Mask, k: int) -> Floats:
    """For each row of `ranked` `(q, n)`, right or not in rank order: how many of the first `k` are right, divided by
    `k` also where there are fewer columns."""
    shares: Floats = ranked[:, :k].sum(axis=1) / float(k)
    return shares


def share_found_at_k(ranked: Mask, k: int) -> Floats:
    """For each row of `ranked` `(q, n)`: the share of all right ones that is among the first `k`; 0 where none is
    right. (Recall as in information retrieval; the hit rate of captions is `recall_at_k`.)"""
    total = ranked.sum(axis=1)
    found: Floats = ranked[:, :k].sum(axis=1) / np.maximum(total, 1)
    return found


def average_precision(ranked: Mask) -> Floats:
    """For each row of `ranked` `(q, n)` the mean, over its right ones, of the precision at the rank of each; 0 where
    none is right."""
    hits = np.cumsum(ranked, axis=1)
    precision = hits / np.arange(1, ranked.shape[1] + 1)
    average: Floats = np.where(ranked, precision, 0.0).sum(axis=1) / np.maximum(ranked.sum(axis=1), 1)
    return average


def overlap_at_k(first: Rows, second: Rows) -> Floats:
    """For each row the share, 0 to 1, of its `k` entries that both lists `(q, k)` hold."""
    if not first.shape[1]:
        return np.zeros(len(first))
    shared: Floats = _shared_at(first, second)[:, -1] / float(first.shape[1])
    return shared


def rank_biased_overlap(first: Rows, second: Rows, p: float = 0.9) -> Floats:
    """For each row how much two rankings `(q, k)` of distinct entries agree, 0 to 1, the first ranks counting most:
    RBO extrapolated from its first `k` ranks (Webber, Moffat and Zobel 2010, equation 32), persistence `p`."""
    depth = first.shape[1]
    if not depth:
        return np.zeros(len(first))
    shared = _shared_at(first, second)
    ranks = np.arange(1, depth + 1)
    weighted = (shared / ranks * p**ranks).sum(axis=1) * (1 - p) / p
    overlap: Floats = weighted + shared[:, -1] / depth * p**depth
    return overlap


def _shared_at(first: Rows, second: Rows) -> Floats:
    """How many entries the first d of both lists share, for every depth d: `(q, k)`."""
    same = first[:, :, None] == second[:, None, :]  # (q, k, k)
    # An entry is shared from the deeper of its two ranks on.
    depth = first.shape[1]
    deeper = np.maximum(np.arange(depth)[:, None], np.arange(depth)[None, :])
    counts = np.stack([(same & (deeper == at)).sum(axis=(1, 2)) for at in range(depth)], axis=1)
    shared: Floats = np.cumsum(counts, axis=1).astype(np.float64)
    return shared
