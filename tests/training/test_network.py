"""The model's shape, its projection of one layer and of two, and what a checkpoint can start."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.errors import TrainingError
from core.training import network
from core.training.recipe import ModelShape

SHAPE = ModelShape("test_resnet", image_size=32, embed_dim=8, text_width=8, text_heads=1, text_layers=1)
TWO_LAYERS = replace(SHAPE, projection="mlp")


def embedded(model: network.Network) -> torch.Tensor:
    """What the picture tower makes of three pictures, always the same."""
    pixels = torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        seen: torch.Tensor = model.eval().visual(pixels)
    return seen


@pytest.mark.parametrize("shape", [SHAPE, TWO_LAYERS], ids=["linear", "mlp"])
def test_project_by__the_projection_is_that_linear_map(shape: ModelShape) -> None:
    model = network.create(shape).eval()
    weight = torch.randn(SHAPE.embed_dim, model.visual.trunk.num_features)
    network.project_by(model, weight)
    features = torch.randn(5, model.visual.trunk.num_features)
    assert torch.allclose(model.visual.head(features), features @ weight.T, atol=1e-4)


def test_load__one_layer_starts_two_that_give_the_same(tmp_path: Path) -> None:
    given = network.create(SHAPE)
    network.save(given, SHAPE, tmp_path / "one")
    model = network.create(TWO_LAYERS)
    network.load(model, TWO_LAYERS, tmp_path / "one")
    assert torch.allclose(embedded(model), embedded(given), atol=2e-3)  # the checkpoint has half the digits
    assert torch.allclose(model.text.token_embedding.weight, given.text.token_embedding.weight, atol=1e-3)
    network.save(model, TWO_LAYERS, tmp_path / "two")
    again = network.create(TWO_LAYERS)
    network.load(again, TWO_LAYERS, tmp_path / "two")
    assert torch.allclose(embedded(again), embedded(model), atol=2e-3)


def test_load__two_layers_start_no_single_one(tmp_path: Path) -> None:
    network.save(network.create(TWO_LAYERS), TWO_LAYERS, tmp_path)
    with pytest.raises(TrainingError, match="cannot start this run"):
        network.load(network.create(SHAPE), SHAPE, tmp_path)


def test_load__text_tower_alone_from_a_model_with_another_picture_tower(tmp_path: Path) -> None:
    other = replace(SHAPE, image_tower="mobilenetv1_100")
    given = network.create(other)
    network.save(given, other, tmp_path)
    model = network.create(SHAPE)
    before = next(model.visual.trunk.parameters()).clone()
    network.load(model, SHAPE, tmp_path)
    assert torch.allclose(model.text.token_embedding.weight, given.text.token_embedding.weight, atol=1e-3)
    assert torch.equal(next(model.visual.trunk.parameters()), before)
    with pytest.raises(TrainingError, match="names no picture tower"):
        network.load(model, SHAPE, tmp_path / "gone")
