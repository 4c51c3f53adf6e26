"""Which part of a picture a model sees, after the resizing and cropping that prepare it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.encoder.contract import Frame

Fit = Literal["squash", "inside", "around"]

# Each library's own words. open_clip names the side that is resized to the input, timm what becomes of the picture.
OPEN_CLIP: dict[str, Fit] = {"squash": "squash", "shortest": "inside", "longest": "around"}
TIMM: dict[str, Fit] = {"squash": "squash", "center": "inside", "border": "around"}


@dataclass(frozen=True, slots=True)
class Framing:
    """`fit`: the whole picture squashed, the largest central square inside it, or the smallest square around it;
    of either only the central `share` of each side. `aspect` is width to height, for inputs that are no squares."""

    fit: Fit
    share: float = 1.0
    aspect: float = 1.0

    def frame(self, width: int, height: int) -> Frame:
        """The part seen of a picture of `width` x `height` pixels."""
        across, down = 1.0, 1.0
        if self.fit != "squash":
            # Too wide a picture loses some of its width inside the square, and gains some height around it.
            ratio = self.aspect * height / width
            too_wide = ratio < 1
            if too_wide == (self.fit == "inside"):
                across = ratio
            else:
                down = 1 / ratio
        across, down = across * self.share, down * self.share
        return Frame((1 - across) / 2, (1 - down) / 2, across, down)
