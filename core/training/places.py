"""A teacher's maps as hints: what layers of a network make of each place of a picture, against what the teacher saw
there (FitNets, arXiv 1412.6550). The last answer alone teaches the layers before it slowly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from core.training import losses

# How far up a network its earlier map is taken: the last stage but one of a convolutional network's, block 6 of 8 of a
# transformer's.
_EARLIER = 0.7


class Guesses(nn.Module):
    """Linear guesses of a teacher's two maps, of `channels` channels each, from two layers of a timm network."""

    def __init__(self, network: Any, channels: Sequence[int]) -> None:
        super().__init__()
        widths = [int(one["num_chs"]) for one in network.feature_info]
        self.layers = [round(_EARLIER * len(widths)) - 1, len(widths) - 1]
        self.of = nn.ModuleList(
            nn.Linear(widths[layer], count) for layer, count in zip(self.layers, channels, strict=True)
        )

    def gap(self, maps: Sequence[Tensor], hints: Sequence[Tensor]) -> Tensor:
        """How far the guesses from these maps are from the teacher's, the sum over both."""
        gaps = [
            losses.map_gap(guess(own.float().permute(0, 2, 3, 1)).permute(0, 3, 1, 2), hint)
            for guess, own, hint in zip(self.of, maps, hints, strict=True)
        ]
        return torch.stack(gaps).sum()


def look(network: Any, guesses: Guesses | None, pixels: Tensor, *, bfloat16: bool) -> tuple[Tensor, tuple[Tensor, ...]]:
    """A timm network's features `(n, width)` of pictures, and where there are guesses its maps of their layers,
    `(n, c, side, side)`. With `bfloat16` all but the features are of that kind."""
    maps: tuple[Tensor, ...] = ()
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        if guesses is not None:
            last, inner = network.forward_intermediates(pixels, indices=guesses.layers)
            features, maps = network.forward_head(last), tuple(inner)
        else:
            features = network(pixels)
    return features.float(), maps


def channels(materials: Sequence[Any]) -> tuple[int, ...]:
    """Of the maps that these materials keep; none where they keep none."""
    kept = [material.maps for material in materials if material.maps is not None]
    return tuple(raw.shape[-1] for raw in kept[0].raw) if kept else ()
