"""A store on disk whose groups are known: tight bunches of pictures around axes of their own, each with its words."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core import store
from core.embedding import Embeddings
from core.encoder.contract import EncoderSpec
from core.records import Caption, Category, ImageRecord, RecordSet
from core.store import Header, Source, Store

WORDS = ("beach sand sea", "street bus city", "snow hill sled", "kitchen spoon pot")
DIM = 16


def spec(*, reads: bool = True) -> EncoderSpec:
    return EncoderSpec("open_clip" if reads else "timm", "planted", "none", DIM, 8, "0" * 64)


def bunches(each: int, groups: int = 4, spread: float = 0.05, seed: int = 0) -> np.ndarray:
    """Unit rows, `each` around each of the first `groups` axes, group after group."""
    chance = np.random.default_rng(seed)
    rows = np.repeat(np.eye(DIM)[:groups], each, axis=0) + spread * chance.normal(size=(each * groups, DIM))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def write(db: Path, name: str = "planted", *, each: int = 20, seed: int = 0, captions: int = 2) -> Store:
    """Four groups of `each` pictures with `captions` a picture, in a fresh store of the folder `db`."""
    db.mkdir(exist_ok=True)
    vectors = bunches(each, seed=seed)
    records = tuple(
        ImageRecord(
            row + 1,
            f"{row + 1:04}.jpg",
            captions=tuple(Caption(10 * row + turn, f"a {WORDS[row // each]} picture") for turn in range(captions)),
            categories=(f"group {row // each}",),
        )
        for row in range(4 * each)
    )
    spoken = [(row, caption) for row, record in enumerate(records) for caption in record.captions]
    shift = np.full(DIM, 0.4, np.float32)  # captions lie apart from pictures, as those of real models do
    texts = vectors[[row for row, _ in spoken]] + shift if spoken else np.zeros((0, DIM), np.float32)
    texts = texts / np.maximum(np.linalg.norm(texts, axis=1, keepdims=True), 1e-9)
    folder = store.write_store(
        db,
        Header(name, "Planted", Source(str(db)), spec(), "planted"),
        RecordSet(records, tuple(Category(number, f"group {number}") for number in range(4))),
        Embeddings(np.array([record.image_id for record in records], np.int64), vectors),
        Embeddings(np.array([caption.caption_id for _, caption in spoken], np.int64), texts.astype(np.float32)),
    )
    return store.open_store(folder)
