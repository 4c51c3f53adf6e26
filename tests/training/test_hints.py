"""A tower built like its teacher learns layer by layer. The teacher is the shared one; its weights are not ours."""

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
@pytest.mark.parametrize(("chained", "left"), [(False, 0.85), (True, 0.97)])
def test_hints__layers_come_nearer_to_the_teacher_and_nothing_else_moves(chained: bool, left: float) -> None:
    torch.manual_seed(0)
    learner = steps.Apprentice(network.create(SHAPE), 1024, 1, SHAPE.embed_dim)
    guide = hints.Guide(TEACHER, learner.model.visual.trunk)
    assert len(guide.layers) == 27
    assert [layer.halves for layer in guide.layers].count(True) == 5
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
    assert found[-1] < left * found[0]
    assert all(torch.equal(one, other) for one, other in zip(text, learner.model.text.parameters(), strict=True))


def test_gap__a_cut_off_value_says_only_its_side() -> None:
    wanted = torch.zeros(1, 1, 3, 3)
    for told, made, expected in (
        (0.0, -2.0, 0.0),
        (0.0, 2.0, 4.0),
        (6.0, 7.5, 0.0),
        (6.0, 5.0, 1.0),
        (3.0, -1.0, 16.0),
    ):
        wanted[:] = told
        assert float(hints._gap(torch.full((1, 1, 3, 3), made), wanted)) == pytest.approx(expected)


def test_hints__a_tower_that_gives_the_teachers_maps_has_nothing_to_learn() -> None:
    """Both ways of teaching look at the same places as a teacher that pads as TensorFlow does."""
    torch.manual_seed(1)
    tower = network.create(SHAPE).visual.trunk
    shapes = [(112, 112, 32), (112, 112, 32), (112, 112, 64), (56, 56, 64), (56, 56, 128), (56, 56, 128), (56, 56, 128)]
    shapes += [(28, 28, 128), (28, 28, 256), (28, 28, 256), (28, 28, 256), (14, 14, 256), (14, 14, 512)]
    shapes += [(14, 14, 512)] * 10 + [(7, 7, 512)] + [(7, 7, 1024)] * 3
    layers = hints._layers(tower, shapes, 224, TEACHER)
    tower.eval()
    picture = torch.randn(1, 3, 224, 224)
    maps, entry = [], picture
    with torch.inference_mode():
        for layer in layers:
            padding = (0, 1, 0, 1) if layer.convolution.stride[0] == 2 else (1,) * 4
            padded = entry if layer.convolution.kernel_size[0] == 1 else torch.nn.functional.pad(entry, padding)
            plain = layer.convolution
            made = torch.nn.functional.conv2d(padded, plain.weight, None, plain.stride, 0, 1, plain.groups)
            norm = layer.normalisation
            made = torch.nn.functional.batch_norm(made, norm.running_mean, norm.running_var, norm.weight, norm.bias)
            entry = made.clamp(0, 6)
            maps.append(entry)
        assert max(map(float, hints._chained(layers, picture, maps))) < 1e-6
        for seed in range(3):
            assert max(map(float, hints._apart(layers, picture, maps, np.random.default_rng(seed)))) < 1e-6
        moved = [maps[0].roll(1, dims=-1), *maps[1:]]
        assert float(hints._chained(layers, picture, moved)[0]) > 0.1


@needs_teacher
def test_hints__another_build_is_refused() -> None:
    for tower, told in (("test_resnet", "built like its teacher"), ("mobilenetv2_050", "mobilenetv1_100")):
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
