"""Vectors to nearest neighbours: one exact FAISS index, float16 on disk and in memory.

Half the bytes of float32 change cosines by less than 0.001 and the first ten neighbours by less than 0.1 %.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from core import threads
from core.errors import QueryError, StoreCorruptError

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]

_BLOCK = 8192  # rows decoded at a time
_KEEP_DECODED_BYTES = 256_000_000  # up to here the float32 form is kept after its first use: 118,287 × 512 is 242 MB
_PART, _SCORERS = 75_000, 2  # rows that are scored at a time, and how many threads do so


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """For each of m queries its k best rows, best first: `rows` int64 and `scores` float32 (cosine), both `(m, k)`."""

    rows: Rows
    scores: Vectors


class VectorIndex:
    """Unit vectors `(count, dim)`, searched exactly by inner product, which is their cosine. Never changes."""

    kind = "exact"

    def __init__(self, index: faiss.IndexScalarQuantizer) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> VectorIndex:
        """From float32 unit rows `(n, dim)`; n may be 0."""
        if vectors.ndim != 2 or vectors.shape[1] < 1:
            raise QueryError(f"vectors of shape {vectors.shape}: expected two dimensions (n, dim)")
        if not np.isfinite(vectors).all():
            row = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
            raise QueryError(f"vectors: row {row} holds NaN or infinity")
        index = faiss.IndexScalarQuantizer(vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @property
    def count(self) -> int:
        """Number of rows."""
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        """Width of a row."""
        return int(self._index.d)

    @property
    def size_bytes(self) -> int:
        """Memory of the vectors themselves."""
        return self.count * int(self._index.code_size)

    def search(self, queries: Vectors, k: int, allowed_rows: Rows | None = None) -> Neighbours:
        """The k best rows for each of the queries `(m, dim)`; equal scores come in row order.

        `k` is clamped to the rows there are. With `allowed_rows` only those rows compete, and still exactly: every
        query gets `min(k, number of allowed rows)` of them. Raises `QueryError` for queries of another width, values
        that are not finite, k below 1 and rows that do not exist.
        """
        queries = self._checked(queries)
        if k < 1:
            raise QueryError(f"k is {k}; expected at least 1")
        allowed = None if allowed_rows is None else self._checked_rows(allowed_rows)
        k = min(k, self.count if allowed is None else len(allowed))
        if k == 0 or not len(queries):
            return Neighbours(np.empty((len(queries), k), np.int64), np.empty((len(queries), k), np.float32))
        parameters = None
        if allowed is not None:
            mask = np.zeros(self.count, dtype=bool)
            mask[allowed] = True
            bits = np.packbits(mask, bitorder="little")  # kept in a variable: FAISS reads it without owning it
            selector = faiss.IDSelectorBitmap(self.count, faiss.swig_ptr(bits))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, rows = self._index.search(queries, k, params=parameters)
        order = np.lexsort((rows, -scores), axis=1)
        return Neighbours(np.take_along_axis(rows, order, axis=1), np.take_along_axis(scores, order, axis=1))

    def scores(self, query: Vectors) -> Vectors:
        """The cosine of one query `(dim,)` with every row, `(count,)`, in row order."""
        row = self._checked(np.asarray(query)[None, :])[0] if np.ndim(query) == 1 else self._checked(query)[0]
        if self._fits_decoded:
            products: Vectors = self._decoded @ row
            return products
        scores = np.empty(self.count, np.float32)

        def score(start: int) -> None:
            # Asked for all rows, FAISS decodes on the fly and is ten times faster than decoding here. It sorts them,
            # too, which takes longer than scoring and less long in parts.
            part = faiss.SearchParameters(sel=faiss.IDSelectorRange(start, start + _PART))  # type: ignore[call-arg]
            found, rows = self._index.search(row[None, :], min(_PART, self.count - start), params=part)
            scores[rows[0]] = found[0]

        # However few threads FAISS itself may use: one query is one thread to it, and the visitor waits for this alone.
        with ThreadPoolExecutor(min(_SCORERS, threads.usable_cores())) as pool:
            list(pool.map(score, range(0, self.count, _PART)))
        return scores

    def vectors(self) -> Vectors:
        """Every row as float32 `(count, dim)`, read-only. Stored again they give the same bytes."""
        if self._fits_decoded:
            return self._decoded
        return self._decode()

    def vectors_at(self, rows: Rows) -> Vectors:
        """Some rows as float32 `(m, dim)`, in the order asked. Raises `QueryError` for rows that do not exist."""
        self._checked_rows(rows)
        return self._codes()[np.asarray(rows, np.int64)].astype(np.float32)

    def mean(self, rows: Rows) -> Vectors:
        """The mean `(dim,)` of some rows, each at most once; as fast as `scores` however many there are. Raises
        `QueryError` for no rows and for rows that do not exist."""
        wanted = self._checked_rows(rows)
        if not len(wanted):
            raise QueryError("the mean of no rows")
        if not self._fits_decoded:
            blocks = (wanted[start : start + _BLOCK] for start in range(0, len(wanted), _BLOCK))
            total: Vectors = np.sum([self.vectors_at(block).sum(axis=0) for block in blocks], axis=0)
            return total / np.float32(len(wanted))
        weights = np.zeros(self.count, np.float32)
        weights[wanted] = 1 / len(wanted)
        # One product reads memory in order, which is many times faster than gathering rows.
        mean: Vectors = weights @ self._decoded
        return mean

    def to_bytes(self) -> bytes:
        """The FAISS file. Equal vectors give equal bytes."""
        return bytes(faiss.serialize_index(self._index).data)

    @classmethod
    def from_bytes(cls, data: bytes) -> VectorIndex:
        """Read a FAISS file. FAISS believes what it reads, so the caller has matched the checksum before.

        Raises `StoreCorruptError` for anything that is not an index of this kind.
        """
        faiss.set_deserialization_vector_byte_limit(max(len(data), 1))  # no header may ask for more than the file has
        try:
            index: Any = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
        except (RuntimeError, AssertionError, MemoryError) as error:
            first = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise StoreCorruptError(f"not a readable vector index ({first[:200]})") from error
        if (
            not isinstance(index, faiss.IndexScalarQuantizer)
            or index.sq.qtype != faiss.ScalarQuantizer.QT_fp16
            or index.metric_type != faiss.METRIC_INNER_PRODUCT
            or index.codes.size() != index.ntotal * index.d * 2
        ):
            raise StoreCorruptError(
                f"expected an exact float16 index by inner product, found a {type(index).__name__} "
                f"(metric {index.metric_type})"
            )
        return cls(index)

    @property
    def _fits_decoded(self) -> bool:
        return self.count * self.dim * 4 <= _KEEP_DECODED_BYTES

    @cached_property
    def _decoded(self) -> Vectors:
        return self._decode()

    def _decode(self) -> Vectors:
        vectors = self._codes().astype(np.float32)
        vectors.flags.writeable = False
        return vectors

    def _codes(self) -> NDArray[np.float16]:
        """The stored float16 rows, seen in place."""
        if not self.count:
            return np.empty((0, self.dim), np.float16)
        raw = faiss.rev_swig_ptr(self._index.codes.data(), self.size_bytes)
        return raw.view(np.float16).reshape(self.count, self.dim)

    def _checked(self, queries: Vectors) -> Vectors:
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        if queries.ndim != 2 or queries.shape[1] != self.dim:
            raise QueryError(
                f"a query of shape {queries.shape}; this index holds vectors of width {self.dim}: (m, {self.dim})"
            )
        if not np.isfinite(queries).all():
            raise QueryError("the query holds NaN or infinity")
        return queries

    def _checked_rows(self, rows: Rows) -> Rows:
        unique: Rows = np.unique(np.asarray(rows, dtype=np.int64))
        if len(unique) and (unique[0] < 0 or unique[-1] >= self.count):
            raise QueryError(f"rows {unique[0]} to {unique[-1]}; this index holds rows 0 to {self.count - 1}")
        return unique


def read_flat(path: Path) -> Vectors:
    """The rows `(n, dim)` of another program's FAISS file that keeps whole vectors (IndexFlatL2, IndexFlatIP, and HNSW
    over one), as they are: not of unit length unless they were made so.

    Raises `StoreCorruptError` naming the file for anything else.
    """
    try:
        faiss.set_deserialization_vector_byte_limit(max(path.stat().st_size, 1))
        index: Any = faiss.read_index(str(path))
    except (RuntimeError, AssertionError, MemoryError, OSError) as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise StoreCorruptError(f"{path}: not a readable vector index ({first[-200:]})") from error
    flat = faiss.downcast_index(index.storage) if isinstance(index, faiss.IndexHNSW) else index
    if not isinstance(flat, faiss.IndexFlat) or flat.codes.size() != flat.ntotal * flat.d * 4:
        raise StoreCorruptError(
            f"{path}: holds a {type(index).__name__}; only an index of whole vectors (IndexFlatL2, IndexFlatIP) can be "
            "imported"
        )
    if not flat.ntotal:
        return np.empty((0, flat.d), np.float32)
    rows: Vectors = faiss.rev_swig_ptr(flat.get_xb(), flat.ntotal * flat.d).reshape(flat.ntotal, flat.d).copy()
    return rows
