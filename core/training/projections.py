"""The last linear layers of both towers, learnt alone. What is below them stands still and sees every picture and text
once, so that a batch can be large enough for each photo to meet drawings of most things."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from core.encoder import text_tower
from core.progress import Progress, Report
from core.training import losses, network, steps, targets, things, validation
from core.training.apprentice import Apprentice
from core.training.batches import Part
from core.training.material import Material
from core.training.recipe import Phase
from core.training.targets import Bank

# Against the other terms, so that neither photos nor drawings nor texts drift from where they are read today.
_PHOTOS, _DRAWINGS, _TEXTS = 4.0, 10.0, 10.0
# Drawings told apart by their captions: its share. Captions against their photos: the inverse temperature.
_APART, _CAPTIONS_SCALE = 2.0, 30.0
# Photos and drawings of the same things: the inverse temperature. Batches are large here, and softer is better: P@5 of
# held-out photos among the bundled scenes 0.326 at 10 and weight 4, 0.315 at the 20 of small batches and weight 5.
_ACROSS_SCALE = 10.0
_TEXTS_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Seen:
    """What standing towers make of a source: `pictures` `(n, width)` of whole pictures and where they are `wanted`
    `(n, dim)`; `texts` `(t, text width)` and where they are now, `said` `(t, dim)`, or None for class labels, which
    speak by the names of `things` alone; `guessed` `(n, c)` what they show by the classifier's answer, or None."""

    pictures: Tensor
    wanted: Tensor
    texts: Tensor | None
    said: Tensor | None
    guessed: Tensor | None


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the towers say in a phase: `sources` by name, and the categories' `names` `(c, ways, text width)`, in
    each way of calling them."""

    sources: dict[str, Seen]
    names: Tensor


@torch.no_grad()
def stand(learner: Apprentice, materials: list[Material], bank: Bank, phase: Phase, report: Report) -> Standing:
    """Shows the towers every picture and text of `materials`."""
    learner.eval()
    called = [way.format(name) for name in things.names() for way in targets.CALLED]
    tokens = network.tokenise(called, materials[0].tokens.shape[1])
    names = _pooled(learner, tokens).view(-1, len(targets.CALLED), _text_width(learner))
    sources = {material.name: _look(learner, material, bank, phase, report) for material in materials}
    return Standing(sources, names.clone())


def loss(learner: Apprentice, parts: list[Part], standing: Standing, phase: Phase, rng: np.random.Generator) -> Tensor:
    """Pictures where they belong and texts where they are; drawings and captioned photos told apart by their captions,
    each kind for itself; everything by its name; photos and drawings of the same things together."""
    head, projection = learner.model.visual.head, learner.model.text.text_projection
    names = F.normalize(standing.names[:, int(rng.integers(standing.names.shape[1]))] @ projection, dim=-1)
    total = torch.zeros(())
    pairs: list[losses.Pairs] = []
    guesses: list[tuple[Tensor, Tensor]] = []
    gaps: dict[float, list[Tensor]] = {_DRAWINGS: [], _PHOTOS: []}
    for part in parts:
        drawn, seen = part.material.drawn, standing.sources[part.material.name]
        images = F.normalize(head(seen.pictures[part.pictures]), dim=-1)
        wanted = seen.wanted[part.pictures]
        gaps[_DRAWINGS if drawn else _PHOTOS].append(1.0 - (images * wanted).sum(dim=1))
        texts = torch.zeros_like(images)
        if seen.texts is not None and seen.said is not None:
            texts = F.normalize(seen.texts[part.texts] @ projection, dim=-1)
            total = total + _TEXTS * losses.cosine_gap(texts, seen.said[part.texts])
        pairs.append(steps.pairs_of(images, texts, [part]))
        if seen.guessed is not None:
            guesses.append((images, seen.guessed[part.pictures]))
        if seen.texts is not None:
            weight, scale = (_APART, steps.DRAWN_SCALE) if drawn else (1.0, _CAPTIONS_SCALE)
            total = total + weight * losses.contrastive(pairs[-1], torch.tensor(scale))
    for weight, own in gaps.items():
        if own:
            total = total + weight * torch.cat(own).mean()
    seen_now = losses.joined(pairs, sum(map(len, pairs)))
    total = total + _by_things(seen_now, names, phase) + _by_own_names(seen_now, names, phase)
    return total + _by_guesses(guesses, seen_now, phase)


def _by_things(pairs: losses.Pairs, names: Tensor, phase: Phase) -> Tensor:
    """Pictures against the names of what they show, and photos and drawings of the same things against each other."""
    found = phase.naming * losses.naming(pairs.images, pairs.things, names, steps.NAMING_SCALE)
    # A photo of which nothing is known may show anything: it is nobody's wrong answer.
    known = pairs.taken(pairs.things.sum(dim=1) > 0)
    photos, drawings = known.taken(~known.drawn), known.taken(known.drawn)
    if not len(photos) or not len(drawings):
        return found
    across = losses.across(photos.images, photos.things, drawings, _ACROSS_SCALE)
    across = across + losses.across(drawings.images, drawings.things, photos, _ACROSS_SCALE)
    return found + phase.across * across


def _by_guesses(guesses: list[tuple[Tensor, Tensor]], pairs: losses.Pairs, phase: Phase) -> Tensor:
    """Photos, each source's `(n, dim)` with what the classifier takes them for, `(n, c)`, against the drawings among
    `pairs`."""
    if not phase.guessed or not guesses:
        return torch.zeros(())
    photos, shown = (torch.cat(rows) for rows in zip(*guesses, strict=True))
    return phase.guessed * losses.across(photos, shown, pairs.taken(pairs.drawn), _ACROSS_SCALE)


def _by_own_names(pairs: losses.Pairs, names: Tensor, phase: Phase) -> Tensor:
    """Photos, whether anything is known of them or not, against drawings of what they are called now."""
    if not phase.called:
        return torch.zeros(())
    photos, drawings = pairs.taken(~pairs.drawn), pairs.taken(pairs.drawn)
    shown = losses.called(photos.images, names)
    return phase.called * losses.across(photos.images, shown, drawings, steps.CALLED_SCALE)


def _look(learner: Apprentice, material: Material, bank: Bank, phase: Phase, report: Report) -> Seen:
    everything = np.arange(len(material.pixels))
    pictures, wanted, guessed = [], [], []
    for start, pixels in enumerate(validation.whole_pixels(material, everything, phase.side)):
        with torch.autocast("cpu", torch.bfloat16, enabled=phase.bfloat16):
            features = learner.model.visual.trunk(pixels)
        pictures.append(features.float())
        own = everything[start * validation.AT_ONCE :][: len(pixels)]
        part = Part(material, own, np.array([material.texts_of[picture][0] for picture in own]))
        if material.answers is None:
            wanted.append(targets.of_captions(learner, part, bank))
        else:
            wanted.append(targets.of_teacher(learner, part, np.zeros(len(own), np.int64), bank))
        shown = targets.guessed(part, np.zeros(len(own), np.int64), bank) if phase.guessed else None
        if shown is not None:
            guessed.append(shown)
        report(Progress(f"{phase.kind}: looking at {material.name}", int(own[-1]) + 1, len(everything)))
    texts = _pooled(learner, material.tokens) if material.captioned else None
    said = None if texts is None else F.normalize(texts @ learner.model.text.text_projection, dim=-1)
    return Seen(torch.cat(pictures), torch.cat(wanted), texts, said, torch.cat(guessed) if guessed else None)


def _pooled(learner: Apprentice, tokens: Tensor) -> Tensor:
    tower = text_tower.causal_tower(learner.model)
    assert tower is not None  # the towers that this package trains are causal
    return torch.cat([tower.pooled(some) for some in torch.split(tokens, _TEXTS_AT_ONCE)])


def _text_width(learner: Apprentice) -> int:
    return int(learner.model.text.text_projection.shape[0])
