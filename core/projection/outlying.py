"""How far each point of a map lies from the others of its kind: the audit's measure of outliers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core import progress
from core.audit.outliers import look_around

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.projection.points import Points
    from core.store import Store

_FOUND = 10  # as in an audit


def outlier_scores(store: Store, points: Points, *, report: progress.Report = progress.silent) -> NDArray[np.float32]:
    """For each point 1 minus its mean cosine with its nearest among the map's pictures, or captions where it is one:
    float32 `(p + c,)`, 0 to 2."""
    parts = [
        look_around(index.vectors_at(rows), _FOUND, report=report).scores
        for rows, index in ((points.pictures, store.image_index), (points.captions, store.caption_index))
        if len(rows)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
