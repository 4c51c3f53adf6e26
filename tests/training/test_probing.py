"""The guesses of what teachers say, before a picture tower learns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.training import losses, network, probing, teacher, validation
from core.training.apprentice import Apprentice
from core.training.material import Material
from core.training.recipe import Phase
from tests.training import taught_drawings

PHASE = Phase("distil", 1, ("photos",), side=32)
EVERY = np.arange(12)


@pytest.fixture(scope="module")
def photos() -> Material:
    """Twelve drawings as if photos, which a teacher sees by how red, green and blue they are and a classifier as of the
    brighter or the darker half."""
    own = taught_drawings.as_photos(taught_drawings.scenes(range(12)), 2)
    means = own.pixels.mean(axis=(1, 2))  # (12, 3)
    seen = np.concatenate([means, means[:, :2]], axis=1)[:, None].repeat(2, axis=1).astype(np.uint8)
    bright = (means.mean(axis=1) > np.median(means.mean(axis=1))).astype(int)
    said = np.zeros((12, 2, 2), np.uint8)
    said[EVERY, :, bright] = 250
    return replace(own, answers=teacher.Answers(seen, 1 / 255), classes=teacher.Answers(said, 1 / 250))


def learner() -> Apprentice:
    """One whose classifier knows two classes."""
    torch.manual_seed(0)
    shape = taught_drawings.SHAPE
    return Apprentice(network.create(shape), taught_drawings.FEATURES, 2, shape.embed_dim)


@torch.no_grad()
def gap(taught: Apprentice, material: Material) -> float:
    """Of the guesses of whole pictures, in a distillation's own measure."""
    assert material.answers is not None
    pixels = torch.cat(list(validation.whole_pixels(material, EVERY, 32)))
    guess = taught.guess(taught.eval().model.visual.trunk(pixels))
    return float(losses.feature_gap(guess, material.answers.rows(EVERY, np.zeros(12, np.int64))))


def test_probe__guesses_before_anything_is_learnt(photos: Material) -> None:
    own = learner()
    tower = {name: value.clone() for name, value in own.model.state_dict().items()}
    random = gap(own, photos)
    probing.probe(own, [photos, photos], PHASE, np.random.default_rng(0), lambda progress: None)
    assert all(torch.equal(value, tower[name]) for name, value in own.model.state_dict().items())
    assert gap(own, photos) < min(1.0, 0.5 * random)  # 1: the teacher's own spread


def test_probe__classifier_is_left_alone_where_it_was_not_asked(photos: Material) -> None:
    own = learner()
    before = own.classify.weight.clone()
    probing.probe(own, [replace(photos, classes=None)], PHASE, np.random.default_rng(0), lambda progress: None)
    assert torch.equal(own.classify.weight, before)
    probing.probe(own, [taught_drawings.scenes(range(3))], PHASE, np.random.default_rng(0), lambda progress: None)
    assert torch.equal(own.classify.weight, before)
