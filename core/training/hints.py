"""A picture tower's start: each layer is solved for what the teacher's layer of the same shape makes of the same input.

From the teacher's last layer alone a tower learns slowly, because every layer waits for the ones around it. Where
teacher and student are built alike, the teacher's maps between its layers can be shown too (hints: FitNets, arXiv
1412.6550; block by block: Wang et al., IJCAI 2018), and what is left of each layer is a linear least-squares problem:
between two maps lie a convolution, a shift and a cut at 0 and 6, and where the teacher's answer is not cut off it is
the linear part of the input as it stands. The normal equations give it at once, without a learning rate.

The teacher's file is only asked, never read; but what comes out is the teacher's function, to the rounding of its 8
bits. Whoever passes such a tower on passes on something made from the teacher, and says so.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.errors import TrainingError
from core.progress import Progress, Report
from core.training import augment, teacher
from core.training.material import Material

_SHOWN = 2400
"""Pictures from which a tower is solved: with the places below, five times as many equations as the widest layer has
unknowns, for channels that answer in one place of twenty."""
# Neighbouring places say nearly the same: a few of each map, spread over many pictures, say more.
_PLACES, _PATCHES = 49, 9
# One channel's answers, at most: beyond that nothing comes out differently, it only takes longer.
_EQUATIONS = 6000
_FEWEST = 30
# Keeps a problem solvable where an input never moves: far below what a rounding step of the answers weighs.
_RIDGE = 1e-5


@dataclass(frozen=True, slots=True)
class Layer:
    """A convolution and its normalisation, before a ReLU6; `halves` where the map has half the side of what it is made
    of. Layer n takes the teacher's map n - 1 (the first the picture) and is to give map n."""

    convolution: nn.Conv2d
    normalisation: nn.BatchNorm2d
    halves: bool

    @property
    def kernel(self) -> int:
        return int(self.convolution.kernel_size[0])

    @property
    def apart(self) -> bool:
        """Each channel looks at its own input channel only."""
        return self.convolution.groups > 1


@dataclass(frozen=True, slots=True)
class Places:
    """What a layer was seen to do: `entries` `(n, k, c)`, the k places under its kernel with the c channels of its
    input, and `answers` `(n, d)`; 8-bit integers, as the teacher holds them."""

    entries: NDArray[np.uint8]
    answers: NDArray[np.uint8]


class Guide:
    """A teacher that shows its maps, and the layers of a tower of the same build. Raises `TrainingError` where they are
    not built alike, `ConfigurationError` without the teacher's runtime."""

    def __init__(self, model: Path, tower: nn.Module) -> None:
        self._model = model
        self._own = threading.local()  # an interpreter serves one thread at a time
        opened = self._interpreter()
        self.side = int(opened.get_input_details()[0]["shape"][1])
        _, self._zero = opened.get_input_details()[0]["quantization"]
        self._maps = teacher.maps_of(opened)
        self.scales = tuple(scale for _, _, scale in self._maps)
        self.layers = _layers(tower, [shape for _, shape, _ in self._maps], self.side, model)

    def places(self, picture: NDArray[np.uint8], seed: int) -> list[Places]:
        """What each layer does in a few places of a picture `(side, side, 3)`, drawn by `seed`."""
        rng = np.random.default_rng(seed)
        opened = self._interpreter()
        opened.set_tensor(opened.get_input_details()[0]["index"], picture[None])
        opened.invoke()
        seen, entry, outside = [], picture, int(self._zero)
        for layer, (index, _, _) in zip(self.layers, self._maps, strict=True):
            answer = opened.get_tensor(index)[0]
            seen.append(_some(layer, entry, answer, outside, rng))
            entry, outside = answer, 0
        return seen

    def _interpreter(self) -> Any:
        if not hasattr(self._own, "opened"):
            self._own.opened = teacher.opened(self._model, 1, keep_maps=True)
        return self._own.opened


def teach(guide: Guide, materials: list[Material], rng: np.random.Generator, report: Report) -> float:
    """Solves every layer of the guide's tower from views of the materials' training pictures. Returns the root mean
    square error of the solved layers in steps of the teacher's 8-bit answers; rounding alone makes it 0.29."""
    views = list(_views(materials, rng))

    def look(task: tuple[int, tuple[Material, int, int]]) -> list[Places]:
        seed, (material, picture, view) = task
        return guide.places(teacher.seen(material.pixels, material.views, picture, view, guide.side), seed)

    seen: list[list[Places]] = []
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        for done, places in enumerate(pool.map(look, enumerate(views)), 1):
            seen.append(places)
            report(Progress("the teacher's layers", done, len(views)))
    errors = []
    scales = (1.0 / 255.0, *guide.scales)
    for number, (layer, below, own) in enumerate(zip(guide.layers, scales, guide.scales, strict=False)):
        own_places = [one[number] for one in seen]
        all_places = Places(
            np.concatenate([one.entries for one in own_places]), np.concatenate([one.answers for one in own_places])
        )
        errors.append(solve(layer, all_places, below, own, of_picture=number == 0))
        report(Progress("solving layers", number + 1, len(guide.layers), unit="layers"))
    return float(np.sqrt(np.mean(np.square(errors))))


