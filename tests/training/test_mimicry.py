"""A backbone learns from labels and from what two teachers said, and opens as an encoder."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from core.encoder import load_encoder
from core.errors import ConfigurationError, NoTextSideError, TrainingError
from core.progress import silent
from core.training import batches, loop, mimicry, network, recipe, students, teacher

COLOURS = {"red": (220, 30, 30), "green": (30, 200, 40), "blue": (30, 40, 220), "yellow": (230, 220, 40)}
SHAPE = recipe.BackboneShape("test_resnet", image_size=32)


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Teachers that answer with the mean colour of what they see, so that no real ones are needed."""

    def answers(model, pixels, views, target, report):
        count, each = views.flips.shape
        raw = np.zeros((count, each, 4), np.uint8)
        for picture in range(count):
            for view in range(each):
                raw[picture, view, :3] = teacher.seen(pixels, views, picture, view, 8).mean(axis=(0, 1))
        return teacher.Answers(raw, 1 / 256)

    monkeypatch.setattr(teacher, "answers", answers)
    monkeypatch.setattr(teacher, "dimension", lambda model: 4)


@pytest.fixture
def plan(tmp_path: Path, answered: None) -> recipe.Recipe:
    rng = np.random.default_rng(0)
    for word, colour in COLOURS.items():
        (tmp_path / "pictures" / word).mkdir(parents=True)
        for number in range(16):
            pixels = np.clip(np.array(colour) + rng.integers(-40, 40, (24, 24, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pictures" / word / f"{number}.png")
    source = recipe.Source("colours", "labels", images=tmp_path / "pictures", side=32, views=3, mixed=1, hold_out=24)
    return recipe.Recipe(
        model=SHAPE,
        sources=(source,),
        phases=(recipe.Phase("mimic", 8, ("colours",), side=32, batch=16, rate=2e-3),),
        teacher=Path("teacher.tflite"),
        classifier=Path("classifier.tflite"),
    )


def test_train__backbone_opens_as_an_encoder_without_text(plan: recipe.Recipe, tmp_path: Path) -> None:
    course = loop.train(plan, tmp_path / "run", silent)
    encoder = load_encoder(str(tmp_path / "run" / "best"))
    vectors = encoder.encode_images([Image.new("RGB", (24, 24), colour) for colour in COLOURS.values()])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    with pytest.raises(NoTextSideError):
        encoder.encode_texts(["a red picture"])
    assert course.history[-1]["precision@5"]["colours"] > 60  # chance: 22
    assert "precision@5" in json.loads((tmp_path / "run" / "curves.json").read_text())[0]


def test_train__resumes_where_it_stopped(plan: recipe.Recipe, tmp_path: Path) -> None:
    shorter = dataclasses.replace(plan, phases=(dataclasses.replace(plan.phases[0], epochs=1),))
    loop.train(shorter, tmp_path / "run", silent)
    longer = dataclasses.replace(plan, phases=(dataclasses.replace(plan.phases[0], epochs=2),))
    assert [entry["epoch"] for entry in loop.train(longer, tmp_path / "run", silent).history] == [1, 2]


def test_train__starts_from_another_backbone(plan: recipe.Recipe, tmp_path: Path) -> None:
    still = dataclasses.replace(plan, phases=(dataclasses.replace(plan.phases[0], epochs=1, rate=1e-9),))
    loop.train(still, tmp_path / "first", silent)
    other = dataclasses.replace(still, seed=still.seed + 1)  # a start of its own would be another one
    loop.train(other, tmp_path / "second", silent, start=loop.Start(tmp_path / "first" / "last"))
    first, second = (load_file(str(tmp_path / run / "last" / "model.safetensors")) for run in ("first", "second"))
    weights = [name for name, value in first.items() if value.ndim == 4]
    assert weights
    assert all(torch.allclose(first[name], second[name], atol=1e-3) for name in weights)


def test_load__takes_the_picture_tower_of_a_clip_model(plan: recipe.Recipe, tmp_path: Path) -> None:
    shape = recipe.ModelShape("test_resnet", image_size=32, embed_dim=8, text_width=8, text_heads=1, text_layers=1)
    clip = network.create(shape)
    network.save(clip, shape, tmp_path / "clip")
    learner = mimicry.Apprentice(SHAPE, 4, 4, {})
    mimicry.load(learner, tmp_path / "clip")
    wanted = clip.visual.trunk.state_dict()
    assert all(torch.allclose(value, wanted[name], atol=1e-3) for name, value in learner.model.state_dict().items())
    stranger = mimicry.Apprentice(recipe.BackboneShape("test_vit", image_size=160), 4, 4, {})
    with pytest.raises(TrainingError, match="cannot start this run"):
        mimicry.load(stranger, tmp_path / "clip")


def test_loss__every_head_and_the_network_learn(plan: recipe.Recipe, tmp_path: Path) -> None:
    from core.training import material

    materials = material.gather(plan, 0, tmp_path / "cache", silent)
    learner = students.create(plan, materials)
    rng = np.random.default_rng(1)
    parts = next(batches.batches(list(materials.values()), plan.phases[0], rng))
    torch.autograd.backward(mimicry.loss(learner, parts, plan.phases[0], rng))
    for name, weight in learner.named_parameters():
        assert weight.grad is not None, name
    assert float(learner.label["colours"].weight.grad.abs().sum()) > 0


@pytest.mark.parametrize("shape", [SHAPE, recipe.BackboneShape("test_vit", image_size=160)])
@pytest.mark.parametrize("short", [False, True])
def test_loss__maps_are_hints(plan: recipe.Recipe, tmp_path: Path, shape: recipe.BackboneShape, short: bool) -> None:
    """A convolutional network's stages and a transformer's blocks alike learn from what the teacher saw where."""
    from core.training import material

    plan = dataclasses.replace(plan, model=shape)
    (plain,) = material.gather(plan, 0, tmp_path / "cache", silent).values()
    each = (*plain.views.flips.shape, teacher.MAP_SIDE, teacher.MAP_SIDE)
    chance = np.random.default_rng(0)
    raw = tuple(chance.integers(0, 255, (*each, channels)).astype(np.uint8) for channels in (3, 5))
    hinted = dataclasses.replace(plain, maps=teacher.Maps(raw, (0.02, 0.02)))
    learner = students.create(plan, {"colours": hinted})
    phase = dataclasses.replace(plan.phases[0], side=shape.image_size, bfloat16=short)
    parts = next(batches.batches([hinted], phase, np.random.default_rng(1)))
    torch.autograd.backward(mimicry.loss(learner, parts, phase, np.random.default_rng(1)))
    for name, weight in learner.named_parameters():
        assert weight.grad is not None, name
        assert weight.dtype == torch.float32
    assert [guess.out_features for guess in learner.places.of] == [3, 5]


def test_check__a_clip_phase_on_a_backbone_is_refused(plan: recipe.Recipe) -> None:
    with pytest.raises(ConfigurationError, match="mimic phases are for a"):
        recipe.check(dataclasses.replace(plan, phases=(recipe.Phase("contrast", 1, ("colours",)),)))
