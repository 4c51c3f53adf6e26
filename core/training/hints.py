"""Block by block after a teacher: each part of the picture tower learns what the teacher's part of the same shape makes
of the same input.

From the teacher's last layer alone a tower learns slowly, because every layer waits for the ones around it. Where
teacher and student are built alike, the teacher's maps between its layers can be shown too (hints: FitNets, arXiv
1412.6550), and each block is then a small problem of its own, solved side by side with the others (blockwise
distillation, Wang et al., IJCAI 2018). The teacher's weights are never read: all that is used is what it answers.
"""

from __future__ import annotations

import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.errors import TrainingError
from core.training import augment, batches, network, teacher
from core.training.batches import Part

# Errors at the border come from padding, which the teacher has where the student sees the picture going on.
_BORDER = 1
# Where a map is this large or larger, a quarter of it has places enough to learn from.
_LARGE = 56


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the tower that learns by itself. It takes the teacher's map number `entry` (-1: the picture) and is to
    give number `answer`; `halves` where it has half the side."""

    layers: nn.Module
    entry: int
    answer: int
    halves: bool


class Guide:
    """A teacher that shows its maps, and the blocks of a tower of the same build. Raises `TrainingError` where they are
    not built alike, `ConfigurationError` without the teacher's runtime."""

    def __init__(self, model: Path, tower: nn.Module) -> None:
        self._model = model
        self._own = threading.local()  # an interpreter serves one thread at a time
        opened = self._interpreter()
        self.side = int(opened.get_input_details()[0]["shape"][1])
        self._maps = _maps(opened)
        self.blocks = _blocks(tower, [shape for _, shape, _ in self._maps], self.side, model)

    def look(self, picture: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
        """The teacher's maps `(h, w, c)` of one picture `(side, side, 3)`, in the order of its layers."""
        opened = self._interpreter()
        opened.set_tensor(opened.get_input_details()[0]["index"], picture[None])
        opened.invoke()
        return [opened.get_tensor(index)[0] for index, _, _ in self._maps]

    def maps(self, pictures: NDArray[np.uint8]) -> list[Tensor]:
        """The maps that blocks take or give, `(n, c, h, w)` real values by number; of the others empty ones."""
        used = {block.entry for block in self.blocks} | {block.answer for block in self.blocks}
        seen = [self.look(picture) for picture in pictures]
        return [
            _channels_first(np.stack([maps[number] for maps in seen]), scale) if number in used else torch.empty(0)
            for number, (_, _, scale) in enumerate(self._maps)
        ]

    def _interpreter(self) -> Any:
        if not hasattr(self._own, "opened"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # that keeping every map takes memory
                self._own.opened = teacher.opened(self._model, 1, keep_maps=True)
        return self._own.opened


def loss(guide: Guide, parts: list[Part], rng: np.random.Generator, *, chained: bool = False) -> Tensor:
    """The mean over the blocks of the squared error of their maps, as a share of the maps' variance. Each block takes
    the teacher's map; `chained`, what the block before it gave."""
    view = batches.choose_views(parts, rng)
    shown = np.stack(
        [
            teacher.seen(part.material.pixels, part.material.views, picture, chosen, guide.side)
            for part, own, _ in batches.slices(parts, view)
            for picture, chosen in zip(part.pictures, own, strict=True)
        ]
    )
    maps = guide.maps(shown)
    picture = augment.normalise(_channels_first(shown, 1.0 / 255.0))
    if chained:
        return _chained(guide.blocks, picture, maps)
    total = torch.zeros(())
    for block in guide.blocks:
        entry, wanted = (picture if block.entry < 0 else maps[block.entry]), maps[block.answer]
        if wanted.shape[-1] >= _LARGE:
            entry, wanted = _quarter(entry, wanted, 2 if block.halves else 1, rng)
        if block.halves:
            # TensorFlow pads an even side at its end only, torch at both: one place on, they see the same.
            entry = entry[:, :, 1:, 1:]
        made = block.layers(entry.contiguous(memory_format=torch.channels_last))
        total = total + _gap(made, wanted)
    return total / len(guide.blocks)


def _chained(blocks: tuple[Block, ...], picture: Tensor, maps: list[Tensor]) -> Tensor:
    """The blocks in a row. Each halving block is to lie one place on, so the first one's entry lies that far on for all
    of them: 1 + 2 + 4 + … places of the picture, of which every halving takes its share."""
    ahead = 2 ** sum(block.halves for block in blocks) - 1
    made = picture[:, :, ahead:, ahead:].contiguous(memory_format=torch.channels_last)
    total = torch.zeros(())
    for block in blocks:
        made = block.layers(made)
        ahead = ahead // 2 if block.halves else ahead
        side = min(made.shape[-1], maps[block.answer].shape[-1] - ahead)
        total = total + _gap(
            made[:, :, :side, :side], maps[block.answer][:, :, ahead : ahead + side, ahead : ahead + side]
        )
    return total / len(blocks)


def _gap(made: Tensor, wanted: Tensor) -> Tensor:
    inner = slice(_BORDER, wanted.shape[-1] - _BORDER)
    wanted = wanted[:, :, inner, inner]
    return ((made[:, :, inner, inner] - wanted) ** 2).mean() / wanted.var().clamp(min=1e-6)


def take_projection(learner: Any) -> None:
    """A tower that is to give the teacher's features can be read by what the text phase learnt to read those with."""
    head = learner.model.visual.head.proj
    with torch.no_grad():
        head.weight.copy_(learner.project.weight)


def freeze_all_but_tower(learner: Any) -> None:
    """In a hints phase the picture tower alone learns."""
    network.freeze(learner)
    network.freeze(learner.model.visual.trunk, frozen=False)


def _maps(opened: Any) -> list[tuple[int, tuple[int, int, int], float]]:
    """Number, shape `(h, w, c)` and scale of the maps that the teacher's layers give, in their order."""
    side = int(opened.get_input_details()[0]["shape"][1])
    found = []
    for one in opened.get_tensor_details():
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


def _blocks(tower: Any, shapes: list[tuple[int, ...]], side: int, model: Path) -> tuple[Block, ...]:
    """timm's layout of this family: a stem, then stages of blocks, each of which ends in a normalised activation."""
    stages = getattr(tower, "blocks", None)
    if stages is None or not hasattr(tower, "conv_stem"):
        raise TrainingError(
            f"A hints phase needs a tower of stem and blocks; {type(tower).__name__} has another layout."
        )
    flat = [block for stage in stages for block in stage]
    given: list[tuple[int, ...]] = []
    ends: list[int] = []  # after each block, how many maps there were

    def note(_module: nn.Module, _entry: Any, answer: Tensor) -> None:
        given.append((answer.shape[2], answer.shape[3], answer.shape[1]))

    norms = [one for part in (tower.bn1, *flat) for one in part.modules() if hasattr(one, "running_mean")]
    hooks = [one.register_forward_hook(note) for one in norms]
    hooks += [block.register_forward_hook(lambda *_: ends.append(len(given))) for block in flat]
    tower.eval()
    with torch.inference_mode():
        tower.forward_features(torch.zeros(1, 3, side, side))
    tower.train()
    for hook in hooks:
        hook.remove()
    if given != shapes:
        raise TrainingError(
            f"A hints phase needs a tower built like its teacher. {type(tower).__name__} gives maps of "
            f"{', '.join(map(str, given[:3]))}, … ({len(given)}), {model.name} of {', '.join(map(str, shapes[:3]))}, … "
            f"({len(shapes)}); for MobileNet v1 as teacher the tower is mobilenetv1_100."
        )
    found = [Block(nn.Sequential(tower.conv_stem, tower.bn1, flat[0]), -1, ends[0] - 1, True)]
    for block, before, after in zip(flat[1:], ends, ends[1:], strict=False):
        found.append(Block(block, before - 1, after - 1, shapes[after - 1][0] < shapes[before - 1][0]))
    return tuple(found)


def _quarter(entry: Tensor, wanted: Tensor, stride: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """The same random quarter of what goes in and what should come out."""
    half = wanted.shape[-1] // 2
    top, left = (int(place) for place in rng.integers(0, wanted.shape[-1] - half + 1, 2))
    rows, columns = (slice(stride * at, stride * (at + half) + stride - 1) for at in (top, left))
    return entry[:, :, rows, columns], wanted[:, :, top : top + half, left : left + half]


def _channels_first(block: NDArray[np.uint8], scale: float) -> Tensor:
    """`(n, h, w, c)` 8-bit to `(n, c, h, w)` real values."""
    return torch.from_numpy(block).permute(0, 3, 1, 2).float() * scale
