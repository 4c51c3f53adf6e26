"""What a batch of photos and drawings teaches: which pairs are told apart, and what later batches are given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.training import apprentice, batches, losses, network, steps, targets, teacher, things
from core.training.batches import Part
from core.training.recipe import Phase
from tests.training import taught_drawings
from tests.training.taught_drawings import FEATURES, SHAPE

PHASE = Phase("distil", 1, ("scenes",), side=32)


@pytest.fixture(scope="module")
def parts() -> list[Part]:
    """Six drawings, and the same six as if they were photos that a teacher saw: in two views, one of them blended."""
    drawings = taught_drawings.scenes(range(6))
    photos = taught_drawings.as_photos(drawings, 2, mixed=1)
    # Nothing is known of the last two.
    photos = replace(photos, things=drawings.things * (np.arange(6) < 4)[:, None].astype(np.uint8))
    return [taught_drawings.whole(photos), taught_drawings.whole(drawings)]


@pytest.fixture
def learner() -> apprentice.Apprentice:
    return taught_drawings.learner()


def test_text_loss__drawings_captions_are_not_told_from_photos(
    parts: list[Part], learner: apprentice.Apprentice, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = taught_drawings.watched_kinds(monkeypatch)
    torch.autograd.backward(steps.text_loss(learner, parts, PHASE, np.random.default_rng(0)))
    assert sorted(map(tuple, told)) == [(False,), (True,)]
    for weight in (learner.project.weight, learner.model.text.token_embedding.weight):
        assert weight.grad is not None
        assert float(weight.grad.abs().sum()) > 0


def test_distil_loss__later_batches_get_drawings_and_known_photos(
    parts: list[Part], learner: apprentice.Apprentice, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.freeze(learner.model.text)
    bank = targets.make_bank(learner, [part.material for part in parts])
    monkeypatch.setattr(batches, "choose_views", lambda own, _: [np.array([0, 0, 0, 1, 0, 0]), np.zeros(6, int)])
    rng = np.random.default_rng(0)
    _, pairs = steps.distil_loss(learner, parts, bank, PHASE, rng, earlier=None)
    assert pairs is not None
    assert pairs.drawn.tolist() == [True] * 6 + [False] * 3  # of six photos one is blended, two show nothing known
    assert not pairs.images.requires_grad
    given: list[losses.Pairs | None] = []
    contrastive = losses.contrastive

    def watched(own: losses.Pairs, scale: torch.Tensor, earlier: losses.Pairs | None = None) -> torch.Tensor:
        given.append(earlier)
        return contrastive(own, scale, earlier)

    monkeypatch.setattr(losses, "contrastive", watched)
    loss, more = steps.distil_loss(learner, parts, bank, PHASE, rng, earlier=pairs)
    assert torch.isfinite(loss)
    assert more is not None
    assert given[0] is not None
    assert given[0].drawn.tolist() == [True] * 6  # photos that are remembered have no texts to be told apart by


def test_distil_loss__drawings_before_photos_are_photos_with_names_and_no_captions(
    parts: list[Part], learner: apprentice.Apprentice, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawings = parts[1]
    pasted = replace(drawings.material, name="pasted", offset=2, drawn=False, captioned=False)
    mixed = [drawings, taught_drawings.whole(pasted)]
    bank = targets.make_bank(learner, [part.material for part in mixed])
    told = taught_drawings.watched_kinds(monkeypatch)
    _, pairs = steps.distil_loss(learner, mixed, bank, PHASE, np.random.default_rng(0), earlier=None)
    assert told == [{True}]
    assert pairs is not None
    assert pairs.drawn.tolist() == [True] * 6 + [False] * 6  # later drawings come to them as they do to photos


def test_distil_loss__photos_and_drawings_move_to_each_other(
    parts: list[Part], learner: apprentice.Apprentice, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[tuple[torch.Tensor, bool]] = []
    across = losses.across

    def watched(pictures: torch.Tensor, things: torch.Tensor, others: losses.Pairs, scale: float) -> torch.Tensor:
        moved.append((pictures, others.images.requires_grad))
        return across(pictures, things, others, scale)

    monkeypatch.setattr(losses, "across", watched)
    bank = targets.make_bank(learner, [part.material for part in parts])
    steps.distil_loss(learner, parts, bank, PHASE, np.random.default_rng(1), earlier=None)
    (drawings, photos_move), (photos, drawings_move) = moved
    assert drawings.requires_grad
    assert drawings_move
    assert photos.requires_grad
    assert photos_move


def test_distil_loss__photos_are_wanted_further_from_their_mean(
    parts: list[Part], learner: apprentice.Apprentice, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = parts[0]
    assert photos.material.answers is not None
    bank = targets.make_bank(learner, [part.material for part in parts])
    first = np.zeros(6, np.int64)
    assert bank.taught is not None
    places = bank.taught.places(photos.material, photos.pictures, first)
    assert torch.allclose(bank.middle, places.mean(dim=0), atol=1e-6)  # of the photos alone, each once
    wanted: list[torch.Tensor] = []
    monkeypatch.setattr(losses, "cosine_gap", lambda student, target: wanted.append(target) or student.sum() * 0)
    monkeypatch.setattr(batches, "choose_views", lambda own, _: [first, first])
    steps.distil_loss(learner, parts, bank, PHASE, np.random.default_rng(1), earlier=None)
    assert torch.allclose(wanted[0].norm(dim=1), torch.ones(6))
    assert bool((wanted[0] @ bank.middle < places @ bank.middle).all())
    assert bool((wanted[0] * places > 0).float().mean() > 0.5)  # further out, not elsewhere


def test_of_teacher__photos_are_wanted_towards_what_they_are_called(
    parts: list[Part], learner: apprentice.Apprentice
) -> None:
    photos = parts[0]
    assert photos.material.answers is not None
    assert photos.material.captioned
    first = np.zeros(6, np.int64)
    bank = targets.make_bank(learner, [part.material for part in parts])
    assert bank.taught is not None
    places = bank.taught.places(photos.material, photos.pictures, first)
    # The first photo lies at one name, the opposite of the other.
    names = torch.stack([places[0], -places[0]])
    wanted = targets.of_teacher(learner, photos, first, replace(bank, names=names))
    uncalled = torch.nn.functional.normalize(places - 0.4 * bank.middle)
    assert float(wanted[0] @ names[0]) > float(uncalled[0] @ names[0]) + 0.001
    nearer = (places @ names.T).argmax(dim=1)
    gained = ((wanted - uncalled) * names[nearer]).sum(dim=1)
    assert bool((gained > -1e-6).all())


def test_distil_loss__drawings_are_drawn_to_their_captions_and_names(
    parts: list[Part], learner: apprentice.Apprentice, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawings = parts[1]
    bank = targets.make_bank(learner, [part.material for part in parts])
    wanted: list[torch.Tensor] = []
    cosine_gap = losses.cosine_gap

    def watched(student: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        wanted.append(target)
        return cosine_gap(student, target)

    monkeypatch.setattr(losses, "cosine_gap", watched)
    steps.distil_loss(learner, parts, bank, PHASE, np.random.default_rng(1), earlier=None)
    places = wanted[-1]
    assert len(places) == 6
    assert torch.allclose(places.norm(dim=1), torch.ones(6))
    material = drawings.material
    for picture, place in enumerate(places):
        texts = material.tokens[material.texts_of[picture]]
        said = network.encode_tokens(learner.model, texts).mean(dim=0).detach()
        beside = place - said * ((place @ said) / (said @ said))  # what the captions do not explain: the names
        shown = np.flatnonzero(material.things[picture])
        assert float(beside @ bank.names[shown].mean(dim=0)) > 0
        assert float(place @ said) > 0.5 * float(said.norm())


def test_losses__names_weigh_as_the_phase_says(parts: list[Part], learner: apprentice.Apprentice) -> None:
    bank = targets.make_bank(learner, [part.material for part in parts])

    def told(naming: float, kind: str) -> float:
        phase, rng = replace(PHASE, naming=naming), np.random.default_rng(0)
        torch.manual_seed(0)
        if kind == "text":
            return float(steps.text_loss(learner.eval(), parts, phase, rng).detach())
        return float(steps.distil_loss(learner.eval(), parts, bank, phase, rng, earlier=None)[0].detach())

    for kind in ("text", "distil"):
        none, one, two = (told(naming, kind) for naming in (0.0, 1.0, 2.0))
        assert one - none > 0.1, kind
        assert two - one == pytest.approx(one - none, rel=1e-4), kind


def hinted(parts: list[Part], seed: int, channels: int = 3) -> list[Part]:
    """The photos with a teacher's maps of them: what it saw in noise."""
    rng = np.random.default_rng(seed)
    shape = (6, 2, teacher.MAP_SIDE, teacher.MAP_SIDE)
    raw = tuple(rng.integers(0, 255, (*shape, width)).astype(np.uint8) for width in (channels, FEATURES))
    maps = teacher.Maps(raw, (1 / 255, 1 / 255))
    return [replace(parts[0], material=replace(parts[0].material, maps=maps)), parts[1]]


