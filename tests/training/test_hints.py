"""A tower built like its teacher learns block by block. The teacher is the shared one; its weights are not ours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import TrainingError
from core.training import hints, network, steps, views
from core.training.batches import Part
from core.training.recipe import ModelShape

TEACHER = (
    Path(__file__).resolve().parents[3] / "shared/data/teachers/mobilenet_v1_1.0_224_quant_embedding_extractor.tflite"
)
SHAPE = ModelShape("mobilenetv1_100", image_size=64, embed_dim=8, text_width=8, text_heads=1, text_layers=1)
needs_teacher = pytest.mark.skipif(not TEACHER.is_file(), reason="the shared teacher is not here")


def some_part(pictures: int) -> Part:
    """Noise of several sizes; of a `Material` only what a hints phase looks at."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 255, (pictures, 9, 9, 3)).astype(np.uint8)
    pixels = np.repeat(np.repeat(coarse, 16, axis=1), 16, axis=2)
    seen = views.draw_views(pictures, 2, 3)
    material = type("Shown", (), {"pixels": pixels, "views": seen})()
    return Part(material, np.arange(pictures), np.zeros(pictures, np.int64))


@needs_teacher
@pytest.mark.parametrize("chained", [False, True])
def test_hints__blocks_come_nearer_to_the_teacher_and_nothing_else_moves(chained: bool) -> None:
    torch.manual_seed(0)
    learner = steps.Apprentice(network.create(SHAPE), 1024, 1, SHAPE.embed_dim)
    guide = hints.Guide(TEACHER, learner.model.visual.trunk)
    assert len(guide.blocks) == 13
    assert [block.halves for block in guide.blocks].count(True) == 5
    hints.freeze_all_but_tower(learner)
    text = [weight.clone() for weight in learner.model.text.parameters()]
    optimiser = torch.optim.AdamW([one for one in learner.parameters() if one.requires_grad], lr=3e-3)
    part, found = some_part(6), []
    for step in range(8):
        optimiser.zero_grad()
        loss = hints.loss(guide, [part], np.random.default_rng(step), chained=chained)
        torch.autograd.backward(loss)
        optimiser.step()
        found.append(float(loss.detach()))
    assert found[-1] < 0.85 * found[0]
    assert all(torch.equal(one, other) for one, other in zip(text, learner.model.text.parameters(), strict=True))


@needs_teacher
def test_hints__the_teachers_own_maps_are_no_error() -> None:
    """What the loss compares is aligned: a block that gave the teacher's answer would have nothing left to learn."""
    tower = network.create(SHAPE).visual.trunk
    guide = hints.Guide(TEACHER, tower)
    picture = some_part(1).material.pixels[0]
    big = np.asarray(np.repeat(np.repeat(picture, 2, 0), 2, 1)[:224, :224])
    first, second = guide.look(big), guide.look(big)
    assert len(first) == 27
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))
    answered = guide.maps(big[None])
    for block in guide.blocks:
        assert answered[block.answer].shape[1] in (64, 128, 256, 512, 1024)
        assert float(answered[block.answer].max()) <= 6.0  # behind a ReLU6


@needs_teacher
def test_hints__another_build_is_refused() -> None:
    for tower, told in (("test_resnet", "another layout"), ("mobilenetv2_050", "for MobileNet v1")):
        model = network.create(replace(SHAPE, image_tower=tower))
        with pytest.raises(TrainingError, match=told):
            hints.Guide(TEACHER, model.visual.trunk)


def test_take_projection__the_head_becomes_what_read_the_teacher() -> None:
    learner = steps.Apprentice(network.create(SHAPE), 1024, 1, SHAPE.embed_dim)
    hints.take_projection(learner)
    assert torch.equal(learner.model.visual.head.proj.weight, learner.project.weight)


def test_load__text_tower_alone_from_a_model_with_another_picture_tower(tmp_path: Path) -> None:
    other = replace(SHAPE, image_tower="test_resnet")
    given = network.create(other)
    network.save(given, other, tmp_path)
    model = network.create(SHAPE)
    before = model.visual.trunk.conv_stem.weight.clone()
    network.load(model, SHAPE, tmp_path)
    assert torch.allclose(model.text.token_embedding.weight, given.text.token_embedding.weight, atol=1e-3)
    assert torch.equal(model.visual.trunk.conv_stem.weight, before)
    with pytest.raises(TrainingError, match="names no picture tower"):
        network.load(model, SHAPE, tmp_path / "gone")