def solve(layer: Layer, places: Places, below: float, own: float, *, of_picture: bool = False) -> float:
    """Fills one layer with what gives these answers. `below` and `own` are what a step of the 8-bit entries and answers
    stands for. Returns the root mean square error in steps of the answers. A channel that was hardly ever seen between
    its limits gives what it mostly gave."""
    raw = torch.from_numpy(places.entries)
    entries = _picture_rows(raw) if of_picture else raw.float() * below
    answers = torch.from_numpy(places.answers)
    # At either end of its range an answer is cut off and says only on which side it lies.
    free = (answers > 1) & (answers < 254)
    count, channels = len(answers), answers.shape[1]
    weights = torch.zeros(channels, layer.kernel**2 if layer.apart else entries[0].numel())
    shifts, errors = torch.zeros(channels), torch.zeros(channels)

    def one(channel: int) -> None:
        rows = free[:, channel].nonzero()[:_EQUATIONS, 0]
        if len(rows) < _FEWEST:
            shifts[channel] = answers[:, channel].float().median() * own
            return
        given = by_channel[channel][rows] if by_channel is not None else entries.view(count, -1)[rows]
        wanted = answers[rows, channel].float() * own
        given = torch.cat([given, torch.ones(len(rows), 1)], dim=1)
        found = _least_squares(given, wanted)
        weights[channel], shifts[channel] = found[:-1], found[-1]
        errors[channel] = ((given @ found - wanted) ** 2).mean()

    by_channel = entries.permute(2, 0, 1).contiguous() if layer.apart else None
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(one, range(channels)))
    finally:
        torch.set_num_threads(threads)
    if by_channel is not None:
        made = torch.einsum("cnk,ck->nc", by_channel, weights)
    else:
        made = entries.view(count, -1) @ weights.T
    _fill(layer, weights, shifts, made)
    return float(errors.mean().sqrt()) / own


def take_projection(learner: Any) -> None:
    """A tower that gives the teacher's features can be read by what the text phase learnt to read those with, and has
    nothing to guess about them."""
    head = learner.model.visual.head.proj
    with torch.no_grad():
        head.weight.copy_(learner.project.weight)
        torch.nn.init.eye_(learner.guess.weight)
        torch.nn.init.zeros_(learner.guess.bias)


def _least_squares(given: Tensor, wanted: Tensor) -> Tensor:
    square = (given.T @ given).double()
    square.diagonal()[:-1] += _RIDGE * len(given)
    found: Tensor = torch.linalg.solve(square, (given.T @ wanted).double()).float()
    return found


@torch.no_grad()
def _fill(layer: Layer, weights: Tensor, shifts: Tensor, made: Tensor) -> None:
    """The normalisation gets the statistics of what the convolution makes, so that it does the same in training, where
    it takes them from the batch."""
    normal = layer.normalisation
    assert normal.running_mean is not None
    assert normal.running_var is not None
    shape = layer.convolution.weight.shape
    if layer.apart:
        layer.convolution.weight.copy_(weights.view(shape))
    else:
        layer.convolution.weight.copy_(weights.view(shape[0], layer.kernel, layer.kernel, shape[1]).permute(0, 3, 1, 2))
    mean, variance = made.mean(dim=0), made.var(dim=0, unbiased=False)
    normal.running_mean.copy_(mean)
    normal.running_var.copy_(variance)
    normal.weight.copy_((variance + normal.eps).sqrt())
    normal.bias.copy_(shifts + mean)


def _views(materials: list[Material], rng: np.random.Generator) -> Iterator[tuple[Material, int, int]]:
    """`_SHOWN` training pictures, evenly over all there are, and a view of each."""
    all_of_them = [(material, int(picture)) for material in materials for picture in material.trained]
    chosen = rng.choice(len(all_of_them), min(_SHOWN, len(all_of_them)), replace=False)
    for index in chosen:
        material, picture = all_of_them[index]
        yield material, picture, int(rng.integers(material.views.flips.shape[1]))


def _some(
    layer: Layer, entry: NDArray[np.uint8], answer: NDArray[np.uint8], outside: int, rng: np.random.Generator
) -> Places:
    """A few places of a layer's map, and what the layer sees there: beyond the border `outside`.

    TensorFlow pads an even side at its end only where it halves it, torch at both ends. The kernel is the same; the
    tower sees the picture some places further on.
    """
    side = answer.shape[0]
    chosen = rng.choice(side * side, min(_PLACES if layer.kernel == 1 else _PATCHES, side * side), replace=False)
    rows, columns = np.divmod(chosen, side)
    if layer.kernel == 1:
        return Places(entry[rows, columns][:, None], answer[rows, columns])
    border = (0, 1) if layer.halves else (1, 1)
    padded = np.pad(entry, (border, border, (0, 0)), constant_values=outside)
    step = 2 if layer.halves else 1
    around = [padded[rows * step + down, columns * step + right] for down in range(3) for right in range(3)]
    return Places(np.stack(around, axis=1), answer[rows, columns])


def _picture_rows(raw: Tensor) -> Tensor:
    """8-bit places of pictures `(n, k, 3)` as a tower takes them."""
    return augment.normalise((raw.float() / 255.0).permute(0, 2, 1)[..., None])[..., 0].permute(0, 2, 1).contiguous()


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
