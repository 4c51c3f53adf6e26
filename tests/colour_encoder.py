"""The official small fake of the `Encoder` contract: a picture becomes its mean colour, a text the mean of its colour
words. "red" must therefore find the red picture, and every expected order can be checked by eye.

It counts what it was asked (`pictures_seen`, `texts_seen`, `batches`), so that a test can prove what was not encoded
again, and `weights` changes its fingerprint, so that a store built with one does not fit another.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.encoder.contract import EncoderSpec

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "cyan": (0, 255, 255),
    "magenta": (255, 0, 255),
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "orange": (255, 128, 0),
    "purple": (128, 0, 255),
}

DIM = 4
CONTEXT_WORDS = 20


def picture(colour: str | tuple[int, int, int], size: tuple[int, int] = (16, 12)) -> Image.Image:
    """One picture filled with a colour of `COLOURS` or an RGB triple of 0 to 255."""
    return Image.new("RGB", size, COLOURS[colour] if isinstance(colour, str) else colour)


def vector(rgb: Sequence[float]) -> NDArray[np.float32]:
    """RGB of 0 to 255 to its unit row `(4,)`: centred, so that opposites point apart; grey has one too."""
    row = np.array([*(np.asarray(rgb, dtype=np.float64) / 255 - 0.5), 0.1])
    return (row / np.linalg.norm(row)).astype(np.float32)


@dataclass
class ColourEncoder:
    """See the module. Everything it returns is float32 `(n, 4)` with unit rows."""

    weights: str = "tests"
    device: str = "cpu"
    pictures_seen: int = 0
    texts_seen: int = 0
    batches: list[int] = field(default_factory=list)

    @property
    def spec(self) -> EncoderSpec:
        fingerprint = hashlib.sha256(f"mean colour {self.weights}".encode()).hexdigest()
        return EncoderSpec("colour", "mean-colour", self.weights, DIM, 1, fingerprint)

    def encode_images(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        self.pictures_seen += len(images)
        self.batches.append(len(images))
        rows = [vector(np.asarray(image.convert("RGB"), dtype=np.float64).mean(axis=(0, 1))) for image in images]
        return np.stack(rows) if rows else np.zeros((0, DIM), np.float32)

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts_seen += len(texts)
        rows = []
        for text in texts:
            named = [COLOURS[word] for word in re.findall(r"[a-z]+", text.lower()) if word in COLOURS]
            rows.append(vector(np.mean(named, axis=0) if named else (127.5, 127.5, 127.5)))
        return np.stack(rows) if rows else np.zeros((0, DIM), np.float32)

    def exceeds_context(self, text: str) -> bool:
        return len(text.split()) > CONTEXT_WORDS
