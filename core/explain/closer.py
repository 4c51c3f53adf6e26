"""A picture looked at more closely: where a term was found, to finer places than the score was made of.

Four readings are averaged, the picture at two and at three times the input side, each as it is and mirrored: what an
object adds is there in all of them, what one reading's edges and strides add is not. From each place is taken what it
would give an ordinary text: a place that any text likes says little about this one. The arithmetic is linear, so that
this is the map of (term - ordinary); "ordinary" is the mean of vectors of the term's own kind, such as a collection's
captions. `benchmarks/pointing.py` measures every step of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import ImageOps

from core.encoder import KnowsPlaces
from core.explain import heat
from core.explain.values import Explanation, Term, enlarge

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from core.encoder import Encoder, PlaceVectors

TIMES = (2, 3)
"""Multiples of the input side."""


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    places: PlaceVectors
    mirrored: bool

    @property
    def score_vector(self) -> NDArray[np.float32]:
        """What the places and the rest add up to, `(dim,)`."""
        whole: NDArray[np.float32] = self.places.vectors.sum((0, 1)) + self.places.rest
        return whole

    def heat(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self.places.vectors @ vector
        return found[:, ::-1] if self.mirrored else found


def look_closer(
    encoder: Encoder, image: Image, terms: Sequence[Term], *, times: Sequence[float] = TIMES, mirrored: bool = True
) -> tuple[Explanation, ...]:
    """As `explain`, to finer places: never `exact`. `total` is the mean score of the readings, `rest` what of it every
    ordinary text would be given and what no place has. Of a model that takes its own side only the picture and its
    mirror image are read; one that does not know its places is asked as `explain` asks it. Raises as `explain`.
    """
    heat.check(encoder, terms)
    sides = [round(one * encoder.spec.image_size) for one in times]
    readings = _read(encoder, image, sides, mirrored) if isinstance(encoder, KnowsPlaces) else []
    if not readings:
        return heat.explain(encoder, image, terms)
    return tuple(_mean(readings, term) for term in terms)


def _read(encoder: KnowsPlaces, image: Image, sides: Sequence[int], mirrored: bool) -> list[_Reading]:
    """The picture at each of the sides, each way round; at the model's own alone where it takes no other, and nothing
    where it knows no places."""
    readings = []
    for side in sides:
        for turned in (False, True) if mirrored else (False,):
            found = encoder.place_vectors(ImageOps.mirror(image) if turned else image, side)
            if found is None:
                return []
            readings.append(_Reading(found, turned))
        if readings[-1].places.side != side:
            break
    return readings


def _mean(readings: Sequence[_Reading], term: Term) -> Explanation:
    """All maps on the finest grid, by their heat per share of the picture."""
    vector = np.asarray(term.vector, np.float32)
    told_apart = vector if term.ordinary is None else vector - np.asarray(term.ordinary, np.float32)
    finest = max((reading.places.vectors.shape[:2] for reading in readings), key=lambda shape: shape[0] * shape[1])
    heats = [_onto(reading.heat(told_apart), finest) for reading in readings]
    mean = (term.weight * np.mean(heats, axis=0)).astype(np.float32)
    total = term.weight * float(np.mean([reading.score_vector @ vector for reading in readings]))
    rest = total - float(mean.sum(dtype=np.float64))
    return Explanation(mean, total, _words(readings, term), False, term.name, rest, readings[0].places.frame)


def _onto(found: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """A map on another grid: each place's heat by its size."""
    if found.shape == shape:
        return found
    plain = Explanation(np.ascontiguousarray(found), 0.0, "", False)
    return enlarge(plain, (shape[1], shape[0])) * np.float32(found.size / (shape[0] * shape[1]))


def _words(readings: Sequence[_Reading], term: Term) -> str:
    sides = " and ".join(str(side) for side in sorted({reading.places.side for reading in readings}))
    turned = ", as it is and mirrored" if any(reading.mirrored for reading in readings) else ""
    less = "" if term.ordinary is None else ", less what an ordinary one would be given"
    return f"{heat.WORDS[readings[0].places.split]}, at {sides} pixels{turned}{less}"
