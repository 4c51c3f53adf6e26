"""What an ImageNet-trained teacher sees in each view of each training picture: computed once, kept on disk.

A teacher is a TFLite model that turns one uint8 picture `(1, side, side, 3)` into a vector: features, or the
probabilities of classes. Its answers are kept as the 8-bit integers the model gives, with their scale, so 50,000 views
of 1,024 values take 51 MB.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from core.errors import ConfigurationError, TrainingError
from core.progress import Progress, Report
from core.training.views import Pixels, Views


@dataclass(frozen=True, slots=True)
class Answers:
    """A teacher's answers `(n, v, dim)` as 8-bit integers; the real value is `scale * raw`."""

    raw: NDArray[np.uint8]
    scale: float

    def rows(self, pictures: NDArray[np.int64], view: NDArray[np.int64]) -> Tensor:
        """The real values for one view of each of these pictures, `(k, dim)`."""
        return torch.from_numpy(self.raw[pictures, view].astype(np.float32) * self.scale)


def answers(model: Path, pixels: Pixels, views: Views, target: Path, report: Report, *, threads: int = 2) -> Answers:
    """The teacher's vector for every view of every picture, taken from `target` as far as it is there already.

    Raises `ConfigurationError` when the runtime is not installed, `TrainingError` when the model is not of the kind
    described above.
    """
    interpreter = opened(model, threads)
    entry, answer = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    scale, zero = answer["quantization"]
    if entry["dtype"] is not np.uint8 or answer["dtype"] is not np.uint8 or zero != 0:
        raise TrainingError(
            f"Teacher {model.name}: expected 8-bit unsigned input and output with zero point 0, "
            f"found {entry['dtype'].__name__} to {answer['dtype'].__name__}, zero point {zero}."
        )
    side, dim = int(entry["shape"][1]), int(np.prod(answer["shape"]))
    count, per_picture = views.flips.shape
    done_file = target.with_suffix(".done")
    shape = (count, per_picture, dim)
    if not target.exists() or np.load(target, mmap_mode="r").shape != shape:
        target.parent.mkdir(parents=True, exist_ok=True)
        done_file.write_text("0")
        np.lib.format.open_memmap(target, mode="w+", dtype=np.uint8, shape=shape).flush()
    raw = np.lib.format.open_memmap(target, mode="r+")
    for picture in range(int(done_file.read_text()), count):
        for view in range(per_picture):
            interpreter.set_tensor(entry["index"], seen(pixels, views, picture, view, side)[None])
            interpreter.invoke()
            raw[picture, view] = interpreter.get_tensor(answer["index"]).reshape(-1)
        if picture % 100 == 99 or picture == count - 1:
            # The counter follows the pixels it counts, so an interrupted run repeats at most 100 pictures.
            raw.flush()
            done_file.write_text(str(picture + 1))
            report(Progress(f"teacher on {target.stem}", picture + 1, count))
    kept: NDArray[np.uint8] = np.load(target, mmap_mode="r")
    return Answers(kept, float(scale))


def dimension(model: Path) -> int:
    """Width of the teacher's vector."""
    return int(np.prod(opened(model, 1).get_output_details()[0]["shape"]))


def opened(model: Path, threads: int, *, keep_maps: bool = False) -> Any:
    """The TFLite interpreter of a teacher; with `keep_maps` what its layers give between input and output stays
    readable. Raises as `answers`."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise ConfigurationError(
            "A teacher model needs the LiteRT runtime: pip install -r requirements-dev.txt (package ai-edge-litert)."
        ) from error
    try:
        interpreter = Interpreter(str(model), num_threads=threads, experimental_preserve_all_tensors=keep_maps)
    except ValueError as error:
        raise TrainingError(f"Teacher {model} cannot be opened as a TFLite model: {error}.") from error
    interpreter.allocate_tensors()
    return interpreter


def seen(pixels: Pixels, views: Views, picture: int, view: int, side: int) -> NDArray[np.uint8]:
    """One view of one picture as the teacher takes it, `(side, side, 3)`."""
    box, flip, blend = views.boxes[picture, view], bool(views.flips[picture, view]), float(views.blend[picture, view])
    crop = _crop(pixels[picture], box, flip, side)
    if blend == 0.0:
        return crop
    other = int(views.partner[picture, view])
    second = _crop(pixels[other], views.boxes[other, view], bool(views.flips[other, view]), side)
    return np.rint((1.0 - blend) * crop + blend * second).astype(np.uint8)


def _crop(picture: NDArray[np.uint8], box: NDArray[np.float32], flip: bool, side: int) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    left, top = float(box[0]) * width, float(box[1]) * height
    region = (left, top, left + float(box[2]) * width, top + float(box[3]) * height)
    seen = Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC, box=region)
    return np.asarray(seen.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flip else seen)
