"""Embeddings flattened to a map that people can look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Projection:
    """`points` float32 `(n, dims)`, in the order of the vectors; `explained` the share of the variance that each axis
    keeps, 0 to 1. `mean` `(d,)` and `axes` `(dims, d)` are what made the points, so that `place` can add others."""

    points: NDArray[np.float32]
    explained: tuple[float, ...]
    mean: NDArray[np.float32]
    axes: NDArray[np.float32]

    def place(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Where other vectors `(m, d)` lie on this map, float32 `(m, dims)`."""
        return ((vectors - self.mean) @ self.axes.T).astype(np.float32)


def pca_map(vectors: NDArray[np.float32], dims: int = 2) -> Projection:
    """The principal components of `vectors` `(n, d)`: the flat view that keeps most of the spread.

    Deterministic: the same vectors give the same map, signs included. Axes that the vectors cannot fill (fewer than
    `dims` of them, or all equal) are zero. 118,287 x 512 take a second or two.
    """
    count, width = vectors.shape
    filled = min(dims, width, count)
    points = np.zeros((count, dims), np.float32)
    explained = np.zeros(dims)
    mean, axes = vectors.mean(axis=0) if count else np.zeros(width, np.float32), np.zeros((dims, width), np.float32)
    if count > 1:
        from sklearn.decomposition import PCA

        # For many more vectors than dimensions the eigenvectors of the small covariance matrix are exact and quickest.
        solver = "covariance_eigh" if count >= width else "full"
        model = PCA(n_components=filled, svd_solver=solver)
        if np.ptp(vectors, axis=0).any():
            points[:, :filled] = model.fit_transform(vectors)
            explained[:filled] = model.explained_variance_ratio_
            axes[:filled] = model.components_
    return Projection(points, tuple(float(share) for share in explained), mean.astype(np.float32), axes)
