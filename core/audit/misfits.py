"""How badly a caption fits its picture, by everything that the vectors say about the two.

Two margins, each the likeness of the ten best strangers less that of its own:
- across: between caption and picture, from both sides: (r(c) + r(p)) / 2 - cos(c, p), where r is the mean cosine with
  the ten best others. This is the cross-domain similarity local scaling of Conneau et al. (Word Translation without
  Parallel Data, ICLR 2018), turned round; it takes away that some captions and pictures are near to everything.
- among captions: the mean cosine with the ten nearest captions of other pictures less that with the other captions of
  its own picture, the unimodal neighbours of LEMoN (Zhang et al., 2024).
Each is measured in deviations from the collection's median, and their mean is the score: collections and models differ
in how far apart pictures and captions lie, and a deviation means the same in all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import progress
from core.audit import blocks, outliers
from core.audit.retrieval import FIRST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.audit.retrieval import Answers

    Vectors = NDArray[np.float32]
    Rows = NDArray[np.int64]

MOST_REFERENCES = 50_000
"""Captions that stand for all as possible strangers: an even sample where there are more. With ten of 600,000 wanted,
a twelfth of them puts every mean a little lower, for right and wrong captions alike."""


@dataclass(frozen=True, slots=True, eq=False)
class Misfits:
    """For each of m captions: `scores` float32 `(m,)`, in deviations, high for one that fits badly, NaN where nothing
    can be said; `siblings` float32: its mean cosine with the other captions of its picture, NaN without any; `nearest`
    int64: the most alike caption of another picture, -1 where there is none, with its cosine `likeness`."""

    scores: Vectors
    siblings: Vectors
    nearest: Rows
    likeness: Vectors


def find_misfits(
    captions: Vectors, owners: Rows, images: Vectors, answers: Answers | None, *, report: progress.Report
) -> Misfits:
    """`captions` `(m, dim)` of the pictures `owners` `(m,)`. `answers` None where captions and `images` `(n, dim)` are
    of two models: then only captions are compared with captions."""
    references = np.unique(np.linspace(0, len(captions) - 1, min(len(captions), MOST_REFERENCES)).astype(np.int64))
    known, known_owners = captions[references], owners[references]
    siblings = sibling_likeness(captions, owners)
    nearest, likeness = np.full(len(captions), -1, np.int64), np.full(len(captions), -1, np.float32)
    strangers = np.full(len(captions), np.nan, np.float32)
    for stretch, scores in blocks.products(captions, known, "Comparing captions", "captions", report):
        scores[owners[stretch][:, None] == known_owners] = -np.inf
        rows, found = blocks.highest(scores, FIRST)
        there = np.isfinite(found)
        strangers[stretch] = _mean(found, there)
        nearest[stretch] = np.where(there[:, 0], references[rows[:, 0]], -1)
        likeness[stretch] = np.where(there[:, 0], found[:, 0], -1)
    parts = [_scaled(strangers - siblings)]
    if answers is not None:
        around = _strangers_of_pictures(images, known, known_owners, report)
        parts.append(_scaled((answers.rivals + around[owners]) / 2 - answers.own))
    table = np.stack(parts)
    return Misfits(_mean(table.T, np.isfinite(table.T)), siblings, nearest, likeness)


def sibling_likeness(captions: Vectors, owners: Rows) -> Vectors:
    """The mean cosine of each caption with the others of its picture, `(m,)`; NaN where there are none."""
    counts = np.bincount(owners) if len(owners) else np.zeros(0, np.int64)
    sums = np.zeros((len(counts), captions.shape[1]), np.float32)
    np.add.at(sums, owners, captions)
    lengths = np.einsum("ij,ij->i", captions, captions)
    together = np.einsum("ij,ij->i", captions, sums[owners]) - lengths
    others = counts[owners] - 1
    likeness: Vectors = np.where(others > 0, together / np.maximum(others, 1), np.nan).astype(np.float32)
    return likeness


def _strangers_of_pictures(images: Vectors, known: Vectors, known_owners: Rows, report: progress.Report) -> Vectors:
    """For each picture the mean cosine of the ten captions of others that fit it best, `(n,)`."""
    around = np.full(len(images), np.nan, np.float32)
    for stretch, scores in blocks.products(images, known, "Asking with pictures", "pictures", report):
        scores[np.arange(stretch.start, stretch.stop)[:, None] == known_owners] = -np.inf
        _, found = blocks.highest(scores, FIRST)
        around[stretch] = _mean(found, np.isfinite(found))
    return around


def _scaled(margins: NDArray[np.floating]) -> NDArray[np.float64]:
    scaled = np.full(len(margins), np.nan)
    there = np.isfinite(margins)
    scaled[there] = outliers.deviations(margins[there])
    return scaled


def _mean(values: NDArray[np.floating], there: NDArray[np.bool_]) -> Vectors:
    """Over the columns that are there; NaN for none."""
    count = there.sum(axis=1)
    total = np.where(there, values, 0).sum(axis=1)
    mean: Vectors = np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)
    return mean