def test_distil_loss__maps_are_hints_to_layers_before_the_last(parts: list[Part]) -> None:
    """What the maps say of photos changes the loss and reaches the guess of the inner map, which nothing else does."""
    losses_by_seed = []
    for seed in (1, 2):
        torch.manual_seed(0)
        learner = apprentice.Apprentice(network.create(SHAPE), FEATURES, 1, SHAPE.embed_dim, (3, FEATURES))
        shown = hinted(parts, seed)
        bank = targets.make_bank(learner, [part.material for part in shown])
        loss, _ = steps.distil_loss(learner, shown, bank, PHASE, np.random.default_rng(0), earlier=None)
        torch.autograd.backward(loss)
        gradient = learner.places.of[0].weight.grad
        assert gradient is not None
        assert float(gradient.abs().sum()) > 0
        losses_by_seed.append(float(loss.detach()))
    assert abs(losses_by_seed[0] - losses_by_seed[1]) > 1e-3


def test_distil_loss__maps_may_be_left_aside(parts: list[Part]) -> None:
    torch.manual_seed(0)
    learner = apprentice.Apprentice(network.create(SHAPE), FEATURES, 1, SHAPE.embed_dim, (3, FEATURES))
    shown = hinted(parts, 1)
    bank = targets.make_bank(learner, [part.material for part in shown])
    phase = replace(PHASE, maps=0.0)
    loss, _ = steps.distil_loss(learner, shown, bank, phase, np.random.default_rng(0), earlier=None)
    torch.autograd.backward(loss)
    assert all(weight.grad is None for weight in learner.places.parameters())


