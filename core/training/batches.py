"""Which pictures, views and texts make up a batch, and the pixels they come to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.training import augment
from core.training.material import Material
from core.training.recipe import Phase
from core.training.views import Pixels, Views

# How often a scene is called by a mere phrase ("a red bus") instead of a caption: that is how people type.
_PHRASES = 0.25
_COLOUR_JITTER = 0.3


@dataclass(frozen=True, slots=True)
class Part:
    """The share of one source in a batch: `pictures` `(n,)` and one row of its tokens for each, `texts` `(n,)`."""

    material: Material
    pictures: NDArray[np.int64]
    texts: NDArray[np.int64]


def batches(materials: list[Material], phase: Phase, rng: np.random.Generator) -> Iterator[list[Part]]:
    """One epoch in random order, mixed over the sources. Every picture comes once with one of its texts, or, in a
    text phase, once with each of them where they are scarce."""
    source: list[int] = []
    picture: list[int] = []
    text: list[int] = []
    for number, material in enumerate(materials):
        trained = material.trained
        if 0 < material.per_epoch < len(trained):
            trained = rng.choice(trained, material.per_epoch, replace=False)
        for index in trained:
            own = material.texts_of[index]
            chosen = own if phase.kind == "text" and material.every_text else [_one_text(material, index, rng)]
            source.extend([number] * len(chosen))
            picture.extend([index] * len(chosen))
            text.extend(chosen)
    sources, pictures, texts = np.array(source), np.array(picture), np.array(text)
    order = rng.permutation(len(sources))
    for start in range(0, len(order) - phase.batch + 1, phase.batch):
        chosen = order[start : start + phase.batch]
        yield [
            Part(material, pictures[mine], texts[mine])
            for number, material in enumerate(materials)
            if len(mine := chosen[sources[chosen] == number])
        ]


def count(materials: list[Material], phase: Phase) -> int:
    """How many batches an epoch has."""
    return sum(1 for _ in batches(materials, phase, np.random.default_rng(0)))


def halves(parts: list[Part]) -> list[list[Part]]:
    """A batch as two of the same mixture."""
    return [
        [
            Part(part.material, part.pictures[which::2], part.texts[which::2])
            for part in parts
            if len(part.pictures[which::2])
        ]
        for which in (0, 1)
    ]


def choose_views(parts: list[Part], rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """A view for every picture of every part."""
    return [rng.integers(0, part.material.views.flips.shape[1], len(part.pictures)) for part in parts]


def slices(parts: list[Part], view: list[NDArray[np.int64]]) -> Iterator[tuple[Part, NDArray[np.int64], slice]]:
    """Each part with its views and the rows of the batch that are its own."""
    start = 0
    for part, chosen in zip(parts, view, strict=True):
        yield part, chosen, slice(start, start + len(part.pictures))
        start += len(part.pictures)


def pixels(
    parts: list[Part],
    view: list[NDArray[np.int64]],
    side: int,
    rng: np.random.Generator,
    *,
    coarse: float = 0.0,
    flat: float = 0.0,
) -> Tensor:
    """The views with their colours changed a little, `(n, 3, side, side)`, as the network takes them; the share
    `coarse` of those that have pixels to lose as if they had fewer, the share `flat` of photos as if painted."""
    generator = torch.Generator().manual_seed(int(rng.integers(1 << 62)))
    batch = torch.cat(
        [
            crops(part.material.pixels, part.material.views, part.pictures, chosen, side)
            for part, chosen, _ in slices(parts, view)
        ]
    )
    if coarse:
        sharp = np.concatenate([np.full(len(part.pictures), part.material.pixels.shape[1] >= side) for part in parts])
        batch = augment.coarsen(batch, torch.from_numpy(sharp & (rng.random(len(sharp)) < coarse)))
    if flat:
        photo = np.concatenate([np.full(len(part.pictures), not part.material.drawn) for part in parts])
        batch = augment.flatten(batch, torch.from_numpy(photo & (rng.random(len(photo)) < flat)))
    return augment.normalise(augment.jitter(batch, _COLOUR_JITTER, generator))


def _one_text(material: Material, picture: int, rng: np.random.Generator) -> int:
    if material.phrases_of and rng.random() < _PHRASES:
        return int(rng.choice(material.phrases_of[picture]))
    return int(rng.choice(material.texts_of[picture]))


def crops(pictures: Pixels, views: Views, chosen: NDArray[np.int64], view: NDArray[np.int64], side: int) -> Tensor:
    """View `view[k]` of picture `chosen[k]`, `(k, 3, side, side)` in 0..1."""
    seen = augment.crops(pictures[chosen], views.boxes[chosen, view], views.flips[chosen, view], side)
    mixed = np.flatnonzero(views.blend[chosen, view])
    if len(mixed):
        own = view[mixed]
        other = views.partner[chosen[mixed], own]
        second = augment.crops(pictures[other], views.boxes[other, own], views.flips[other, own], side)
        weight = torch.from_numpy(views.blend[chosen[mixed], own])[:, None, None, None]
        seen[mixed] = torch.lerp(seen[mixed], second, weight)
    return seen
