"""Figures that others published for a model, beside ours, where model, pictures and protocol are the same."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from core import errors
from core.search import Ranking

if TYPE_CHECKING:
    from core.encoder.contract import EncoderSpec
    from core.evaluation.captions import Recall, RetrievalReport

FAR = 0.5
"""Percentage points beyond which ours and the published figure are said to differ."""

_FILE = Path(__file__).with_name("published.csv")
_SOURCES = {
    "open_clip": "open_clip's table of retrieval results "
    "(github.com/mlfoundations/open_clip, docs/openclip_retrieval_results.csv)"
}
_SAME_WEIGHTS = "-quickgelu"  # open_clip lists OpenAI's weights under both names


@dataclass(frozen=True, slots=True)
class DataSet:
    """A test set that figures are published for, and its size."""

    key: str
    title: str
    pictures: int
    captions: int


DATA_SETS = (
    DataSet("coco-karpathy-test", "COCO, Karpathy's test part (5,000 pictures)", 5000, 25010),
    DataSet("flickr30k-test", "Flickr30k, Karpathy's test part (1,000 pictures)", 1000, 5000),
)
"""Test sets for which published figures are known: the keys that `Settings.data_set` takes."""


@dataclass(frozen=True, slots=True)
class Published:
    """One row of a published table, in percent."""

    data: str
    direction: str
    r1: float
    r5: float
    r10: float
    source: str


@dataclass(frozen=True, slots=True)
class Beside:
    """One published figure with ours, in percent; `far` when they differ by more than half a point."""

    what: str
    ours: float
    published: float
    far: bool
    source: str


def data_set(key: str) -> DataSet:
    """The test set of that key. Raises `QueryError` for any other."""
    for one in DATA_SETS:
        if one.key == key:
            return one
    raise errors.QueryError(
        f"no figures are at hand for a data set {key!r}; known: {', '.join(k.key for k in DATA_SETS)}"
    )


def check(key: str, pictures: int, captions: int) -> None:
    """Raise `QueryError` where the number of pictures and captions shows that they are not the data set `key`."""
    wanted = data_set(key)
    if (pictures, captions) != (wanted.pictures, wanted.captions):
        raise errors.QueryError(
            f"this is not {wanted.title}: that has {wanted.pictures:,} pictures and {wanted.captions:,} captions, "
            f"this collection {pictures:,} and {captions:,}"
        )


def figures_for(spec: EncoderSpec) -> tuple[Published, ...]:
    """What is published for a model; empty when we know of nothing."""
    name = spec.model.removesuffix(_SAME_WEIGHTS)
    return tuple(made for model, weights, made in _table() if (model, weights) == (name, spec.weights))


def beside(measured: RetrievalReport, spec: EncoderSpec, key: str) -> tuple[Beside, ...]:
    """Each published figure of the model `spec` for the data set `key` with ours. The caller says that the pictures are
    those; raises `QueryError` where their number shows that they are not."""
    check(key, measured.images, measured.captions)
    made = []
    ours: dict[str, tuple[str, Recall | None]] = {
        "text_to_image": ("text to image", measured.text_to_image.get(Ranking.IMAGE)),
        "image_to_text": ("image to text", measured.image_to_text),
    }
    for row in figures_for(spec):
        name, recall = ours[row.direction]
        if row.data != key or recall is None:
            continue
        for what, mine, theirs in (
            ("R@1", recall.r1, row.r1),
            ("R@5", recall.r5, row.r5),
            ("R@10", recall.r10, row.r10),
        ):
            far = abs(mine - theirs) > FAR + 1e-9
            made.append(Beside(f"{name} {what}", mine, theirs, far, _SOURCES[row.source]))
    return tuple(made)


@cache
def _table() -> tuple[tuple[str, str, Published], ...]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            (
                row["model"],
                row["weights"],
                Published(
                    row["data"],
                    row["direction"],
                    float(row["R@1"]),
                    float(row["R@5"]),
                    float(row["R@10"]),
                    row["source"],
                ),
            )
            for row in csv.DictReader(file)
        )
