"""What one batch teaches: the loss of each kind of phase."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor, nn

from core.training import augment, losses, network
from core.training.material import Material
from core.training.recipe import Phase

# The inverse temperature at which student and teacher compare their views of the caption bank: soft enough that more
# than the first few captions count.
_BANK_SCALE = 20.0
# Drawn scenes differ from each other by one object or its colour: the nearest wrong caption is what counts.
_DRAWN_SCALE = 40.0
_COLOUR_JITTER = 0.3
# A scene's first captions are its fullest; the later ones leave things out.
_DRAWN_TEXTS_IN_BANK = 3
# A share of words is replaced by other words of the batch, so that no caption is learnt by heart.
_WORD_NOISE = 0.1
_FEATURE_DROPOUT = 0.1


class Apprentice(nn.Module):
    """The model together with what only training needs: the teacher's own projection into the shared space, and the
    student's guess of the teacher's features (both are thrown away afterwards)."""

    model: network.Network

    def __init__(self, model: network.Network, teacher_dim: int, embed_dim: int) -> None:
        super().__init__()
        self.model = model
        self.project = nn.Linear(max(1, teacher_dim), embed_dim, bias=False)
        self.guess = nn.Linear(int(model.visual.trunk.num_features), max(1, teacher_dim))


@dataclass(frozen=True, slots=True)
class Part:
    """The share of one source in a batch: `pictures` `(n,)` and one row of its tokens for each, `texts` `(n,)`."""

    material: Material
    pictures: NDArray[np.int64]
    texts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bank:
    """One text embedding per captioned training picture, `rows` `(m, dim)`; `start` is each source's first row."""

    rows: Tensor
    start: dict[str, int]


def batches(materials: list[Material], phase: Phase, rng: np.random.Generator) -> Iterator[list[Part]]:
    """One epoch in random order, mixed over the sources. Every picture comes once with one of its texts, or, in a
    text phase, once with each of them where they are scarce."""
    source: list[int] = []
    picture: list[int] = []
    text: list[int] = []
    for number, material in enumerate(materials):
        for index in material.trained:
            own = material.texts_of[index]
            chosen = own if phase.kind == "text" and material.every_text else rng.choice(own, 1)
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


def text_loss(learner: Apprentice, parts: list[Part], rng: np.random.Generator) -> Tensor:
    """Teacher's features through its projection, or another caption of the same picture, against the captions."""
    seen, tokens, groups = [], [], []
    for number, part in enumerate(parts):
        material = part.material
        if material.answers is not None:
            view = rng.integers(0, material.views.flips.shape[1], len(part.pictures))
            features = _features(material, part.pictures, view)
            seen.append(F.normalize(learner.project(F.dropout(features, _FEATURE_DROPOUT)), dim=-1))
        else:
            other = np.array([rng.choice(material.texts_of[picture]) for picture in part.pictures])
            seen.append(network.encode_tokens(learner.model, _noisy(material.tokens[other], rng)))
        tokens.append(material.tokens[part.texts])
        groups.append(torch.from_numpy(material.groups[part.pictures] + (number << 32)))
    said = network.encode_tokens(learner.model, _noisy(torch.cat(tokens), rng))
    return losses.contrastive(torch.cat(seen), said, torch.cat(groups), _scale(learner))


def distil_loss(learner: Apprentice, parts: list[Part], bank: Bank, side: int, rng: np.random.Generator) -> Tensor:
    """The student's view of a crop against the teacher's view of the same crop, and against the picture's captions."""
    pixels, view = _pixels(parts, side, rng)
    features = learner.model.visual.trunk(pixels)
    student = F.normalize(learner.model.visual.head(features), dim=-1)
    spread = losses.attention(student, bank.rows, _BANK_SCALE)  # (n, m)
    loss = torch.zeros(())
    start = 0
    for part, chosen in zip(parts, view, strict=True):
        mine = slice(start, start + len(part.pictures))
        share = len(part.pictures) / len(student)
        if part.material.answers is not None:
            wanted = _features(part.material, part.pictures, chosen)
            guess = learner.guess(features[mine])
            with torch.no_grad():
                target = F.normalize(learner.project(wanted), dim=-1)
                teacher = losses.attention(target, bank.rows, _BANK_SCALE)
            loss = loss + share * (
                4.0 * losses.cosine_gap(student[mine], target)
                + losses.relational(spread[mine], teacher)
                + 0.5 * losses.feature_gap(guess, wanted)
            )
        if part.material.name in bank.start:
            own = torch.from_numpy(part.pictures + bank.start[part.material.name])
            # A photo's few captions are easily learnt by heart; a drawn scene's come from an endless supply, and the
            # teacher, who knows photos, has less to say about it.
            if part.material.every_text:
                match = 0.3 * losses.own_match(spread[mine], own)
            else:
                match = losses.own_match(losses.attention(student[mine], bank.rows, _DRAWN_SCALE), own)
            loss = loss + share * match
        start += len(part.pictures)
    return loss


