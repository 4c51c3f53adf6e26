"""A tower built like its teacher is solved layer by layer. The teacher is the shared one; its weights are not ours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch

from core.errors import TrainingError
from core.training import apprentice, augment, hints, network, teacher, views
from core.training.material import Material
from core.training.recipe import ModelShape

TEACHER = (
    Path(__file__).resolve().parents[3] / "shared/data/teachers/mobilenet_v1_1.0_224_quant_embedding_extractor.tflite"
)
SHAPE = ModelShape("mobilenetv1_100", image_size=64, embed_dim=8, text_width=8, text_heads=1, text_layers=1)
STEP = 6 / 255
"""What a step of 8-bit answers between 0 and 6 stands for."""
needs_teacher = pytest.mark.skipif(not TEACHER.is_file(), reason="the shared teacher is not here")


def some_material(pictures: int) -> Material:
    """Noise of several sizes; of a `Material` only what a hints phase looks at."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 255, (pictures, 9, 9, 3)).astype(np.uint8)
    pixels = np.repeat(np.repeat(coarse, 16, axis=1), 16, axis=2)
    seen = views.draw_views(pictures, 2, 3)
    told = {"pixels": pixels, "views": seen, "trained": np.arange(1, pictures)}
    return cast(Material, type("Shown", (), told)())


