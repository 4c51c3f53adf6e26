"""The trained model as an open_clip model: made from its shape, run on tokens and pixels, saved as a checkpoint folder
that any open_clip user can load with `local-dir:`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from core.encoder import text_tower, torchvision_fix
from core.errors import TrainingError
from core.training import augment
from core.training.recipe import ModelShape

Network: TypeAlias = Any
"""open_clip's `CustomTextCLIP`, whose towers carry no types."""
CONFIG = "open_clip_config.json"
WEIGHTS = "open_clip_model.safetensors"
TRUNK = "visual.trunk."
"""What the names of the picture tower's weights begin with, its last linear layer aside."""
VOCABULARY = 49408
"""Size of CLIP's byte-pair vocabulary, which open_clip carries with it."""


def configuration(shape: ModelShape) -> dict[str, Any]:
    """open_clip's own description of the model and of the preprocessing its checkpoint expects."""
    return {
        "model_cfg": {
            "embed_dim": shape.embed_dim,
            "custom_text": True,  # the layout in which both towers are modules of their own
            "vision_cfg": {
                "timm_model_name": shape.image_tower,
                "timm_model_pretrained": False,
                "timm_pool": "avg",
                "timm_proj": "linear",
                "image_size": shape.image_size,
            },
            "text_cfg": {
                "context_length": shape.context_length,
                "vocab_size": VOCABULARY,
                "width": shape.text_width,
                "heads": shape.text_heads,
                "layers": shape.text_layers,
            },
        },
        # Pictures are squashed, not cropped: a caption speaks of the whole picture, its edges included.
        "preprocess_cfg": {
            "mean": list(augment.MEAN),
            "std": list(augment.STD),
            "interpolation": "bicubic",
            "resize_mode": "squash",
        },
    }


def create(shape: ModelShape) -> Network:
    """A fresh model with random weights, float32, in training mode."""
    torchvision_fix.apply()
    from open_clip.model import CustomTextCLIP

    model: Network = CustomTextCLIP(**_tower_settings(shape), init_logit_scale=2.66)
    return model.to(memory_format=torch.channels_last).train()


def _tower_settings(shape: ModelShape) -> dict[str, Any]:
    settings = configuration(shape)["model_cfg"]
    return {"embed_dim": settings["embed_dim"], "vision_cfg": settings["vision_cfg"], "text_cfg": settings["text_cfg"]}


def tokenise(texts: list[str], context_length: int) -> Tensor:
    """`(n, context_length)` token ids, padded with 0."""
    torchvision_fix.apply()
    from open_clip import SimpleTokenizer

    tokens: Tensor = SimpleTokenizer(context_length=context_length)(texts)
    return tokens


def encode_tokens(model: Network, tokens: Tensor) -> Tensor:
    """`(n, context)` token ids to unit rows `(n, dim)`, computed up to the last used token of the batch."""
    tower = text_tower.causal_tower(model)
    encoded: Tensor = tower.encode(tokens) if tower else model.encode_text(tokens)
    return F.normalize(encoded, dim=-1)


def encode_all_tokens(model: Network, tokens: Tensor) -> Tensor:
    """As `encode_tokens`, for any number of texts."""
    return torch.cat([encode_tokens(model, part) for part in torch.split(tokens, 256)])


def encode_pixels(model: Network, pixels: Tensor) -> Tensor:
    """Normalised pictures `(n, 3, side, side)` to unit rows `(n, dim)`."""
    return F.normalize(model.visual(pixels), dim=-1)


def save(model: Network, shape: ModelShape, folder: Path) -> None:
    """Writes the checkpoint folder: configuration, and the weights as float16 safetensors. Both files are replaced as
    a whole, so a reader never meets half a checkpoint."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    state = {
        name: (value.half() if value.is_floating_point() else value).contiguous().clone()
        for name, value in model.state_dict().items()
    }
    partial = folder / f".{WEIGHTS}"
    save_file(state, str(partial), metadata={"format": "pt"})
    partial.chmod(0o644)  # safetensors writes for the owner only; a checkpoint is for everyone on the machine
    partial.replace(folder / WEIGHTS)
    partial = folder / f".{CONFIG}"
    partial.write_text(json.dumps(configuration(shape), indent=2) + "\n", encoding="utf-8")
    partial.replace(folder / CONFIG)


def load(model: Network, shape: ModelShape, folder: Path) -> None:
    """Fills the model with the weights of a checkpoint folder; where that has another picture tower, with those of the
    text tower alone. Raises `TrainingError` where they do not fit."""
    if _tower_of(folder) == shape.image_tower:
        fill(model, folder / WEIGHTS)
    else:
        fill(model.text, folder / WEIGHTS, "text.")


def _tower_of(folder: Path) -> str:
    try:
        settings = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        return str(settings["model_cfg"]["vision_cfg"]["timm_model_name"])
    except (OSError, ValueError, KeyError) as error:
        raise TrainingError(f"{folder} cannot start this run: {CONFIG} names no picture tower ({error!r}).") from error


def fill(model: nn.Module, weights: Path, prefix: str = "") -> None:
    """Fills a network with those of the weights whose names begin with `prefix`, which is taken off. Raises
    `TrainingError` where they do not fit."""
    from safetensors.torch import load_file

    try:
        kept = load_file(str(weights))
        model.load_state_dict({name.removeprefix(prefix): one for name, one in kept.items() if name.startswith(prefix)})
    except (OSError, RuntimeError) as error:
        raise TrainingError(f"{weights.parent} cannot start this run: {error}.") from error


def freeze(module: nn.Module, *, frozen: bool = True) -> None:
    """Stops or resumes the learning of every weight in `module`."""
    module.requires_grad_(not frozen)
