"""Two checkpoints of one shape as one: the mean of their weights.

Runs that began from the same weights and went different ways often lie in one valley, whose middle generalises better
than either end (model soups, arXiv 2203.05482; WiSE-FT, arXiv 2109.01903). Whether these do is for a held-out part to
say.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from core.errors import TrainingError
from core.training import network


def average(first: Path, second: Path, share: float, folder: Path) -> None:
    """Writes the open_clip checkpoint folder whose weights are `1 - share` of `first` and `share` of `second`, 0 to 1.
    Counters are those of `second`, and so is the size of the input where the two differ in that: at any of them a
    convolutional tower's weights are of one shape.

    Raises `TrainingError` where the weights are not of one shape or the configurations differ in anything else.
    """
    from safetensors.torch import load_file, save_file

    if not 0 <= share <= 1:
        raise TrainingError(f"The second checkpoint's share is {share}; it must lie between 0 and 1.")
    try:
        one, other = (load_file(str(given / network.WEIGHTS)) for given in (first, second))
        configurations = [_at_any_size(given / network.CONFIG) for given in (first, second)]
    except (OSError, ValueError) as error:
        raise TrainingError(f"A checkpoint cannot be read: {error}.") from error
    shapes = [{name: value.shape for name, value in weights.items()} for weights in (one, other)]
    if shapes[0] != shapes[1] or configurations[0] != configurations[1]:
        raise TrainingError(f"{first} and {second} are models of two shapes; only checkpoints of one can be averaged.")
    mixed = {
        name: one[name].float().lerp(value.float(), share).half() if value.is_floating_point() else value
        for name, value in other.items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{network.WEIGHTS}"
    save_file(mixed, str(partial), metadata={"format": "pt"})
    partial.chmod(0o644)  # safetensors writes for the owner only
    shutil.copyfile(second / network.CONFIG, folder / network.CONFIG)
    partial.replace(folder / network.WEIGHTS)


def _at_any_size(configuration: Path) -> Any:
    known = json.loads(configuration.read_text(encoding="utf-8"))
    try:
        known["model_cfg"]["vision_cfg"].pop("image_size", None)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{configuration} does not describe a model with a picture tower") from error
    return known
