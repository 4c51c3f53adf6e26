"""t-SNE: neighbours stay together (van der Maaten and Hinton, JMLR 9, 2008), laid out by openTSNE.

openTSNE (Poličar et al., JSS 109, 2024) was chosen because it takes neighbours found elsewhere, reports on its way and
can be stopped, and because its interpolation (Linderman et al., Nature Methods 16, 2019) grows with the number of
points; `benchmarks/projection.py` measures it beside scikit-learn's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core import progress, threads
from core.progress import Progress
from core.projection import neighbours
from core.projection.pca import pca_map

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

PERPLEXITY = 30
"""How many neighbours a point counts as its own, softly; 30 is what the authors and every library take."""
_EARLY, _LATE = 250, 500  # steps, of which the early ones press groups together twelvefold
_EXAGGERATION = 12
_INTERPOLATE_FROM = 5000  # points; below it the tree (Barnes-Hut) is faster, and it alone lays out in space
_STAGE = "Laying out with t-SNE"
_EVERY = 10  # steps between two reports
_MOST_THREADS = 2  # the dashboard goes on beside it


def tsne_points(vectors: Vectors, dims: int, *, report: progress.Report = progress.silent) -> Vectors:
    """Where the unit rows `(n, d)` lie, float32 `(n, dims)`, `dims` 2 or 3. Begins from the PCA map, so that the same
    vectors give the same layout as far as threads allow. Fewer than four points are left as PCA has them. Raises what
    `report` raises to stop."""
    start = pca_map(vectors, dims).points
    if len(vectors) < 4 or not np.ptp(start):
        return start
    from openTSNE import TSNEEmbedding, affinity, initialization, nearest_neighbors

    used = min(_MOST_THREADS, threads.usable_cores())
    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    rows, cosines = neighbours.nearest(vectors, int(3 * perplexity), report=report)
    report(Progress(_STAGE, 0, _EARLY + _LATE, unit="steps"))
    near = nearest_neighbors.PrecomputedNeighbors(rows, np.sqrt(np.maximum(0, 2 - 2 * cosines)).astype(np.float64))
    likeness = affinity.PerplexityBasedNN(perplexity=perplexity, knn_index=near, n_jobs=used)
    flat = dims == 2 and len(vectors) >= _INTERPOLATE_FROM
    layout = TSNEEmbedding(
        initialization.rescale(start.astype(np.float64)),
        likeness,
        negative_gradient_method="fft" if flat else "bh",
        n_jobs=used,
        random_state=0,
    )
    for done, steps, settings in (
        (0, _EARLY, {"exaggeration": _EXAGGERATION, "momentum": 0.5}),
        (_EARLY, _LATE, {"momentum": 0.8}),
    ):

        def tell(step: int, _error: float, _points: object, done: int = done) -> bool:
            report(Progress(_STAGE, done + step, _EARLY + _LATE, unit="steps"))
            return False

        layout = layout.optimize(n_iter=steps, callbacks=tell, callbacks_every_iters=_EVERY, **settings)
    return np.ascontiguousarray(layout, dtype=np.float32)
