"""A real timm checkpoint, small enough to make anew in a test: random weights of a fixed seed, in timm's own
local-folder layout, written as the trained ones are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.encoder import torchvision_fix
from core.training import backbone_checkpoint

MEAN, STD = (0.5, 0.5, 0.5), (0.25, 0.25, 0.25)
ARGUMENTS: dict[str, dict[str, Any]] = {"test_resnet": {}, "test_vit": {"img_size": 32, "depth": 2}}
WIDTHS = {"test_resnet": 96, "test_vit": 64}


def network(architecture: str = "test_resnet", *, seed: int = 0, **arguments: Any) -> Any:
    """A timm model with random weights, in evaluation mode."""
    torchvision_fix.apply()
    import timm
    import torch

    torch.manual_seed(seed)
    return timm.create_model(architecture, **arguments).eval()


def write(
    folder: Path, architecture: str = "test_resnet", *, seed: int = 0, classes: int = 0, **preprocessing: Any
) -> Path:
    """Write a checkpoint into `folder` and return it."""
    arguments = ARGUMENTS[architecture]
    made = network(architecture, seed=seed, num_classes=classes, **arguments)
    settings = {"image_size": 32, "mean": MEAN, "std": STD, "interpolation": "bilinear"} | preprocessing
    backbone_checkpoint.save_backbone(made, architecture, arguments, folder, **settings)
    return folder
