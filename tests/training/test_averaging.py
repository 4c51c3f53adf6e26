"""The mean of two checkpoints."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from core import cli
from core.errors import TrainingError
from core.training import averaging, network
from core.training.recipe import ModelShape

SHAPE = ModelShape("test_resnet", image_size=32, embed_dim=8, text_width=8, text_heads=1, text_layers=1)


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    for seed, name in enumerate(("first", "second")):
        torch.manual_seed(seed)
        network.save(network.create(SHAPE), SHAPE, tmp_path / name)
    return tmp_path / "first", tmp_path / "second"


def test_average__every_weight_by_its_share(two: tuple[Path, Path], tmp_path: Path) -> None:
    assert cli.main(["average", *map(str, two), str(tmp_path / "mean"), "--share", "0.25"]) == 0
    first, second, mean = (load_file(str(one / network.WEIGHTS)) for one in (*two, tmp_path / "mean"))
    for name, value in mean.items():
        if value.is_floating_point():
            expected = 0.75 * first[name].float() + 0.25 * second[name].float()
            assert torch.allclose(value.float(), expected, atol=1e-3), name
    model = network.create(SHAPE)
    network.load(model, SHAPE, tmp_path / "mean")


def test_average__two_input_sizes__the_second_holds(two: tuple[Path, Path], tmp_path: Path) -> None:
    larger = replace(SHAPE, image_size=48)
    network.save(network.create(larger), larger, tmp_path / "larger")
    averaging.average(two[0], tmp_path / "larger", 0.5, tmp_path / "mean")
    network.load(network.create(larger), larger, tmp_path / "mean")
    written = json.loads((tmp_path / "mean" / network.CONFIG).read_text(encoding="utf-8"))
    assert written["model_cfg"]["vision_cfg"]["image_size"] == 48


def test_average__models_of_two_shapes_are_refused(two: tuple[Path, Path], tmp_path: Path) -> None:
    wider = ModelShape("test_resnet", image_size=32, embed_dim=16, text_width=8, text_heads=1, text_layers=1)
    network.save(network.create(wider), wider, tmp_path / "wide")
    with pytest.raises(TrainingError, match="two shapes"):
        averaging.average(two[0], tmp_path / "wide", 0.5, tmp_path / "mean")
    with pytest.raises(TrainingError, match="between 0 and 1"):
        averaging.average(*two, 1.5, tmp_path / "mean")
    with pytest.raises(TrainingError, match="cannot be read"):
        averaging.average(two[0], tmp_path / "gone", 0.5, tmp_path / "mean")
    for broken in ("{", "[]", "{}"):
        (two[1] / network.CONFIG).write_text(broken, encoding="utf-8")
        with pytest.raises(TrainingError, match="cannot be read"):
            averaging.average(*two, 0.5, tmp_path / "mean")
    assert not (tmp_path / "mean").exists()
