"""Layer by layer after a teacher: each layer of the picture tower learns what the teacher's layer of the same shape
makes of the same input.

From the teacher's last layer alone a tower learns slowly, because every layer waits for the ones around it. Where
teacher and student are built alike, the teacher's maps between its layers can be shown too (hints: FitNets, arXiv
1412.6550), and each layer is then a small problem of its own, solved side by side with the others (as in blockwise
distillation, Wang et al., IJCAI 2018). The teacher's weights are never read: all that is used is what it answers. The
tower comes near to a copy of the teacher all the same, and whoever passes it on names the teacher.
"""

from __future__ import annotations

import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor, nn

from core.errors import TrainingError
from core.training import augment, batches, network, teacher
from core.training.batches import Part

# Where a map is this large or larger, a quarter of it has places enough to learn from.
_LARGE = 56
_TOP = 6.0  # of a ReLU6


@dataclass(frozen=True, slots=True)
class Layer:
    """A convolution and its normalisation, without the ReLU6 behind them; `halves` where the map has half the side of
    what it is made of. Layer n takes the teacher's map n - 1 (the first the picture) and is to give map n."""

    convolution: nn.Conv2d
    normalisation: nn.BatchNorm2d
    halves: bool

    def __call__(self, entry: Tensor) -> Tensor:
        """What it gives before its activation, of a map of even side.

        TensorFlow pads an even side at its end only where it halves it, torch at both ends: padded as the teacher is,
        both look at the same places. Used with torch's padding, the tower sees the picture some places further on.
        """
        entry = entry.contiguous(memory_format=torch.channels_last)
        if self.halves:
            one = self.convolution
            made = F.conv2d(F.pad(entry, (0, 1, 0, 1)), one.weight, one.bias, one.stride, 0, one.dilation, one.groups)
        else:
            made = self.convolution(entry)
        # The class's own forward: timm's normalisations apply the activation in theirs.
        return nn.BatchNorm2d.forward(self.normalisation, made)


