"""One picture and the terms of a query to a heat-map for each, by what the encoder can tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core import errors
from core.encoder import KnowsPlaces
from core.explain import occlusion
from core.explain.values import Explanation, Term

if TYPE_CHECKING:
    from PIL.Image import Image

    from core.encoder import Encoder, PlaceVectors

WORDS = {
    "pooled": "the places' own shares of the score",
    "linearised": "the places' shares of the score, to first order",
    "attention": "what the model's attention read at each place",
}


def explain(
    encoder: Encoder, image: Image, terms: Sequence[Term], *, side: int | None = None
) -> tuple[Explanation, ...]:
    """For each term what each place of an upright RGB `image` adds to its share of the score, in the terms' order.

    Where the encoder knows its places, the maps come from one pass; everywhere else from covering the picture part by
    part (`occlusion`), in some sixty passes. `side` computes at another input side in pixels where the model allows
    that: a sum over more and smaller places, but of another score than the one that the picture was
    found by, so never `exact`; without effect elsewhere. `look_closer` puts several sides together.
    Raises `QueryError` for no terms, and for a vector that is not as wide as the encoder's.
    """
    check(encoder, terms)
    found = encoder.place_vectors(image, side) if isinstance(encoder, KnowsPlaces) else None
    if found is None:
        return occlusion.explain(encoder, image, terms)
    larger = found.side != encoder.spec.image_size
    method = WORDS[found.split] + (f", at {found.side} instead of {encoder.spec.image_size} pixels" if larger else "")
    return tuple(_explanation(found, term, method, found.split == "pooled" and not larger) for term in terms)


def _explanation(found: PlaceVectors, term: Term, method: str, exact: bool) -> Explanation:
    vector = np.asarray(term.vector, np.float32)
    heat = (term.weight * (found.vectors @ vector)).astype(np.float32)
    rest = float(term.weight * (found.rest @ vector))
    total = float(heat.sum(dtype=np.float64)) + rest
    return Explanation(heat, total, method, exact, term.name, rest, found.frame)


def check(encoder: Encoder, terms: Sequence[Term]) -> None:
    """Raises `QueryError` for no terms, and for a vector that is not as wide as the encoder's."""
    if not terms:
        raise errors.QueryError("there is nothing to explain: the query has no terms")
    for term in terms:
        if np.shape(term.vector) != (encoder.spec.dim,):
            raise errors.QueryError(
                f"the term {term.name!r} has a vector of shape {np.shape(term.vector)}, the model {encoder.spec.model} "
                f"gives pictures ({encoder.spec.dim},); explain a picture by the model that encoded both"
            )
