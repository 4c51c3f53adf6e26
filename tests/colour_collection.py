"""A small real collection on disk, of plain coloured pictures: what the front ends are tested on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core import store
from core.embedding import Embeddings
from core.encoder.contract import EncoderSpec
from core.records import Caption, Category, ImageRecord, License, RecordSet, Skipped
from core.store import Header, Source
from tests import colour_encoder

Entry = tuple[str, Sequence[str]]

ENTRIES: tuple[Entry, ...] = (
    ("red", ("a red bus", "something blue")),
    ("green", ("a green field", "so  green\n")),
    ("blue", ("the blue sea", "deep blue water")),
    ("white", ()),
    ("yellow", ("=a yellow sun", "<b>yellow</b>")),
)


def write(db: Path, name: str = "colours", entries: Sequence[Entry] = ENTRIES) -> Path:
    """Write pictures and store, and return the store's folder. Picture n of the entries, from 1, has the id n and the
    file `<colour>/<n>.png`; its colour is its category, and licence 1 or 2 in turn."""
    encoder = colour_encoder.ColourEncoder()
    root = db.parent / f"{name} pictures"
    names = sorted({colour for colour, _ in entries})
    records = []
    for number, (colour, captions) in enumerate(entries, start=1):
        file = root / colour / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        colour_encoder.picture(colour).save(file)
        records.append(
            ImageRecord(
                number,
                f"{colour}/{number}.png",
                width=16,
                height=12,
                captions=tuple(Caption(10 * number + nth, text) for nth, text in enumerate(captions)),
                categories=(colour,),
                license=1 + number % 2,
            )
        )
    spoken = [caption for record in records for caption in record.captions]
    return store.write_store(
        db,
        Header(name, f"The {name}", Source(str(root)), encoder.spec, "mean-colour"),
        RecordSet(
            tuple(records),
            tuple(Category(number, colour) for number, colour in enumerate(names, start=1)),
            (License(1, "CC BY"), License(2, "CC0")),
            (Skipped(99, "broken.jpg", "not a picture"),),
        ),
        Embeddings(
            np.array([record.image_id for record in records], np.int64),
            encoder.encode_images([colour_encoder.picture(colour) for colour, _ in entries]),
        ),
        Embeddings(
            np.array([caption.caption_id for caption in spoken], np.int64),
            encoder.encode_texts([caption.text for caption in spoken]),
        ),
    )


def load(model: str = "mean-colour", pretrained: str | None = None, **_: object) -> colour_encoder.ColourEncoder:
    """In place of `core.encoder.load_encoder`; it also stands for the bundled model, which new collections take."""
    assert (model, pretrained) in (("mean-colour", None), ("bundled", None))
    return colour_encoder.ColourEncoder()


SPEC: EncoderSpec = colour_encoder.ColourEncoder().spec
