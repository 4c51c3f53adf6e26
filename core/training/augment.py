"""Crops, mirrors and colour changes on whole batches: packed pixels to the tensor a network trains on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

# The statistics OpenAI's CLIP was trained with; the checkpoint's preprocessing states the same numbers.
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)


def crops(pixels: NDArray[np.uint8], boxes: NDArray[np.float32], flips: NDArray[np.bool_], side: int) -> Tensor:
    """`(n, s, s, 3)` uint8 pictures and a box each (left, top, width, height in 0..1) to `(n, 3, side, side)` in 0..1,
    resampled bilinearly in one call, from a smaller copy where boxes shrink to less than half on average (bilinear
    sampling looks at four pixels only and would skip the ones between)."""
    source = torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2).float() / 255.0
    if (shrink := int(source.shape[-1] * float(boxes[:, 2:].mean()) / side)) > 1:
        source = F.avg_pool2d(source, shrink)
    left, top, width, height = torch.from_numpy(np.ascontiguousarray(boxes)).unbind(dim=1)
    mirror = 1.0 - 2.0 * torch.from_numpy(np.ascontiguousarray(flips)).float()
    affine = torch.zeros(len(source), 2, 3)
    # grid_sample's coordinates run from -1 to 1 over the source picture.
    affine[:, 0, 0], affine[:, 0, 2] = width * mirror, 2 * left + width - 1
    affine[:, 1, 1], affine[:, 1, 2] = height, 2 * top + height - 1
    grid = F.affine_grid(affine, [len(source), 3, side, side], align_corners=False)
    return F.grid_sample(source, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def jitter(batch: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    """Brightness, contrast and saturation each scaled by 1 ± `strength`, per picture; values stay in 0..1."""
    n = len(batch)

    def factor() -> Tensor:
        return 1.0 + strength * (2 * torch.rand(n, 1, 1, 1, generator=generator) - 1)

    batch = batch * factor()
    mean = batch.mean(dim=(1, 2, 3), keepdim=True)
    batch = (batch - mean) * factor() + mean
    grey = batch.mean(dim=1, keepdim=True)
    return ((batch - grey) * factor() + grey).clamp_(0.0, 1.0)


def coarsen(batch: Tensor, which: Tensor) -> Tensor:
    """Those pictures of `(n, 3, s, s)` that the mask `which` `(n,)` marks as if they had half as many pixels a side."""
    if not bool(which.any()):
        return batch
    half = F.avg_pool2d(batch[which], 2)
    batch = batch.clone()
    batch[which] = F.interpolate(half, size=batch.shape[-2:], mode="bilinear", align_corners=False)
    return batch


def flatten(batch: Tensor, which: Tensor, reach: int = 3) -> Tensor:
    """Those pictures of `(n, 3, s, s)` in 0..1 that the mask `which` `(n,)` marks as if painted in a few strokes: each
    place becomes the mean of that one of the four squares of `reach + 1` pixels it is a corner of which varies least
    (the filter of Kuwahara, "Processing of RI-angiocardiographic images", 1976)."""
    if not bool(which.any()):
        return batch
    own, size = batch[which], batch.shape[-1]
    padded = F.pad(own, (reach, reach, reach, reach), mode="replicate")
    means = F.avg_pool2d(padded, reach + 1, stride=1)  # (m, 3, s + reach, s + reach)
    spread = (F.avg_pool2d(padded**2, reach + 1, stride=1) - means**2).sum(dim=1, keepdim=True)
    corners = [(y, x) for y in (0, reach) for x in (0, reach)]
    candidates = torch.stack([means[..., y : y + size, x : x + size] for y, x in corners])  # (4, m, 3, s, s)
    least = torch.stack([spread[..., y : y + size, x : x + size] for y, x in corners]).argmin(dim=0, keepdim=True)
    batch = batch.clone()
    batch[which] = candidates.gather(0, least.expand(1, *candidates.shape[1:]))[0]
    return batch


def normalise(batch: Tensor, means: Sequence[float] = MEAN, spread: Sequence[float] = STD) -> Tensor:
    """0..1 to the network's own range, in the memory order that is fastest for convolutions on a CPU."""
    mean, std = torch.tensor(means).view(1, 3, 1, 1), torch.tensor(spread).view(1, 3, 1, 1)
    return ((batch - mean) / std).contiguous(memory_format=torch.channels_last)
