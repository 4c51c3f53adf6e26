"""What each place of a picture adds to its features, for towers that end in a mean over places.

Nothing is presumed from a model's name or class: the tower's last layers are tried on single places, and the parts are
believed only where they add up to what the tower gives. That tells a mean with linear layers after it (exact) from one
with a norm or an activation after it (to first order), and both from any other pooling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import torch

Split: TypeAlias = Literal["pooled", "linearised", "attention"]

# Relative to the features' length: float32 sums over some hundred places stay below a hundredth of it.
_SAME = 1e-4


@dataclass(frozen=True, slots=True)
class Parts:
    """Features not yet of unit length: `vectors` `(h, w, dim)` and `rest` `(dim,)` add up to `whole` `(dim,)`."""

    vectors: torch.Tensor
    rest: torch.Tensor
    whole: torch.Tensor
    split: Split


PlaceTower: TypeAlias = "Callable[[torch.Tensor], Parts | None]"
"""Pixels of one picture `(1, 3, height, width)` to its parts; None where the tower cannot be taken apart so."""


@dataclass(frozen=True, slots=True)
class PooledTower:
    """A tower in two steps: `features` to a map of places, `head` from there to `(n, dim)`. `trunk` is the module that
    knows the map's layout (timm's attributes, all optional)."""

    features: Callable[[torch.Tensor], torch.Tensor]
    head: Callable[[torch.Tensor], torch.Tensor]
    trunk: Any

    def __call__(self, pixels: torch.Tensor) -> Parts | None:
        import torch

        found = self.features(pixels)
        layout = _layout(found, self.trunk)
        if layout is None:
            return None
        cells, height, width, as_map = layout  # cells (h*w, channels)
        try:
            whole = self.head(found)[0]  # (dim,)
            each = self.head(as_map(cells))  # (h*w, dim)
            middle = cells.mean(0, keepdim=True)
            pooled_first = same(self.head(as_map(middle))[0], whole)
        except (RuntimeError, ValueError, AssertionError, IndexError):  # a head that takes no single place
            return None
        if each.ndim != 2 or (len(each) > 1 and same(each, each[:1].expand_as(each))):
            return None  # the places are not what the head reads
        if same(each.mean(0), whole):
            return Parts(_grid(each / len(each), height, width), torch.zeros_like(whole), whole, "pooled")
        if not pooled_first:
            return None

        slopes = _slopes(lambda some: self.head(as_map(some)), middle, cells - middle)
        return Parts(_grid((whole + slopes) / len(cells), height, width), torch.zeros_like(whole), whole, "linearised")


def _slopes(head: Callable[[torch.Tensor], torch.Tensor], at: torch.Tensor, directions: torch.Tensor) -> torch.Tensor:
    """How `head` changes at `at` `(1, channels)` along each of `directions` `(n, channels)`: `(n, dim)`, and linear, so
    that directions that add up to nothing have slopes that do.

    Two reverse passes: what goes back through `head` is linear in what is sent, and its own gradient goes forward.
    """
    import torch

    with torch.enable_grad():
        start = at.detach().repeat(len(directions), 1).requires_grad_(True)
        ends = head(start)
        sent = torch.zeros_like(ends, requires_grad=True)
        (back,) = torch.autograd.grad(ends, start, sent, create_graph=True)
        (slopes,) = torch.autograd.grad(back, sent, directions)
    return slopes


def same(first: torch.Tensor, second: torch.Tensor) -> bool:
    """True when the difference is nothing but rounding."""
    return bool((first - second).norm() <= _SAME * second.norm())


def _grid(cells: torch.Tensor, height: int, width: int) -> torch.Tensor:
    return cells.reshape(height, width, -1)


def _layout(
    found: torch.Tensor, trunk: Any
) -> tuple[torch.Tensor, int, int, Callable[[torch.Tensor], torch.Tensor]] | None:
    """The places of the first picture `(h*w, channels)`, height, width, and how to make maps of one place each out of
    `(n, channels)`."""
    import torch

    if not isinstance(found, torch.Tensor):
        return None
    if found.ndim == 4:
        if getattr(trunk, "output_fmt", "NCHW") == "NHWC":
            _, height, width, channels = found.shape
            return found[0].reshape(-1, channels), height, width, lambda cells: cells[:, None, None]
        _, _, height, width = found.shape
        return found[0].flatten(1).T, height, width, lambda cells: cells[:, :, None, None]
    grid = getattr(getattr(trunk, "patch_embed", None), "grid_size", None)
    prefix = getattr(trunk, "num_prefix_tokens", 0)
    if found.ndim != 3 or grid is None or found.shape[1] != prefix + grid[0] * grid[1]:
        return None
    first = found[0, :prefix]
    return (
        found[0, prefix:],
        grid[0],
        grid[1],
        lambda cells: torch.cat([first.expand(len(cells), *first.shape), cells[:, None]], dim=1),
    )