CLASSES = ["background", "boat", "boat", "tench"]


def told_a_boat(part: Part, learner: apprentice.Apprentice) -> Part:
    """Photos of which a classifier of four classes says that they show a boat, as two of the four are called."""
    raw = np.zeros((6, 2, len(CLASSES)), np.uint8)
    raw[..., 1:3] = 128
    learner.classify = torch.nn.Linear(learner.classify.in_features, len(CLASSES))
    network.freeze(learner.model.text)
    return replace(part, material=replace(part.material, classes=teacher.Answers(raw, 1 / 256)))


def test_distil_loss__photos_come_to_drawings_of_what_the_classifier_takes_them_for(
    parts: list[Part], learner: apprentice.Apprentice
) -> None:
    boats = things.rows([["boat"], ["dog"], ["boat"], ["dog"], ["dog"], ["dog"]])
    drawings = replace(parts[1], material=replace(parts[1].material, things=boats))
    # Nothing else is known of the photos.
    unknown = replace(parts[0], material=replace(parts[0].material, things=things.none(6)))
    shown = [told_a_boat(unknown, learner), drawings]
    bank = targets.make_bank(learner, [part.material for part in shown], CLASSES)
    assert bank.drawn.sum(dim=1).tolist() == [0, 1, 1, 0]
    with torch.no_grad():
        places = torch.nn.functional.normalize(torch.randn(2, SHAPE.embed_dim), dim=-1)

    def told(weight: float, photos_at: int) -> float:
        """The loss where drawings of boats are at one place, others at the other, and all photos at one of them."""
        look = torch.cat([places[[photos_at] * 6], places[[0, 1, 0, 1, 1, 1]]])
        learner.model.visual.head = _Places(look)
        phase = replace(PHASE, guessed=weight)
        return float(steps.distil_loss(learner.eval(), shown, bank, phase, np.random.default_rng(0), earlier=None)[0])

    with torch.no_grad():
        near, far = (told(1.0, at) - told(0.0, at) for at in (0, 1))
    assert 0 < near < far - 0.5


def test_of_teacher__photos_are_wanted_towards_what_the_classifier_takes_them_for(
    parts: list[Part], learner: apprentice.Apprentice
) -> None:
    first = np.zeros(6, np.int64)
    told = told_a_boat(parts[0], learner)
    wanted = []
    for classes in ([], CLASSES, ["background", "tench", "tench", "boat"]):
        bank = targets.make_bank(learner, [told.material, parts[1].material], classes)
        wanted.append(targets.of_teacher(learner, told, first, bank))
    [boat] = bank.names[[things.names().index("boat")]]
    unheard, boats, fishes = ((one @ boat).mean() for one in wanted)
    assert float(boats) > float(unheard) + 0.01
    assert float(boats) > float(fishes) + 0.01
    for one in wanted:
        assert torch.allclose(one.norm(dim=1), torch.ones(6))


