"""Pictures compared by the things that they show: how probable each of some hundred names is for each of them.

Query by semantic example (Rasiwasia, Moreno, Vasconcelos, "Bridging the gap: query by semantic example", IEEE
Transactions on Multimedia, 2007). A photo and a drawing of a dog look different, but a model that reads gives both the
name "dog". Names are probable as in zero-shot classification, the softmax of the model's own scaled cosines; two
pictures agree by the Bhattacharyya coefficient, the cosine of the square roots of their probabilities.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import scenes
from core.encoder import KnowsScale
from core.index import VectorIndex
from core.search.composing import compose

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.encoder import Encoder
    from core.search.composing import Composed
    from core.store import Store

    Vectors = NDArray[np.float32]

TEMPLATES = ("a {}", "a photo of a {}")
WEIGHT = 0.5
"""Share of the things in a score; the picture's own cosine has the rest."""

_CLIP_SCALE = 100.0  # where a model does not know its own: what CLIP's ends at
_MOST = 2_000  # names of one collection; each is read twice
_BLOCK = 8192  # pictures named at a time
_SHOWN, _TOLD = 0.1, 3  # how probable a name is at least, of either, for both to be said to show it, and how many


@dataclass(frozen=True, slots=True, eq=False)
class Things:
    """The `names` a collection's pictures are given and the `index` of what each of them shows.

    `texts` `(m, dim)` are the names' unit vectors, `scale` the factor of a cosine in the softmax. A row of `index`
    `(n, m)` has the square roots of the names' probabilities, and so length 1.
    """

    names: tuple[str, ...]
    texts: Vectors
    scale: float
    index: VectorIndex


@dataclass(frozen=True, slots=True, eq=False)
class ThingsAsked:
    """What a query's terms show, `(m,)` and `(t, m)`, composed as its vectors are."""

    among: Things
    query: Composed

    def shared(self, row: int) -> tuple[str, ...]:
        """The names of what the query and the picture in `row` both show, what they agree on most first: a name that
        is improbable for one of them is not said of it, however sure the other makes it."""
        asked, found = self.query.vector, self.among.index.vectors_at(np.array([row]))[0]
        first = np.argsort(-asked * found, kind="stable")[:_TOLD]
        least = _SHOWN**0.5  # of square roots
        return tuple(self.among.names[at] for at in first if min(asked[at], found[at]) >= least)


def name_things(store: Store, encoder: Encoder) -> Things:
    """Give every picture of a collection names: those of its own categories, the commonest first, and of the everyday
    things that are drawn in scenes. `encoder` is the collection's own, which reads. Takes a second or two for
    100,000 pictures, besides reading. Raises `NoTextSideError` for a model that encodes pictures only."""
    names = vocabulary(store)
    read = encoder.encode_texts([template.format(one) for template in TEMPLATES for one in names])
    scale = encoder.scale if isinstance(encoder, KnowsScale) else _CLIP_SCALE
    mean = read.reshape(len(TEMPLATES), len(names), -1).mean(axis=0)
    texts: Vectors = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    pictures = store.image_index
    rows = np.empty((pictures.count, len(names)), np.float32)
    for start in range(0, pictures.count, _BLOCK):
        block = np.arange(start, min(start + _BLOCK, pictures.count))
        rows[block] = shown(pictures.vectors_at(block), texts, scale)
    return Things(names, texts, scale, VectorIndex.build(rows))


def ask(among: Things, vectors: Vectors, weights: Sequence[float]) -> ThingsAsked:
    """What the terms of a query show, from their unit vectors `(t, dim)`. Raises `QueryError` for terms that cancel
    each other out."""
    return ThingsAsked(among, compose(shown(vectors, among.texts, among.scale), weights))


def vocabulary(store: Store) -> tuple[str, ...]:
    """The names as a person writes them, each once in any letter case."""
    counts = Counter(category for record in store.records for category in record.categories)
    own = sorted((entry.name for entry in store.categories), key=lambda category: -counts[category])
    everyday = [category.name for category in scenes.categories()]
    # What stands in brackets only tells two things of one name apart.
    written = (" ".join(one.partition(" (")[0].replace("_", " ").split()) for one in (*own, *everyday))
    found: dict[str, str] = {}
    for one in filter(None, written):
        found.setdefault(one.casefold(), one)
    return tuple(found.values())[:_MOST]


def shown(vectors: Vectors, texts: Vectors, scale: float) -> Vectors:
    """What pictures or texts `(n, dim)` show: square roots of the probabilities of the names `texts` `(m, dim)`, unit
    rows `(n, m)`."""
    scores = np.float32(scale) * (vectors @ texts.T)
    scores -= scores.max(axis=1, keepdims=True)
    likely = np.exp(scores)
    found: Vectors = np.sqrt(likely / likely.sum(axis=1, keepdims=True))
    return found
