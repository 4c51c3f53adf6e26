"""The last linear layers learnt alone: what moves, what stands, and where it leads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.progress import Progress, silent
from core.training import apprentice, losses, material, network, projections, schedule, targets, teacher, views
from core.training.batches import Part
from core.training.recipe import ModelShape, Phase, Recipe, Source

SHAPE = ModelShape("test_resnet", image_size=32, embed_dim=8, text_width=8, text_heads=1, text_layers=1)
SOURCE = Source("scenes", "scenes", side=32, count=12)
PHASE = Phase("projections", 1, ("scenes",), side=32, rate=1e-2, naming=0.0, across=0.0)
FEATURES = 5


@pytest.fixture(scope="module")
def parts() -> list[Part]:
    """Twelve drawings, and twelve others as if they were labelled photos that a teacher saw whole."""
    recipe = Recipe(SHAPE, (SOURCE,), (Phase("distil", 1, ("scenes",)),))
    drawings = material.from_scenes(SOURCE, recipe, range(12))
    raw = np.random.default_rng(0).integers(0, 255, (12, 1, FEATURES)).astype(np.uint8)
    photos = replace(
        material.from_scenes(SOURCE, recipe, range(100, 112)),
        name="photos",
        offset=1,
        drawn=False,
        captioned=False,
        answers=teacher.Answers(raw, 1 / 255),
        views=views.draw_views(12, 1, 0),
        things=drawings.things,
    )
    each = np.arange(12)
    return [Part(one, each, np.array([own[0] for own in one.texts_of])) for one in (photos, drawings)]


@pytest.fixture
def learner() -> apprentice.Apprentice:
    torch.manual_seed(0)
    return apprentice.Apprentice(network.create(SHAPE), FEATURES, 1, SHAPE.embed_dim)


def stood(learner: apprentice.Apprentice, parts: list[Part]) -> projections.Standing:
    materials = [part.material for part in parts]
    return projections.stand(learner, materials, targets.make_bank(learner, materials), PHASE, silent)


def test_stand__what_the_towers_say_is_what_the_model_says(parts: list[Part], learner: apprentice.Apprentice) -> None:
    told: list[Progress] = []
    materials = [part.material for part in parts]
    bank = targets.make_bank(learner, materials)
    standing = projections.stand(learner, materials, bank, PHASE, told.append)
    photos, drawings = standing.sources["photos"], standing.sources["scenes"]
    assert photos.texts is None  # labels are not read: the names of things stand for them
    assert drawings.texts is not None
    assert drawings.said is not None
    with torch.no_grad():
        said = network.encode_all_tokens(learner.model, parts[1].material.tokens)
        pictures = torch.nn.functional.normalize(learner.model.visual.head(drawings.pictures), dim=-1)
    assert torch.allclose(drawings.said, said, atol=1e-5)
    assert pictures.shape == (12, 8)
    assert torch.allclose(photos.wanted.norm(dim=1), torch.ones(12), atol=1e-5)
    assert {progress.stage for progress in told} == {
        "projections: looking at photos",
        "projections: looking at scenes",
    }


def test_loss__only_the_last_layers_learn(parts: list[Part], learner: apprentice.Apprentice) -> None:
    standing = stood(learner, parts)
    used = schedule.optimiser(learner, PHASE)
    before = {name: weight.clone() for name, weight in learner.named_parameters()}
    torch.autograd.backward(projections.loss(learner, parts, standing, PHASE, np.random.default_rng(0)))
    used.step()
    moved = {name for name, weight in learner.named_parameters() if not torch.equal(weight, before[name])}
    assert moved == {"model.visual.head.proj.weight", "model.text.text_projection", "project.weight"}


def test_loss__photos_and_drawings_of_the_same_things_come_together(
    parts: list[Part], learner: apprentice.Apprentice
) -> None:
    standing = stood(learner, parts)
    photos, drawings = parts[0].material, parts[1].material
    shared = torch.from_numpy(photos.things.astype(np.float32) @ drawings.things.T.astype(np.float32)) > 0
    # Towers that tell things apart, but photos by other signs than drawings.
    torch.manual_seed(1)
    width = standing.sources["photos"].pictures.shape[1]
    for name, one in (("photos", photos), ("scenes", drawings)):
        signs = torch.from_numpy(one.things.astype(np.float32)) @ torch.randn(one.things.shape[1], width)
        standing.sources[name] = replace(standing.sources[name], pictures=signs)

    def nearer(weight: float) -> float:
        own = apprentice.Apprentice(network.create(SHAPE), FEATURES, 1, SHAPE.embed_dim)
        own.load_state_dict(learner.state_dict())
        phase = replace(PHASE, across=weight)
        used = schedule.optimiser(own, phase)
        for step in range(60):
            used.zero_grad()
            torch.autograd.backward(projections.loss(own, parts, standing, phase, np.random.default_rng(step)))
            used.step()
        with torch.no_grad():
            a, b = (
                torch.nn.functional.normalize(own.model.visual.head(standing.sources[name].pictures), dim=-1)
                for name in ("photos", "scenes")
            )
        cosines = a @ b.T
        return float(cosines[shared].mean() - cosines[~shared].mean())

    assert nearer(20.0) > nearer(0.0) + 0.01


def test_loss__each_kind_is_told_apart_for_itself(
    parts: list[Part], learner: apprentice.Apprentice, monkeypatch: pytest.MonkeyPatch
) -> None:
    captioned = [replace(parts[0], material=replace(parts[0].material, captioned=True)), parts[1]]
    standing = stood(learner, captioned)
    told: list[set[bool]] = []
    contrastive = losses.contrastive

    def watched(pairs: losses.Pairs, scale: torch.Tensor, earlier: losses.Pairs | None = None) -> torch.Tensor:
        told.append(set(pairs.drawn.tolist()))
        return contrastive(pairs, scale, earlier)

    monkeypatch.setattr(losses, "contrastive", watched)
    projections.loss(learner, captioned, standing, PHASE, np.random.default_rng(0))
    assert told == [{False}, {False}, {True}]  # photos as the tower sees them and as the teacher did, and drawings
