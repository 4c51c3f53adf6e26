"""The last linear layers learnt alone: what moves, what stands, and where it leads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.progress import Progress, silent
from core.training import apprentice, network, projections, schedule, targets, teacher, things
from core.training.batches import Part
from core.training.recipe import Phase
from tests.training import taught_drawings

PHASE = Phase("projections", 1, ("scenes",), side=32, rate=1e-2, naming=0.0, across=0.0)


@pytest.fixture(scope="module")
def parts() -> list[Part]:
    """Twelve drawings, and others as if they were labelled photos of the same things that a teacher saw whole."""
    drawings = taught_drawings.scenes(range(12))
    photos = taught_drawings.as_photos(taught_drawings.scenes(range(100, 112)), 1)
    photos = replace(photos, captioned=False, things=drawings.things)
    return [taught_drawings.whole(photos), taught_drawings.whole(drawings)]


@pytest.fixture
def learner() -> apprentice.Apprentice:
    return taught_drawings.learner()


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
    assert moved == {"model.visual.head.proj.weight", "model.text.text_projection"}


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
        own = taught_drawings.learner()
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


def test_loss__photos_come_to_drawings_of_what_the_classifier_takes_them_for(
    parts: list[Part], learner: apprentice.Apprentice
) -> None:
    """Of the photos nothing is known but the classifier's answers: each of one thing that is drawn."""
    called = ["tench", "boat", "dog"]
    says = np.arange(12) % 3
    raw = np.zeros((12, 1, 3), np.uint8)
    raw[np.arange(12), 0, says] = 250
    photos = replace(parts[0].material, things=things.none(12), classes=teacher.Answers(raw, 1 / 250))
    drawings = replace(parts[1].material, things=things.rows([["boat"] if n % 2 else ["dog"] for n in range(12)]))
    asked = [taught_drawings.whole(photos), taught_drawings.whole(drawings)]
    phase = replace(PHASE, guessed=1.0)
    bank = targets.make_bank(learner, [photos, drawings], called)
    standing = projections.stand(learner, [photos, drawings], bank, phase, silent)
    guessed = standing.sources["photos"].guessed
    assert guessed is not None
    names = things.names()
    assert [names[int(row.argmax())] if row.sum() else "" for row in guessed] == ["", "boat", "dog"] * 4
    # Towers that see the same signs in photos and drawings of a thing, and the head that keeps them apart or not.
    signs = torch.nn.functional.normalize(torch.randn(3, standing.sources["photos"].pictures.shape[1]), dim=-1)
    drawn = torch.tensor([1 if n % 2 else 2 for n in range(12)])

    def told(weight: float, seen_as: list[int]) -> float:
        standing.sources["photos"] = replace(standing.sources["photos"], pictures=signs[seen_as])
        standing.sources["scenes"] = replace(standing.sources["scenes"], pictures=signs[drawn])
        own = replace(PHASE, guessed=weight)
        return float(projections.loss(learner.eval(), asked, standing, own, np.random.default_rng(0)).detach())

    right, wrong = ([order[n] for n in says] for order in ((0, 1, 2), (0, 2, 1)))
    costs = [told(1.0, seen) - told(0.0, seen) for seen in (right, wrong)]
    assert 0 < costs[0] < costs[1]


def test_loss__photos_come_to_drawings_of_what_they_are_called(
    parts: list[Part], learner: apprentice.Apprentice
) -> None:
    """Nothing is known of the photos, which lie where boats are called: drawings of boats there cost less."""
    drawn = ["boat", "dog"] * 6
    photos = replace(parts[0].material, things=things.none(12))
    drawings = replace(parts[1].material, things=things.rows([[name] for name in drawn]))
    asked = [taught_drawings.whole(photos), taught_drawings.whole(drawings)]
    standing = stood(learner, asked)
    torch.manual_seed(1)  # names that lie apart, which a text tower has yet to learn
    standing = replace(standing, names=torch.randn(len(standing.names), 1, standing.names.shape[2]))
    with torch.no_grad():
        said = torch.nn.functional.normalize(standing.names @ learner.model.text.text_projection, dim=-1).mean(dim=1)
    boat, dog = (said[things.names().index(name)] for name in ("boat", "dog"))
    learner.model.visual.head = torch.nn.Identity()  # what the tower is said to see are places already
    standing.sources["photos"] = replace(standing.sources["photos"], pictures=boat.expand(12, -1))

    def told(weight: float, boats_at: torch.Tensor, dogs_at: torch.Tensor) -> float:
        places = torch.stack([boats_at if name == "boat" else dogs_at for name in drawn])
        standing.sources["scenes"] = replace(standing.sources["scenes"], pictures=places)
        phase = replace(PHASE, called=weight)
        return float(projections.loss(learner.eval(), asked, standing, phase, np.random.default_rng(0)).detach())

    right = told(1.0, boat, dog) - told(0.0, boat, dog)
    wrong = told(1.0, dog, boat) - told(0.0, dog, boat)
    assert 0 < right < wrong


def test_loss__each_kind_is_told_apart_for_itself(
    parts: list[Part], learner: apprentice.Apprentice, monkeypatch: pytest.MonkeyPatch
) -> None:
    captioned = [replace(parts[0], material=replace(parts[0].material, captioned=True)), parts[1]]
    standing = stood(learner, captioned)
    told = taught_drawings.watched_kinds(monkeypatch)
    projections.loss(learner, captioned, standing, PHASE, np.random.default_rng(0))
    assert told == [{False}, {True}]
