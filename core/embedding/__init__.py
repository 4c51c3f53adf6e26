"""Records and an encoder to embeddings: in batches, order kept, skips reported, resumable."""

from __future__ import annotations

from pathlib import Path

from core.embedding import shards
from core.embedding.captions import embed_captions
from core.embedding.pictures import embed_images
from core.embedding.values import Embeddings

__all__ = ["Embeddings", "embed_captions", "embed_images", "encoded_before"]


def encoded_before(work: Path) -> int:
    """How many pictures the finished parts in the folder `work` stand for, unreadable ones included."""
    return shards.count(work, "pictures")
