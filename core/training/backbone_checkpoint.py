"""A trained image-only model as a folder that timm, and so `load_encoder`, opens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.encoder import torchvision_fix
from core.errors import TrainingError

if TYPE_CHECKING:
    from torch import Tensor, nn

WEIGHTS = "model.safetensors"
CONFIG = "config.json"


def save_backbone(
    model: nn.Module,
    architecture: str,
    model_args: Mapping[str, Any],
    folder: Path,
    *,
    image_size: int,
    mean: tuple[float, float, float],
    std: tuple[float, float, float],
    interpolation: str,
    crop_pct: float = 1.0,
    crop_mode: str = "squash",
) -> None:
    """Writes the timm model `architecture`, made with `model_args`, into `folder`: configuration, and the weights as
    float16 safetensors. A classifier is left out: the embedding is what the model gives without it.

    `image_size` is the side of the input in pixels; a transformer needs it in `model_args` too, as `img_size`. `mean`
    and `std` are per channel, of values 0 to 1. `interpolation` is "bilinear" or "bicubic". `crop_mode` "squash" makes
    the whole picture a square, "center" keeps its proportions and cuts the middle out, at `crop_pct` of the size.
    Each file is replaced as a whole. Raises `TrainingError` where the weights are not those of that architecture, or
    one of them is not finite in float16.
    """
    from safetensors.torch import save_file

    torchvision_fix.apply()
    import timm

    plain = timm.create_model(architecture, num_classes=0, **model_args)
    state = _state(model, plain.state_dict(), f"{architecture} with {dict(model_args)}")
    config = {
        "architecture": architecture,
        "num_classes": 0,
        "num_features": plain.num_features,
        "model_args": dict(model_args),
        "pretrained_cfg": {
            "num_classes": 0,
            "input_size": [3, image_size, image_size],
            "interpolation": interpolation,
            "crop_pct": crop_pct,
            "crop_mode": crop_mode,
            "mean": list(mean),
            "std": list(std),
        },
    }
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{WEIGHTS}"
    save_file(state, str(partial), metadata={"format": "pt"})
    partial.chmod(0o644)  # safetensors writes for the owner only; a checkpoint is for everyone on the machine
    partial.replace(folder / WEIGHTS)
    partial = folder / f".{CONFIG}"
    partial.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    partial.replace(folder / CONFIG)


def _state(model: nn.Module, wanted: Mapping[str, Tensor], made_as: str) -> dict[str, Tensor]:
    """The model's weights of the `wanted` names and shapes, floating ones as float16."""
    import torch

    found = model.state_dict()
    for name, value in wanted.items():
        if name not in found or found[name].shape != value.shape:
            there = tuple(found[name].shape) if name in found else "none"
            raise TrainingError(
                f"the model is no {made_as}: {name} should be {tuple(value.shape)}, "
                f"found {there}; give the architecture and the arguments that the model was made with"
            )
    state = {
        name: (found[name].half() if value.is_floating_point() else found[name]).detach().cpu().contiguous().clone()
        for name, value in wanted.items()
    }
    for name, value in state.items():
        if not torch.isfinite(value).all():
            raise TrainingError(f"{name} is not finite in float16, so the model cannot be saved; has it diverged?")
    return state
