"""Writing an image-only model, and reading it back with timm alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import TrainingError
from core.training import backbone_checkpoint
from tests import tiny_backbone


@pytest.mark.parametrize("architecture", list(tiny_backbone.ARGUMENTS))
def test_save_backbone__timm_opens_the_folder(architecture: str, tmp_path: Path) -> None:
    import timm
    import torch
    from timm.data import resolve_model_data_config

    folder = tiny_backbone.write(tmp_path / "made" / "m", architecture, classes=7)
    trained = tiny_backbone.network(architecture, num_classes=7, **tiny_backbone.ARGUMENTS[architecture])
    trained.reset_classifier(0)
    opened = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
    pixels = torch.randn(2, 3, 32, 32)
    with torch.inference_mode():
        assert torch.allclose(opened(pixels), trained(pixels), atol=5e-3)
    data = resolve_model_data_config(opened)
    assert (data["input_size"], data["interpolation"]) == ([3, 32, 32], "bilinear")
    assert (data["crop_pct"], data["crop_mode"]) == (1.0, "squash")
    assert (data["mean"], data["std"]) == (list(tiny_backbone.MEAN), list(tiny_backbone.STD))


def test_save_backbone__files_say_what_they_are(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    folder = tiny_backbone.write(tmp_path, classes=7)
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "model.safetensors"]
    assert (folder / "model.safetensors").stat().st_mode & 0o777 == 0o644
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert (config["architecture"], config["num_classes"], config["num_features"]) == ("test_resnet", 0, 96)
    state = load_file(str(folder / "model.safetensors"))
    assert {value.dtype for value in state.values()} <= {torch.float16, torch.int64}
    assert not [name for name in state if name.startswith("fc.")]


@pytest.mark.parametrize(
    ("architecture", "arguments", "says"),
    [
        ("test_convnext", {}, "is no test_convnext.*found none"),
        ("test_vit", {"img_size": 32, "depth": 2, "embed_dim": 32}, r"should be \(1, 1, 32\), found \(1, 1, 64\)"),
    ],
)
def test_save_backbone__another_architecture_is_refused(
    architecture: str, arguments: dict[str, int], says: str, tmp_path: Path
) -> None:
    made = tiny_backbone.network("test_vit", **tiny_backbone.ARGUMENTS["test_vit"])
    with pytest.raises(TrainingError, match=says):
        backbone_checkpoint.save_backbone(
            made,
            architecture,
            arguments,
            tmp_path / "m",
            image_size=32,
            mean=tiny_backbone.MEAN,
            std=tiny_backbone.STD,
            interpolation="bicubic",
        )
    assert not (tmp_path / "m").exists()


def test_save_backbone__weights_past_float16_are_refused(tmp_path: Path) -> None:
    import torch

    made = tiny_backbone.network()
    with torch.no_grad():
        made.conv1[0].weight.fill_(1e6)
    with pytest.raises(TrainingError, match=r"conv1\.0\.weight is not finite in float16"):
        backbone_checkpoint.save_backbone(
            made,
            "test_resnet",
            {},
            tmp_path / "m",
            image_size=32,
            mean=tiny_backbone.MEAN,
            std=tiny_backbone.STD,
            interpolation="bicubic",
        )
