"""A real open_clip checkpoint, small enough to make anew in a test: random weights of a fixed seed, in the library's
own local-folder layout."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from core.encoder import checkpoints, torchvision_fix

CONFIG: dict[str, Any] = {
    "model_cfg": {
        "embed_dim": 16,
        "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16},
        "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 2},
    },
    "preprocess_cfg": {
        "size": 32,
        "mean": [0.5, 0.5, 0.5],
        "std": [0.25, 0.25, 0.25],
        "interpolation": "bilinear",
        "resize_mode": "squash",
    },
}


def write(folder: Path, *, seed: int = 0, text: dict[str, Any] | None = None, half: bool = False, **model: Any) -> Path:
    """Write a checkpoint into `folder` and return it. `text` and `model` change the architecture; `half` stores
    float16."""
    torchvision_fix.apply()
    import open_clip
    import torch
    from safetensors.torch import save_file

    config = copy.deepcopy(CONFIG)
    config["model_cfg"] |= model
    config["model_cfg"]["text_cfg"] |= text or {}
    torch.manual_seed(seed)
    made = copy.deepcopy(config["model_cfg"])
    custom = made.pop("custom_text", False)
    network = (open_clip.CustomTextCLIP if custom else open_clip.CLIP)(**made)
    state = {key: (value.half() if half else value).contiguous() for key, value in network.state_dict().items()}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / checkpoints.CONFIG_NAME).write_text(json.dumps(config), encoding="utf-8")
    save_file(state, folder / "open_clip_model.safetensors")
    return folder
