"""Drawings, and drawings as if they were photos that a teacher saw, for a tiny model to learn from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.training import apprentice, losses, material, network, teacher, views
from core.training.batches import Part
from core.training.material import Material
from core.training.recipe import ModelShape, Phase, Recipe, Source

SHAPE = ModelShape("test_resnet", image_size=32, embed_dim=8, text_width=8, text_heads=1, text_layers=1)
FEATURES = 5


def scenes(seeds: range) -> Material:
    """The scenes of these seeds."""
    source = Source("scenes", "scenes", side=32, count=len(seeds))
    return material.from_scenes(source, Recipe(SHAPE, (source,), (Phase("distil", 1, ("scenes",)),)), seeds)


def as_photos(drawings: Material, looks: int, *, mixed: int = 0) -> Material:
    """Drawings of which a teacher said something at random in so many `looks`, the last `mixed` of them blended."""
    count = len(drawings.pixels)
    raw = np.random.default_rng(0).integers(0, 255, (count, looks, FEATURES)).astype(np.uint8)
    return replace(
        drawings,
        name="photos",
        offset=1,
        drawn=False,
        answers=teacher.Answers(raw, 1 / 255),
        views=views.draw_views(count, looks, 0, mixed=mixed),
    )


def whole(one: Material) -> Part:
    """Every picture of a material with the first of its texts."""
    return Part(one, np.arange(len(one.pixels)), np.array([own[0] for own in one.texts_of]))


def learner() -> apprentice.Apprentice:
    """One that has learnt nothing yet, always the same."""
    torch.manual_seed(0)
    return apprentice.Apprentice(network.create(SHAPE), FEATURES, 1, SHAPE.embed_dim)


def watched_kinds(monkeypatch: pytest.MonkeyPatch) -> list[set[bool]]:
    """What every later call of `losses.contrastive` tells apart: True for drawings, False for photos, or both."""
    told: list[set[bool]] = []
    contrastive = losses.contrastive

    def watched(pairs: losses.Pairs, scale: torch.Tensor, earlier: losses.Pairs | None = None) -> torch.Tensor:
        told.append(set(pairs.drawn.tolist()))
        return contrastive(pairs, scale, earlier)

    monkeypatch.setattr(losses, "contrastive", watched)
    return told
