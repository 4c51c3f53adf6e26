"""What encoding a list of inputs gives: rows that say which input they stand for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.encoder.contract import Encoder
from core.errors import EncoderError
from core.records import Skipped


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """`vectors[i]`, a float32 unit row, stands for `ids[i]` (image_id or caption_id, int64).

    `skipped` are the inputs without a row. `reused` counts the inputs found done by an earlier, interrupted run.
    """

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    skipped: tuple[Skipped, ...] = ()
    reused: int = 0

    def __len__(self) -> int:
        return len(self.ids)


def checked(vectors: NDArray[np.float32], count: int, encoder: Encoder) -> NDArray[np.float32]:
    """The vectors, or `EncoderError` unless the encoder kept its contract: finite float32 unit rows, one per input."""
    wanted = (count, encoder.spec.dim)
    if vectors.shape != wanted or vectors.dtype != np.float32:
        found = f"{vectors.dtype} {vectors.shape}"
        raise EncoderError(f"{encoder.spec.model}: expected float32 {wanted}, the encoder gave {found}")
    if not np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3):  # NaN fails here too
        raise EncoderError(f"{encoder.spec.model}: the encoder gave rows that are not of unit length")
    return vectors
