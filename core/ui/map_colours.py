"""What the colours of a map say: a name or a number for every point, and colours that can be told apart.

The nine colours are Paul Tol's "muted" scheme on light ground and his "light" one on dark ("Colour Schemes", SRON
2021), made to be told apart with every kind of colour vision; captions differ from pictures in shape as well.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core import projection
from core.ui import loaders, map_watch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.collection import Collection
    from core.projection import Map

CATEGORY, CLUSTER, KIND = "category", "cluster", "kind"
LENGTH, OUTLIER, QUERY = "caption length", "outlier score", "query score"
OTHER, NONE = "other", "none"
LIGHT = ("#cc6677", "#332288", "#ddcc77", "#117733", "#88ccee", "#882255", "#44aa99", "#999933", "#aa4499")
DARK = ("#77aadd", "#ee8866", "#eedd88", "#ffaabb", "#99ddff", "#44bb99", "#bbcc33", "#aaaa00", "#e3e3e3")
_GREYS = {False: ("#9aa5a2", "#cbd2d0"), True: ("#6f7b78", "#48524f")}
MOST_NAMES = len(LIGHT)


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """`codes` `(n,)` are indexes into `names`, most frequent first, "other" and "none" last."""

    names: tuple[str, ...]
    codes: NDArray[np.uint8]

    @property
    def numbers(self) -> NDArray[np.uint8]:
        """What differs from point to point."""
        return self.codes

    @property
    def legend(self) -> tuple[str, ...]:
        """What the colours are explained by."""
        return self.names

    def palette(self, *, dark: bool) -> list[str]:
        """One colour a name."""
        grey = dict(zip((OTHER, NONE), _GREYS[dark], strict=True))
        return [grey.get(name) or (DARK if dark else LIGHT)[at] for at, name in enumerate(self.names)]


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """`values` float32 `(n,)`; `title` says what they are."""

    title: str
    values: NDArray[np.float32]

    @property
    def numbers(self) -> NDArray[np.float32]:
        """As in `Names`."""
        return self.values

    @property
    def legend(self) -> tuple[str, ...]:
        """As in `Names`."""
        return (self.title,)


def choices(opened: Collection, *, both: bool, asked: bool) -> list[str]:
    """What a map of this collection can be coloured by, the usual first."""
    store = opened.store
    return [
        *([CATEGORY] if store.categories else []),
        CLUSTER,
        *([KIND] if both else []),
        *([LENGTH] if store.captions else []),
        OUTLIER,
        *([QUERY] if asked else []),
    ]


def of_points(opened: Collection, made: Map, colouring: str, query: NDArray[np.float32] | None) -> Names | Numbers:
    """The colours of all points of a map. May stop the page while clusters or outliers are computed."""
    store = opened.store
    rows = made.points.picture_rows(store)
    count = len(made.points.pictures)
    if colouring == CATEGORY:
        labels = _main_categories(opened, loaders.key_of(opened))
        return _named([labels[row] for row in rows.tolist()])
    if colouring == CLUSTER:
        clusters = map_watch.clusters_of(opened)
        return _named([clusters.every[label].name for label in clusters.labels[rows].tolist()])
    if colouring == KIND:
        return Names(("pictures", "captions"), (np.arange(len(made)) >= count).astype(np.uint8))
    if colouring == LENGTH:
        own = [len(store.captions[row].text.split()) for row in made.points.captions.tolist()]
        pictures = [_mean_words(store.records[row].captions) for row in made.points.pictures.tolist()]
        return Numbers("words per caption", np.array([*pictures, *own], np.float32))
    if colouring == QUERY and query is not None:
        parts = [store.image_index.vectors_at(made.points.pictures) @ query] if count else []
        if len(made.points.captions):
            parts.append(store.caption_index.vectors_at(made.points.captions) @ query)
        return Numbers("score of the query", np.concatenate(parts).astype(np.float32))
    return Numbers("outlier score", map_watch.outliers_of(opened, made).astype(np.float32))


def dark() -> bool:
    """Whether the page is dark."""
    return st.context.theme.type == "dark"


@loaders.per_collection(max_entries=4)
def _main_categories(_opened: Collection, key: str) -> list[str]:
    return projection.main_categories(_opened.store.records)


def _named(labels: list[str]) -> Names:
    """The most frequent labels by name, the others together; empty ones are "none"."""
    counted = Counter(label for label in labels if label)
    names = [name for name, _ in counted.most_common(MOST_NAMES)]
    codes = {name: code for code, name in enumerate(names)}
    other = len(names)
    if len(counted) > len(names):
        names.append(OTHER)
    none = len(names)
    if (len(counted) and not all(labels)) or not counted:
        names.append(NONE)
    found = np.array([codes.get(label, other) if label else none for label in labels], np.uint8)
    return Names(tuple(names), found)


def _mean_words(captions: tuple[object, ...]) -> float:
    lengths = [len(caption.text.split()) for caption in captions]  # type: ignore[attr-defined]
    return sum(lengths) / len(lengths) if lengths else 0.0
