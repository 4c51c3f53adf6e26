"""What captions find when they are queries: the rank of their own picture, the picture they find first, and how often
each picture is among the first ten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import progress
from core.audit import blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Rows = NDArray[np.int64]

FIRST = 10
"""Pictures that count as found: the first page of an answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Over m queries and n pictures. `ranks` int32 `(m,)`: of the query's own picture, from 1, ties counted against it;
    `own` float32 `(m,)` its cosine; `best` int64 `(m,)` the best other picture, -1 where there is none, `best_scores`
    float32 its cosine, and `rivals` the mean cosine of the ten best others; `counts` int32 `(n,)`: for how many queries
    a picture is among the first ten; `own_counts`: for how many of its own."""

    ranks: NDArray[np.int32]
    own: Vectors
    best: Rows
    best_scores: Vectors
    rivals: Vectors
    counts: NDArray[np.int32]
    own_counts: NDArray[np.int32]


def ask_captions(captions: Vectors, images: Vectors, owners: Rows, *, report: progress.Report) -> Answers:
    """Every caption `(m, dim)` as a query for the pictures `(n, dim)`; `owners` `(m,)` are the rows of their own."""
    asked = len(captions)
    ranks, own = np.zeros(asked, np.int32), np.zeros(asked, np.float32)
    best, best_scores = np.full(asked, -1, np.int64), np.full(asked, -1, np.float32)
    rivals = np.full(asked, -1, np.float32)
    counts, own_counts = np.zeros(len(images), np.int64), np.zeros(len(images), np.int64)
    for stretch, scores in blocks.products(captions, images, "Asking with captions", "captions", report):
        true = owners[stretch]
        at = np.arange(len(true))
        own[stretch] = scores[at, true]
        ranks[stretch] = (scores >= scores[at, true][:, None]).sum(axis=1)
        rows, found = blocks.highest(scores, FIRST + 1)
        first = rows[:, :FIRST]
        counts += np.bincount(first.ravel(), minlength=len(images))
        own_counts += np.bincount(true[(first == true[:, None]).any(axis=1)], minlength=len(images))
        if rows.shape[1] > 1:
            other = np.where(rows[:, 0] == true, 1, 0)
            best[stretch], best_scores[stretch] = rows[at, other], found[at, other]
            rivals[stretch] = _mean_of_others(found, rows == true[:, None])
    return Answers(ranks, own, best, best_scores, rivals, counts.astype(np.int32), own_counts.astype(np.int32))


def _mean_of_others(found: Vectors, own: NDArray[np.bool_]) -> Vectors:
    """The mean of the first ten of each row that are not its own, `found` `(b, 11)` best first."""
    taken = ~own
    taken[:, -1] &= own[:, :-1].any(axis=1)  # the eleventh only where one of the ten is its own
    if found.shape[1] <= FIRST:
        taken = ~own
    mean: Vectors = np.where(taken, found, 0).sum(axis=1) / np.maximum(taken.sum(axis=1), 1)
    return mean


def best_of_each(ranks: NDArray[np.int32], owners: Rows, pictures: int) -> tuple[NDArray[np.int32], Rows]:
    """For each picture the best rank among its captions and the row of that caption: 0 and -1 without captions."""
    best = np.zeros(pictures, np.int32)
    rows = np.full(pictures, -1, np.int64)
    order = np.lexsort((np.arange(len(ranks)), ranks))[::-1]  # the best one is written last
    best[owners[order]], rows[owners[order]] = ranks[order], order
    return best, rows


def skewness(counts: NDArray[np.int32]) -> float:
    """The third standardised moment of how often pictures are found: 0 without hubs, above 1.4 with strong ones.

    Radovanović, Nanopoulos, Ivanović: Hubs in Space, JMLR 11, 2010, equation 1 and section 3.2.
    """
    spread = float(counts.std()) if len(counts) else 0.0
    return float(((counts - counts.mean()) ** 3).mean() / spread**3) if spread else 0.0
