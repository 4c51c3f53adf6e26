"""Fit again what the scores of a collection mean, without encoding its pictures and captions again."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core import config, progress, store
from core import encoder as encoders
from core.build import rewriting
from core.embedding import Embeddings
from core.encoder import Encoder
from core.records import RecordSet
from core.store import Store


def calibrate_collection(
    name: str,
    *,
    db: Path | None = None,
    device: str = "auto",
    report: progress.Report = progress.silent,
    encoder: Encoder | None = None,
) -> Store:
    """The collection as `build_collection` would leave it, `relevance.json` included, from its stored vectors: for one
    built before there was a fit, and after many removals. Its `relevance` is None where its captions are too few.

    `encoder` is the model of its captions, used instead of loading it. Raises `StoreMisfitError` for one that is not,
    `StoreBusyError`, and what loading a model raises.
    """
    db = db or config.Settings.from_environment().db
    with store.held(db, name):
        before = store.open_store(db / name)
        manifest = before.manifest
        readers: tuple[Encoder, Encoder | None] | None = None
        if before.captions:
            text = manifest.text_encoder
            words = (text.model, text.pretrained) if text else (manifest.model, manifest.pretrained)
            reader = encoder or encoders.load_encoder(*words, device=device, report=report)
            store.check_text_fits(before, reader.spec)
            readers = reader, reader if text else None
        records = RecordSet(before.records, before.categories, before.licenses, manifest.skips)
        nothing = Embeddings(np.empty(0, np.int64), np.empty((0, manifest.dim), np.float32))
        return rewriting.rewrite(before, records, nothing, nothing, report, readers=readers)
