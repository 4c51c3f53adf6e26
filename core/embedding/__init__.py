"""Records and an encoder to embeddings: in batches, order kept, skips reported, resumable."""

from core.embedding.captions import embed_captions
from core.embedding.pictures import embed_images
from core.embedding.values import Embeddings

__all__ = ["Embeddings", "embed_captions", "embed_images"]