def test_distil_loss__photos_come_to_drawings_of_what_they_are_called(
    parts: list[Part], learner: apprentice.Apprentice
) -> None:
    """All photos lie where boats are called: nearer to drawings of boats costs less."""
    drawn = ["boat", "dog", "boat", "dog", "dog", "dog"]
    shown = [
        replace(parts[0], material=replace(parts[0].material, things=things.none(6))),
        replace(parts[1], material=replace(parts[1].material, things=things.rows([[name] for name in drawn]))),
    ]
    bank = targets.make_bank(learner, [part.material for part in shown])
    torch.manual_seed(1)  # names that lie apart, which a text tower has yet to learn
    bank = replace(bank, names=torch.nn.functional.normalize(torch.randn(bank.names.shape), dim=-1))
    boat, dog = (bank.names[things.names().index(name)] for name in ("boat", "dog"))

    def told(weight: float, boats_at: torch.Tensor, dogs_at: torch.Tensor) -> float:
        places = [boats_at if name == "boat" else dogs_at for name in drawn]
        learner.model.visual.head = _Places(torch.stack([boat] * 6 + places))
        phase = replace(PHASE, called=weight)
        return float(steps.distil_loss(learner.eval(), shown, bank, phase, np.random.default_rng(0), earlier=None)[0])

    with torch.no_grad():
        right = told(1.0, boat, dog) - told(0.0, boat, dog)
        wrong = told(1.0, dog, boat) - told(0.0, dog, boat)
    assert 0 < right < wrong


def test_distil_loss__classifier_is_heard_by_the_names_of_its_classes(
    parts: list[Part], learner: apprentice.Apprentice
) -> None:
    """It says "boat" of every photo: the step brings photos there."""
    shown = [told_a_boat(parts[0], learner)]
    bank = targets.make_bank(learner, [shown[0].material], CLASSES)
    assert bank.classes.shape == (3, SHAPE.embed_dim)
    assert bank.folded.tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]]

    def told(weight: float) -> float:
        phase = replace(PHASE, classes=weight)
        return float(steps.distil_loss(learner.eval(), shown, bank, phase, np.random.default_rng(0), earlier=None)[0])

    with torch.no_grad():
        none, one, two = told(0.0), told(1.0), told(2.0)
        assert one - none > 0.1
        assert two - one == pytest.approx(one - none, rel=1e-3)
        # Were the photos there already, nothing would be left to say.
        learner.model.visual.head = _Constant(bank.classes[1])
        assert told(1.0) - told(0.0) < one - none


class _Places(torch.nn.Module):
    """These places, whatever the pictures."""

    def __init__(self, places: torch.Tensor) -> None:
        super().__init__()
        self.places = places

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        assert len(features) == len(self.places)
        return self.places


class _Constant(torch.nn.Module):
    """One place for every picture."""

    def __init__(self, place: torch.Tensor) -> None:
        super().__init__()
        self.place = place

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.place.expand(len(features), -1)


def test_distil_loss__guesses_of_both_teachers_weigh_as_the_phase_says(
    parts: list[Part], learner: apprentice.Apprentice
) -> None:
    """Nothing else reaches what guesses them from the tower's features."""
    shown = [told_a_boat(parts[0], learner), *parts[1:]]
    bank = targets.make_bank(learner, [part.material for part in shown])
    reached = []
    for weight in (1.0, 3.0):
        learner.zero_grad()
        phase = replace(PHASE, guesses=weight)
        loss, _ = steps.distil_loss(learner.eval(), shown, bank, phase, np.random.default_rng(0), earlier=None)
        torch.autograd.backward(loss)
        reached.append([guess.weight.grad.clone() for guess in (learner.guess, learner.classify)])
    for one, three in zip(*reached, strict=True):
        assert float(one.abs().sum()) > 0
        assert torch.allclose(3.0 * one, three, rtol=1e-3, atol=1e-6)


def test_distil_loss__half_the_digits_say_nearly_the_same(parts: list[Part], learner: apprentice.Apprentice) -> None:
    bank = targets.make_bank(learner, [part.material for part in parts])
    told = []
    for phase in (PHASE, replace(PHASE, bfloat16=True)):
        torch.manual_seed(0)
        loss, _ = steps.distil_loss(learner, parts, bank, phase, np.random.default_rng(0), earlier=None)
        torch.autograd.backward(loss)
        told.append(float(loss.detach()))
    assert told[1] == pytest.approx(told[0], rel=0.05)
    assert told[0] != told[1]  # the option is not lost on the way
    weight = learner.model.visual.trunk.conv1[0].weight
    assert weight.dtype == weight.grad.dtype == torch.float32