def some_layer(kernel: int, channels: int, given: int, *, apart: bool = False, halves: bool = False) -> hints.Layer:
    groups = channels if apart else 1
    convolution = torch.nn.Conv2d(given, channels, kernel, 2 if halves else 1, kernel // 2, groups=groups, bias=False)
    return hints.Layer(convolution, torch.nn.BatchNorm2d(channels), halves)


def some_places(layer: hints.Layer, side: int, pictures: int, shift: float) -> tuple[hints.Places, torch.Tensor]:
    """Every place of maps that the layer makes of noise, as a teacher with these weights would hold them."""
    rng = np.random.default_rng(3)
    entries, answers = [], []
    given = layer.convolution.in_channels
    with torch.inference_mode():
        for _ in range(pictures):
            entry = rng.integers(0, 256, (side, side, given)).astype(np.uint8)
            linear = torch.from_numpy(entry).permute(2, 0, 1)[None].float() * STEP
            if layer.halves:  # as TensorFlow pads
                linear = torch.nn.functional.pad(linear, (0, 1, 0, 1))
            padding = 0 if layer.halves else layer.kernel // 2
            one = layer.convolution
            made = torch.nn.functional.conv2d(linear, one.weight, None, one.stride, padding, 1, one.groups)[0] + shift
            answer = (made.clamp(0, 6) / STEP).round().byte().permute(1, 2, 0).numpy()
            taken = hints._some(layer, entry, answer, 0, rng)
            entries.append(taken.entries)
            answers.append(taken.answers)
    return hints.Places(np.concatenate(entries), np.concatenate(answers)), layer.convolution.weight.detach().clone()


@pytest.mark.parametrize(
    ("kernel", "channels", "given", "apart", "halves"),
    [(1, 12, 6, False, False), (3, 8, 3, False, True), (3, 8, 8, True, False), (3, 8, 8, True, True)],
)
def test_solve__gives_the_weights_behind_the_answers(
    kernel: int, channels: int, given: int, apart: bool, halves: bool
) -> None:
    torch.manual_seed(0)
    layer = some_layer(kernel, channels, given, apart=apart, halves=halves)
    places, wanted = some_places(layer, 14, 120, shift=1.0)
    torch.nn.init.normal_(layer.convolution.weight)
    error = hints.solve(layer, places, STEP, STEP)
    assert error == pytest.approx(0.29, abs=0.03)  # of an even rounding: 1 / sqrt(12)
    assert torch.allclose(layer.convolution.weight, wanted, atol=1e-2)
    normal = layer.normalisation.eval()
    made = normal(torch.zeros(1, channels, 1, 1))
    assert torch.allclose(made, torch.ones(1, channels, 1, 1), atol=5e-2)  # the shift
    assert normal.running_var is not None
    assert float(normal.running_var.min()) > 0


def test_solve__a_channel_that_never_moves_gives_what_it_gave() -> None:
    layer = some_layer(1, 3, 4)
    rng = np.random.default_rng(0)
    entries = rng.integers(0, 256, (400, 1, 4)).astype(np.uint8)
    linear = entries[:, 0, 0].clip(2, 250)
    places = hints.Places(entries, np.stack([np.zeros(400), np.full(400, 255), linear], axis=1).astype(np.uint8))
    hints.solve(layer, places, STEP, STEP)
    normal = layer.normalisation.eval()
    made = normal(layer.convolution(torch.rand(5, 4, 1, 1)))[:, :, 0, 0]
    assert made[:, 0].tolist() == pytest.approx([0.0] * 5, abs=1e-5)
    assert made[:, 1].tolist() == pytest.approx([255 * STEP] * 5, abs=1e-4)


def map_of(guide: hints.Guide, picture: np.ndarray, number: int) -> torch.Tensor:
    opened = guide._interpreter()
    opened.set_tensor(opened.get_input_details()[0]["index"], picture[None])
    opened.invoke()
    raw = torch.from_numpy(opened.get_tensor(guide._maps[number][0]))
    return raw.permute(0, 3, 1, 2).float() * guide.scales[number]


@needs_teacher
def test_teach__the_tower_sees_what_the_teacher_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few pictures and noise for the wide layers' many unknowns: what the first layers make is near all the same, and
    nothing but the tower moves."""
    monkeypatch.setattr(hints, "_EQUATIONS", 300)
    torch.manual_seed(0)
    learner = apprentice.Apprentice(network.create(SHAPE), 1024, 1, SHAPE.embed_dim)
    guide = hints.Guide(TEACHER, learner.model.visual.trunk)
    assert len(guide.layers) == 27
    assert [layer.halves for layer in guide.layers].count(True) == 5
    text = [weight.clone() for weight in learner.model.text.parameters()]
    material, told = some_material(40), []
    error = hints.teach(guide, [material], np.random.default_rng(0), lambda progress: told.append(progress.stage))
    assert 0.0 < error < 1.0
    assert {"the teacher's layers", "solving layers"} <= set(told)
    assert all(torch.equal(one, other) for one, other in zip(text, learner.model.text.parameters(), strict=True))
    picture = teacher.seen(
        material.pixels, material.views, 0, 0, guide.side
    ).copy()  # not one of those it was solved from
    learner.eval()
    entry = augment.normalise(torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255)
    with torch.inference_mode():
        for number, layer in enumerate(guide.layers[:5]):
            padded = torch.nn.functional.pad(entry, (0, 1, 0, 1) if layer.halves else (1,) * 4)
            one = layer.convolution
            made = torch.nn.functional.conv2d(
                padded if layer.kernel == 3 else entry, one.weight, None, one.stride, 0, 1, one.groups
            )
            entry = torch.nn.BatchNorm2d.forward(layer.normalisation, made).clamp(0, 6)
            shown = map_of(guide, picture, number)
            assert float(((entry - shown) ** 2).mean() / shown.var()) < 0.05, number


@needs_teacher
def test_hints__another_build_is_refused() -> None:
    for tower, told in (("test_resnet", "built like its teacher"), ("mobilenetv2_050", "mobilenetv1_100")):
        model = network.create(replace(SHAPE, image_tower=tower))
        with pytest.raises(TrainingError, match=told):
            hints.Guide(TEACHER, model.visual.trunk)


def test_take_projection__the_head_becomes_what_read_the_teacher() -> None:
    learner = apprentice.Apprentice(network.create(SHAPE), 1024, 1, SHAPE.embed_dim)
    hints.take_projection(learner)
    seen = torch.rand(3, 1024)
    assert torch.allclose(learner.guess(seen), seen)
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