def contrast_loss(learner: Apprentice, parts: list[Part], side: int, rng: np.random.Generator) -> Tensor:
    """Pictures against captions with both towers learning; the teacher, where there is one, keeps a say."""
    pixels, view = _pixels(parts, side, rng)
    student = network.encode_pixels(learner.model, pixels)
    said = network.encode_tokens(
        learner.model, _noisy(torch.cat([part.material.tokens[part.texts] for part in parts]), rng)
    )
    groups = torch.cat(
        [torch.from_numpy(part.material.groups[part.pictures] + (n << 32)) for n, part in enumerate(parts)]
    )
    loss = losses.contrastive(student, said, groups, _scale(learner))
    start = 0
    for part, chosen in zip(parts, view, strict=True):
        if part.material.answers is not None:
            with torch.no_grad():
                features = _features(part.material, part.pictures, chosen)
                target = F.normalize(learner.project(features), dim=-1)
            rows = student[start : start + len(part.pictures)]
            loss = loss + 2.0 * len(part.pictures) / len(student) * losses.cosine_gap(rows, target)
        start += len(part.pictures)
    return loss


def make_bank(learner: Apprentice, materials: list[Material]) -> Bank:
    """The mean caption embedding of every captioned picture. Held-out pictures keep a row (so that rows line up) that
    no picture is near: zeros."""
    rows, start, total = [], {}, 0
    with torch.inference_mode():
        for material in materials:
            if not material.captioned or not len(material.pixels):
                continue
            kept = [own if material.every_text else own[:_DRAWN_TEXTS_IN_BANK] for own in material.texts_of]
            encoded = network.encode_all_tokens(learner.model, material.tokens[np.concatenate(kept)])
            sizes = [len(own) for own in kept]
            means = torch.stack([F.normalize(own.mean(dim=0), dim=-1) for own in torch.split(encoded, sizes)])
            means[material.held_out] = 0.0
            start[material.name] = total
            rows.append(means)
            total += len(means)
    return Bank(torch.cat(rows).clone() if rows else torch.zeros(0, 1), start)


def _pixels(parts: list[Part], side: int, rng: np.random.Generator) -> tuple[Tensor, list[NDArray[np.int64]]]:
    generator = torch.Generator().manual_seed(int(rng.integers(1 << 62)))
    batch, views = [], []
    for part in parts:
        view = rng.integers(0, part.material.views.flips.shape[1], len(part.pictures))
        boxes = part.material.views.boxes[part.pictures, view]
        flips = part.material.views.flips[part.pictures, view]
        batch.append(augment.crops(part.material.pixels[part.pictures], boxes, flips, side))
        views.append(view)
    return augment.normalise(augment.jitter(torch.cat(batch), _COLOUR_JITTER, generator)), views


def _features(material: Material, pictures: NDArray[np.int64], view: NDArray[np.int64]) -> Tensor:
    assert material.answers is not None
    return torch.from_numpy(material.answers.raw[pictures, view].astype(np.float32) * material.answers.scale)


def _noisy(tokens: Tensor, rng: np.random.Generator) -> Tensor:
    """Some words replaced by words of other captions; the begin and end marks and the padding stay."""
    words = (tokens > 0) & (tokens < network.VOCABULARY - 2)
    struck = torch.from_numpy(rng.random(tokens.shape) < _WORD_NOISE) & words
    pool = tokens[words]
    drawn = pool[torch.from_numpy(rng.integers(0, len(pool), int(struck.sum())))]
    noisy = tokens.clone()
    noisy[struck] = drawn
    return noisy


def _scale(learner: Apprentice) -> Tensor:
    # Capped as CLIP's is: past 100 the loss looks at the nearest negative alone and training turns unstable.
    scale: Tensor = learner.model.logit_scale.exp().clamp(max=100.0)
    return scale
