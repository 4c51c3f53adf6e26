"""What an ImageNet-trained teacher sees in each view of each training picture: computed once, kept on disk.

A teacher is a TFLite model that turns one uint8 picture `(1, side, side, 3)` into a vector: features, or the
probabilities of classes. Its answers are kept as the 8-bit integers the model gives, with their scale, so 50,000 views
of 1,024 values take 51 MB.
"""

from __future__ import annotations

import itertools
import threading
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
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

# An interrupted run asks again about this many pictures at most.
_AT_A_TIME = 100


MAP_SIDE = 7
"""Places on a side of the maps that are kept."""


@dataclass(frozen=True, slots=True)
class Maps:
    """A teacher's maps of each view, `(n, v, side, side, c)` each as 8-bit integers with their scales: from the last
    layers of the two last sizes, the earlier one as means."""

    raw: tuple[NDArray[np.uint8], ...]
    scales: tuple[float, ...]

    def rows(self, pictures: NDArray[np.int64], view: NDArray[np.int64]) -> list[Tensor]:
        """The real values for one view of each of these pictures, `(k, c, side, side)` each."""
        return [
            torch.from_numpy(raw[pictures, view]).permute(0, 3, 1, 2).float() * scale
            for raw, scale in zip(self.raw, self.scales, strict=True)
        ]


def maps(model: Path, pixels: Pixels, views: Views, target: Path, report: Report) -> Maps:
    """The teacher's last maps of every view, as `answers`: 75 KB a view of MobileNet v1. Raises also `TrainingError`
    where it has no maps of two sizes that come down to `MAP_SIDE`."""
    last = {shape[0]: (number, shape[2], scale) for number, shape, scale in maps_of(opened(model, 1, keep_maps=True))}
    sides = [side for side in sorted(last) if side % MAP_SIDE == 0][:2]
    if len(sides) < 2:
        raise TrainingError(f"Teacher {model.name} has no two maps whose sides are multiples of {MAP_SIDE}.")
    chosen = [last[side] for side in reversed(sides)]
    targets = {
        target.with_name(f"{target.stem}-map{number}.npy"): (MAP_SIDE, MAP_SIDE, channels)
        for number, (_, channels, _) in enumerate(chosen, 1)
    }
    asked = Asked(model, tuple(number for number, _, _ in chosen), keep_maps=True)
    kept = remembered(targets, asked, pixels, views, report)
    return Maps(tuple(kept), tuple(scale for _, _, scale in chosen))


@dataclass(frozen=True, slots=True)
class Answers:
    """A teacher's answers `(n, v, dim)` as 8-bit integers; the real value is `scale * raw`."""

    raw: NDArray[np.uint8]
    scale: float

    def rows(self, pictures: NDArray[np.int64], view: NDArray[np.int64]) -> Tensor:
        """The real values for one view of each of these pictures, `(k, dim)`."""
        return torch.from_numpy(self.raw[pictures, view].astype(np.float32) * self.scale)


def answers(model: Path, pixels: Pixels, views: Views, target: Path, report: Report) -> Answers:
    """The teacher's vector for every view of every picture, taken from `target` as far as it is there already.

    Raises `ConfigurationError` when the runtime is not installed, `TrainingError` when the model is not of the kind
    described above.
    """
    interpreter = opened(model, 1)
    entry, answer = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    scale, zero = answer["quantization"]
    if entry["dtype"] is not np.uint8 or answer["dtype"] is not np.uint8 or zero != 0:
        raise TrainingError(
            f"Teacher {model.name}: expected 8-bit unsigned input and output with zero point 0, "
            f"found {entry['dtype'].__name__} to {answer['dtype'].__name__}, zero point {zero}."
        )
    asked = Asked(model, (int(answer["index"]),))
    kept = remembered({target: (int(np.prod(answer["shape"])),)}, asked, pixels, views, report)
    return Answers(kept[0], float(scale))


class Asked:
    """A teacher that several threads ask for its tensors of these numbers: an interpreter serves one at a time."""

    def __init__(self, model: Path, tensors: tuple[int, ...], *, keep_maps: bool = False) -> None:
        self._model, self._tensors, self._keep = model, tensors, keep_maps
        self._own = threading.local()
        self.side = int(self._interpreter().get_input_details()[0]["shape"][1])

    def __call__(self, picture: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
        """What each of them holds for a picture `(side, side, 3)`."""
        interpreter = self._interpreter()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture[None])
        interpreter.invoke()
        return [interpreter.get_tensor(number)[0] for number in self._tensors]

    def _interpreter(self) -> Any:
        if not hasattr(self._own, "opened"):
            self._own.opened = opened(self._model, 1, keep_maps=self._keep)
        return self._own.opened


def remembered(
    targets: Mapping[Path, tuple[int, ...]], asked: Asked, pixels: Pixels, views: Views, report: Report
) -> list[NDArray[np.uint8]]:
    """What a teacher gives for each view: for each of its tensors an array `(n, v, *shape)`, kept in the file that
    `targets` names beside the shape. What is there already is not asked again."""
    count, per_picture = views.flips.shape
    done_file = next(iter(targets)).with_suffix(".done")
    shapes = {target: (count, per_picture, *shape) for target, shape in targets.items()}
    if any(not target.exists() or np.load(target, mmap_mode="r").shape != shape for target, shape in shapes.items()):
        done_file.parent.mkdir(parents=True, exist_ok=True)
        done_file.write_text("0")
        for target, shape in shapes.items():
            np.lib.format.open_memmap(target, mode="w+", dtype=np.uint8, shape=shape).flush()
    kept = [np.lib.format.open_memmap(target, mode="r+") for target in targets]

    def show(task: tuple[int, int]) -> None:
        for into, answer in zip(kept, asked(seen(pixels, views, *task, asked.side)), strict=True):
            into[task] = _pooled(answer, into.shape[2:])

    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        for first in range(int(done_file.read_text()), count, _AT_A_TIME):
            after = min(first + _AT_A_TIME, count)
            list(pool.map(show, itertools.product(range(first, after), range(per_picture))))
            for into in kept:
                into.flush()
            # The counter follows what it counts.
            done_file.write_text(str(after))
            report(Progress(f"teacher on {done_file.stem}", after, count))
    return [np.load(target, mmap_mode="r") for target in targets]


def _pooled(answer: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """A vector as it is; a map `(h, w, c)` as the mean of each place of a coarser one, whose side divides its own."""
    if len(shape) == 1:
        return answer.reshape(shape)
    side, _, channels = shape
    step = answer.shape[0] // side
    means: NDArray[np.float32] = answer.reshape(side, step, side, step, channels).mean(axis=(1, 3), dtype=np.float32)
    return np.rint(means).astype(np.uint8)


def maps_of(interpreter: Any) -> list[tuple[int, tuple[int, int, int], float]]:
    """Number, shape `(h, w, c)` and scale of the maps that a teacher's layers give, in their order."""
    side = int(interpreter.get_input_details()[0]["shape"][1])
    found = []
    for one in interpreter.get_tensor_details():
        shape = tuple(int(length) for length in one["shape"])
        scale, zero = one["quantization"]
        # Square and larger than a kernel: a layer's map; what is as large as the picture is the picture.
        if (
            len(shape) == 4
            and shape[0] == 1
            and 3 < shape[1] == shape[2] < side
            and one["dtype"] is np.uint8
            and not zero
        ):
            found.append((int(one["index"]), shape[1:], float(scale)))
    return found


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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that keeping every map takes memory
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
