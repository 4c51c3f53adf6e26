"""Pictures to unit rows: prepared by a few threads, computed in batches of bounded size; one picture to its places."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from core.encoder.contract import Frame, PlaceVectors

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image

    from core.encoder.contract import Vectors
    from core.encoder.framing import Framing
    from core.encoder.places import PlaceTower

# Pictures in one pass: a bound on memory, whatever the caller hands in (ViT-L-14 needs some 2 GB for 64).
BATCH = 64
# The central crop of "shortest" preprocessing never reaches beyond the short side; resizing a picture of 1 x 50,000
# pixels as a whole would ask for gigabytes.
_MAX_ASPECT = 10


class ImageSide:
    """`transform` makes one picture `(3, height, width)` pixels, `tower` a batch of those features `(n, dim)`."""

    def __init__(
        self,
        tower: Callable[[torch.Tensor], torch.Tensor],
        transform: Callable[[Image], torch.Tensor],
        dim: int,
        device: str,
    ) -> None:
        self._tower = tower
        self._transform = transform
        self._dim = dim
        self._device = device
        # Pillow resizes without holding the interpreter lock, so a few threads prepare a batch in a fraction.
        self._preparers = ThreadPoolExecutor(min(8, os.cpu_count() or 1), thread_name_prefix="prepare")

    def encode(self, images: Sequence[Image]) -> Vectors:
        """Upright RGB pictures to float32 unit rows `(n, dim)`."""
        import torch

        rows = [np.zeros((0, self._dim), np.float32)]
        with torch.inference_mode():
            for batch in batches(images, BATCH):
                pixels = torch.stack(list(self._preparers.map(self.prepare, batch)))  # (n, 3, height, width)
                pixels = pixels.to(self._device, memory_format=torch.channels_last)  # as `laid_out` left the tower
                rows.append(unit_rows(self._tower(pixels)))
        return np.concatenate(rows)

    def places(
        self,
        image: Image,
        tower: PlaceTower,
        framing: Framing,
        side: int,
        transform: Callable[[Image], torch.Tensor] | None = None,
    ) -> PlaceVectors | None:
        """The places of one picture by `tower`, None where that cannot tell. `transform` replaces the picture's usual
        preparation by one for another input side; `side` is the side it comes to."""
        import torch

        left, top, right, bottom = _within_aspect(image)
        kept = image.crop((left, top, right, bottom))
        with torch.no_grad():  # not inference_mode: a first-order split differentiates forward
            pixels = (transform or self._transform)(kept)[None].to(self._device)
            parts = tower(pixels)
            if parts is None:
                return None
            length = parts.whole.norm()
            vectors, rest = ((part / length).float().cpu().numpy() for part in (parts.vectors, parts.rest))
        seen = framing.frame(*kept.size)
        across, down = kept.width / image.width, kept.height / image.height
        frame = Frame(
            left / image.width + seen.left * across,
            top / image.height + seen.top * down,
            seen.width * across,
            seen.height * down,
        )
        return PlaceVectors(vectors, rest, frame, side, parts.split)

    def prepare(self, image: Image) -> torch.Tensor:
        """One upright RGB picture to the pixels of one row of a batch."""
        box = _within_aspect(image)
        return self._transform(image if box == (0, 0, *image.size) else image.crop(box))


def _within_aspect(image: Image) -> tuple[int, int, int, int]:
    """The central part that is at most `_MAX_ASPECT` times as long as wide: left, top, right, bottom."""
    limit = _MAX_ASPECT * min(image.size)
    left, top = (max(0, side - limit) // 2 for side in image.size)
    return left, top, left + min(limit, image.width), top + min(limit, image.height)


def laid_out(network: Any, device: str) -> Any:
    """A network on its device, the weights of its convolutions in the order that they are fastest in: a fifth to a
    third more pictures a second, as many for transformers (`benchmarks/tower_speed.py`)."""
    import torch

    return network.to(device, memory_format=torch.channels_last)


def batches(items: Sequence[Any], size: int) -> Iterator[Any]:
    """`items` in stretches of at most `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))


def unit_rows(features: torch.Tensor) -> Vectors:
    """Features `(n, dim)` to float32 rows of unit length."""
    import torch

    return torch.nn.functional.normalize(features.float(), dim=-1).cpu().numpy()
