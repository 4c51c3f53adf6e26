"""The whole audit of a collection: everything that is computed once, from which the lists are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core import progress
from core.audit import misfits, outliers, pairs, pixels, retrieval
from core.errors import UnsafePathError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.store import Store

FLOOR = 0.90
"""Cosine from which two pictures are looked at as a pair. What is lower is no copy for any model we know of."""


@dataclass(frozen=True, slots=True, eq=False)
class Audit:
    """What was found in one version of a collection. Rows are those of the store. `differences` float32 `(p,)` has the
    difference of pixels of every pair, NaN where a file could not be read, and `unread` counts the pictures of such
    pairs. `answers` is None where captions cannot be asked of pictures, `misfits` without caption vectors."""

    pairs: pairs.Pairs
    differences: NDArray[np.float32]
    unread: int
    neighbourhoods: outliers.Neighbourhoods
    answers: retrieval.Answers | None
    misfits: misfits.Misfits | None


def audit_store(store: Store, *, report: progress.Report = progress.silent) -> Audit:
    """Audit an open store. Needs no model; reads the files of those pictures that are alike. Work grows with pictures
    times pictures and captions times pictures: seconds for thousands, minutes for a hundred thousand. Raises what
    `report` raises to stop."""
    images, captions = store.image_index.vectors(), store.caption_index.vectors()
    owners = store.caption_image_rows
    alike = pairs.pairs_above(images, FLOOR, report=report)
    differences, unread = _compare_pixels(store, alike, report)
    around = outliers.look_around(images, retrieval.FIRST, report=report)
    answers = None
    if store.one_space and len(captions):
        answers = retrieval.ask_captions(captions, images, owners, report=report)
    found = misfits.find_misfits(captions, owners, images, answers, report=report) if len(captions) else None
    return Audit(alike, differences, unread, around, answers, found)


def _compare_pixels(store: Store, alike: pairs.Pairs, report: progress.Report) -> tuple[NDArray[np.float32], int]:
    rows, places = np.unique(np.concatenate([alike.first, alike.second]), return_inverse=True)
    made, readable = pixels.grids([_path(store, int(row)) for row in rows], report=report)
    first, second = places[: len(alike)], places[len(alike) :]
    differences = pixels.differences(made, first, second)
    differences[~(readable[first] & readable[second])] = np.nan
    return differences, int((~readable).sum())


def _path(store: Store, row: int) -> Path:
    try:
        return store.picture_path(store.records[row])
    except UnsafePathError:
        return Path()  # a folder is no picture, so it counts as unreadable
