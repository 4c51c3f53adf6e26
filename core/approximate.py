"""Vectors to nearly their nearest neighbours: FAISS's IVF and HNSW, in memory.

They pay past some hundred thousand vectors. What they cost in answers is measured by `core.evaluation`; collections are
searched exactly (`core.index`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import faiss
import numpy as np

from core import errors
from core.index import Neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.index import Rows, Vectors

Kind: TypeAlias = Literal["ivf", "hnsw"]

NOTHING = -1
"""The row, with the score -inf, of a place in the answer for which nothing was found."""
_POINTS_PER_LIST = 256  # FAISS looks at no more of them to place the lists
_EF_CONSTRUCTION = 200


class ApproximateIndex:
    """Unit vectors `(count, dim)` by inner product, float32. Built by `ivf` or `hnsw`; never changes."""

    def __init__(self, kind: Kind, index: faiss.Index) -> None:
        self.kind = kind
        self._index = index

    @classmethod
    def ivf(cls, vectors: Vectors, lists: int, *, seed: int = 0) -> ApproximateIndex:
        """`lists` groups around means of the vectors; a query looks into the nearest few. Raises `QueryError` unless
        there are 1 to as many lists as vectors."""
        if not 1 <= lists <= len(vectors):
            raise errors.QueryError(f"{lists} lists for {len(vectors)} vectors; expected 1 to {len(vectors)}")
        dim = vectors.shape[1]
        index = faiss.IndexIVFFlat(faiss.IndexFlatIP(dim), dim, lists, faiss.METRIC_INNER_PRODUCT)
        index.cp.seed = seed
        index.cp.min_points_per_centroid = 1  # below FAISS's taste it would print a warning to the terminal
        index.cp.max_points_per_centroid = _POINTS_PER_LIST
        rows = np.ascontiguousarray(vectors, np.float32)
        index.train(rows)
        index.add(rows)
        return cls("ivf", index)

    @classmethod
    def hnsw(cls, vectors: Vectors, links: int) -> ApproximateIndex:
        """A graph with `links` neighbours a vector, which a query walks along. Raises `QueryError` for fewer than two
        links and for no vectors."""
        if links < 2 or not len(vectors):
            raise errors.QueryError(f"{links} links among {len(vectors)} vectors; expected 2 or more among 1 or more")
        index = faiss.IndexHNSWFlat(vectors.shape[1], links, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = _EF_CONSTRUCTION
        index.add(np.ascontiguousarray(vectors, np.float32))
        return cls("hnsw", index)

    @property
    def count(self) -> int:
        """Number of rows."""
        return int(self._index.ntotal)

    @property
    def size_bytes(self) -> int:
        """Size of the index as a file, which is nearly that in memory."""
        return int(faiss.serialize_index(self._index).nbytes)

    def search(self, queries: Vectors, k: int, *, breadth: int, allowed_rows: Rows | None = None) -> Neighbours:
        """Up to `k` rows for each of the queries `(m, dim)`, best first, `NOTHING` in the places that stay empty.

        `breadth` is how many lists (IVF) or candidates (HNSW) are looked at: more find more and take longer. With
        `allowed_rows` only those can be found, but the search does not look any further for it. Raises `QueryError`
        for k or breadth below 1.
        """
        if k < 1 or breadth < 1:
            raise errors.QueryError(f"k is {k}, breadth {breadth}; expected at least 1")
        selector, bits = None, self._bits(allowed_rows)  # `bits` in a variable: FAISS reads it without owning it
        if bits is not None:
            selector = faiss.IDSelectorBitmap(self.count, faiss.swig_ptr(bits))
        parameters = (
            faiss.SearchParametersIVF(sel=selector, nprobe=breadth)  # type: ignore[call-arg]
            if self.kind == "ivf"
            else faiss.SearchParametersHNSW(sel=selector, efSearch=breadth)  # type: ignore[attr-defined]
        )
        rows_first = np.ascontiguousarray(queries, np.float32)
        scores, rows = self._index.search(rows_first, min(k, self.count), params=parameters)
        scores = np.where(rows == NOTHING, -np.inf, scores).astype(np.float32)
        order = np.lexsort((rows, -scores), axis=1)
        return Neighbours(np.take_along_axis(rows, order, axis=1), np.take_along_axis(scores, order, axis=1))

    def _bits(self, allowed_rows: Rows | None) -> NDArray[np.uint8] | None:
        if allowed_rows is None:
            return None
        mask = np.zeros(self.count, bool)
        mask[allowed_rows] = True
        return np.packbits(mask, bitorder="little")