class Guide:
    """A teacher that shows its maps, and the layers of a tower of the same build. Raises `TrainingError` where they are
    not built alike, `ConfigurationError` without the teacher's runtime."""

    def __init__(self, model: Path, tower: nn.Module) -> None:
        self._model = model
        self._own = threading.local()  # an interpreter serves one thread at a time
        opened = self._interpreter()
        self.side = int(opened.get_input_details()[0]["shape"][1])
        self._maps = _maps(opened)
        self.layers = _layers(tower, [shape for _, shape, _ in self._maps], self.side, model)

    def maps(self, pictures: NDArray[np.uint8]) -> list[Tensor]:
        """What the teacher's layers make of pictures `(n, side, side, 3)`: maps `(n, c, h, w)` in their order, values
        from 0 to 6."""
        opened = self._interpreter()
        entry = opened.get_input_details()[0]["index"]
        seen: list[list[NDArray[np.uint8]]] = [[] for _ in self._maps]
        for picture in pictures:
            opened.set_tensor(entry, picture[None])
            opened.invoke()
            for kept, (index, _, _) in zip(seen, self._maps, strict=True):
                kept.append(opened.get_tensor(index)[0])
        return [_channels_first(np.stack(kept), scale) for kept, (_, _, scale) in zip(seen, self._maps, strict=True)]

    def _interpreter(self) -> Any:
        if not hasattr(self._own, "opened"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # that keeping every map takes memory
                self._own.opened = teacher.opened(self._model, 1, keep_maps=True)
        return self._own.opened


def loss(guide: Guide, parts: list[Part], rng: np.random.Generator, *, chained: bool = False) -> Tensor:
    """The mean over the layers of the squared error of their maps, as a share of the maps' variance. Each layer takes
    the teacher's map; `chained`, what the layer before it gave."""
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
    gaps = _chained(guide.layers, picture, maps) if chained else _apart(guide.layers, picture, maps, rng)
    return torch.stack(gaps).mean()


def _apart(layers: tuple[Layer, ...], picture: Tensor, maps: list[Tensor], rng: np.random.Generator) -> list[Tensor]:
    gaps = []
    for layer, entry, wanted in zip(layers, (picture, *maps), maps, strict=False):
        if wanted.shape[-1] >= _LARGE:
            made, part = _quarter(layer, entry, wanted, rng)
            gaps.append(_gap(made, part) / wanted.var())
        else:
            gaps.append(_gap(layer(entry), wanted) / wanted.var())
    return gaps


def _chained(layers: tuple[Layer, ...], picture: Tensor, maps: list[Tensor]) -> list[Tensor]:
    entry, gaps = picture, []
    for layer, wanted in zip(layers, maps, strict=True):
        made = layer(entry)
        gaps.append(_gap(made, wanted) / wanted.var())
        entry = made.clamp(0.0, _TOP)
    return gaps


def _gap(made: Tensor, wanted: Tensor) -> Tensor:
    """The mean squared error before the activation. Where the teacher's activation cut its value off, 0 or the top says
    only on which side it lay: nothing is wrong there that lies on that side too. Unlike the error behind the activation
    it still teaches what is cut off wrongly."""
    gap = made - wanted
    gap = torch.where(wanted <= 0, gap.clamp(min=0), torch.where(wanted >= _TOP - 0.05, gap.clamp(max=0), gap))
    return (gap**2).mean()


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


def _layers(tower: Any, shapes: list[tuple[int, ...]], side: int, model: Path) -> tuple[Layer, ...]:
    """Convolutions and normalisations in turn, as long as each normalisation ends in a ReLU6."""
    parts = [one for one in tower.modules() if isinstance(one, (nn.Conv2d, nn.BatchNorm2d))]
    given: list[tuple[int, ...]] = []

    def note(_module: nn.Module, _entry: Any, answer: Tensor) -> None:
        given.append((answer.shape[2], answer.shape[3], answer.shape[1]))

    hooks = [one.register_forward_hook(note) for one in parts[1::2]]
    tower.eval()
    with torch.inference_mode():
        tower(torch.zeros(1, 3, side, side))
    tower.train()
    for hook in hooks:
        hook.remove()
    alike = all(isinstance(getattr(one, "act", None), nn.ReLU6) for one in parts[1::2])
    if not alike or given != shapes:
        raise TrainingError(
            f"A hints phase needs a tower built like its teacher. {type(tower).__name__} gives {len(given)} maps, of "
            f"{', '.join(map(str, given[:2]))}, …; {model.name} gives {len(shapes)} behind ReLU6, of "
            f"{', '.join(map(str, shapes[:2]))}, …. For MobileNet v1 the tower is mobilenetv1_100."
        )
    before = [side] + [shape[0] for shape in shapes]
    return tuple(
        Layer(convolution, normalisation, shape[0] < entry)  # type: ignore[arg-type]
        for convolution, normalisation, shape, entry in zip(parts[::2], parts[1::2], shapes, before, strict=False)
    )


def _quarter(layer: Layer, entry: Tensor, wanted: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """A random quarter of the layer's map, and of the teacher's. The border of the quarter is left out: the layer does
    not see what is beyond it."""
    half = wanted.shape[-1] // 2
    stride = 2 if layer.halves else 1
    top, left = (int(place) for place in rng.integers(0, half + 1, 2))
    rows, columns = (slice(stride * at, stride * (at + half)) for at in (top, left))
    made = layer(entry[:, :, rows, columns])
    return made[:, :, 1:-1, 1:-1], wanted[:, :, top + 1 : top + half - 1, left + 1 : left + half - 1]


def _channels_first(block: NDArray[np.uint8], scale: float) -> Tensor:
    """`(n, h, w, c)` 8-bit to `(n, c, h, w)` real values."""
    return torch.from_numpy(block).permute(0, 3, 1, 2).float() * scale
