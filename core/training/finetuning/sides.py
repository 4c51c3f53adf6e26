"""The two towers during a run: each computed anew, or once and kept where it stands still."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from core.encoder import text_tower
from core.errors import TrainingError
from core.progress import Progress, Report
from core.training import augment, views
from core.training.finetuning import towers
from core.training.finetuning.examples import Examples
from core.training.finetuning.pretrained import Pretrained

Rows = NDArray[np.int64]
_BATCH = 64
# Crops show at least this share of a picture: captions speak of all of it.
_SMALLEST = 0.6
_COLOUR_JITTER = 0.2


class Sides:
    """Pictures and captions to unit rows `(n, dim)`, as the network stands now.

    A tower that stands still is computed once, and kept in the folder `cache`: its features where its projection
    learns, else its embeddings.
    """

    def __init__(self, start: Pretrained, examples: Examples, tune: str, cache: Path, report: Report) -> None:
        self._network = start.network
        self._device = start.reader.device
        self._examples = examples
        settings = start.network.visual.preprocess_cfg
        self._mean, self._spread = tuple(settings["mean"]), tuple(settings["std"])
        height, width = examples.pixels.shape[1:3]
        if tune in ("image", "all") and height != width:
            raise TrainingError(
                f"this model sees pictures of {width} x {height} pixels; only picture towers that see squares can "
                "learn here: choose --tune projection or text"
            )
        learning = tune == "projection"
        self._image_projection = towers.of_pictures(self._network) if learning else None
        self._text_projection = towers.of_texts(self._network) if learning else None
        self._images = self._texts = None
        self._network.eval()
        model = start.reader.spec.fingerprint[:12]
        if tune in ("projection", "text"):
            rows = self._stretches(self._see_whole, len(examples.pixels), report, "pictures")
            self._images = _kept(cache, f"images-{model}-{examples.key}", rows, self._image_projection)
        if tune in ("projection", "image"):
            rows = self._stretches(self._read, len(examples.tokens), report, "captions")
            spoken = hashlib.blake2b(examples.tokens.numpy().tobytes(), digest_size=8).hexdigest()
            self._texts = _kept(cache, f"texts-{model}-{spoken}", rows, self._text_projection)
        self._check_apart()

    def images(self, rows: Rows, rng: np.random.Generator | None = None) -> Tensor:
        """Those pictures; with `rng`, random crops and mirrorings of them where the tower is computed anew."""
        if self._images is not None:
            kept = self._images[rows].to(self._device)
            return F.normalize(self._image_projection(kept) if self._image_projection else kept, dim=-1)
        return F.normalize(self._see_whole(rows) if rng is None else self._see(self._crops(rows, rng)), dim=-1)

    def texts(self, rows: Rows) -> Tensor:
        """Those captions."""
        if self._texts is not None:
            kept = self._texts[rows].to(self._device)
            return F.normalize(self._text_projection(kept) if self._text_projection else kept, dim=-1)
        return F.normalize(self._read(rows), dim=-1)

    def all_images(self, rows: Rows) -> Tensor:
        """As `images`, for any number of whole pictures, without gradients and in memory."""
        return self._all(self.images, rows)

    def all_texts(self, rows: Rows) -> Tensor:
        """As `texts`, likewise."""
        return self._all(self.texts, rows)

    def _all(self, side: Callable[[Rows], Tensor], rows: Rows) -> Tensor:
        with torch.no_grad():
            return torch.cat([side(rows[at : at + _BATCH]).cpu() for at in range(0, len(rows), _BATCH)])

    @staticmethod
    def _stretches(tower: Callable[[Rows], Tensor], count: int, report: Report, unit: str) -> Iterator[Tensor]:
        for at in range(0, count, _BATCH):
            yield tower(np.arange(at, min(count, at + _BATCH))).float().cpu()
            report(Progress(f"Encoding {unit} once", min(count, at + _BATCH), count, unit=unit))

    @torch.no_grad()
    def _check_apart(self) -> None:
        """A tower may do more after its last linear layer than this module knows of."""
        first = np.arange(1)
        for kept, whole in ((self.images(first), self._see_whole(first)), (self.texts(first), self._read(first))):
            if not torch.allclose(kept, F.normalize(whole, dim=-1), atol=1e-3):
                raise TrainingError(
                    "a tower of this model does more after its last linear layer than can be told apart here; "
                    "choose --tune text, image or all"
                )

    def _see(self, pixels: Tensor) -> Tensor:
        seen: Tensor = self._network.encode_image(augment.normalise(pixels, self._mean, self._spread).to(self._device))
        return seen

    def _see_whole(self, rows: Rows) -> Tensor:
        return self._see(torch.from_numpy(self._examples.pixels[rows]).permute(0, 3, 1, 2).float() / 255.0)

    def _crops(self, rows: Rows, rng: np.random.Generator) -> Tensor:
        drawn = views.draw_views(len(rows), 2, int(rng.integers(2**31)), smallest=_SMALLEST)
        pixels = self._examples.pixels[rows]
        cropped = augment.crops(pixels, drawn.boxes[:, 1], drawn.flips[:, 1], pixels.shape[1])
        generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
        return augment.jitter(cropped, _COLOUR_JITTER, generator)

    def _read(self, rows: Rows) -> Tensor:
        """The text tower as it stands: features while its projection is removed."""
        tokens = self._examples.tokens[torch.from_numpy(rows)].to(self._device)
        tower = text_tower.causal_tower(self._network)
        read: Tensor = tower.encode(tokens) if tower else self._network.encode_text(tokens)
        return read


def _kept(cache: Path, name: str, rows: Iterator[Tensor], projection: towers.Projection | None) -> Tensor:
    """What an earlier call kept under that name, else `rows` computed now: features where a projection learns."""
    file = cache / f"{name}-{'features' if projection else 'embeddings'}.npy"
    if not file.exists():
        with torch.no_grad(), projection.removed() if projection else nullcontext():
            computed = torch.cat(list(rows))
        partial = file.with_suffix(".partial.npy")
        np.save(partial, computed.numpy())
        partial.replace(file)
    return torch.from_numpy(np.load(file))
