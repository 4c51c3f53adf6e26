"""Training pictures packed into one block."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import PictureError
from core.progress import silent
from core.training import photos


def test_pack__squashes_in_order_and_keeps_the_block(tmp_path: Path) -> None:
    for number, shade in enumerate((10, 200)):
        Image.new("RGB", (20, 10 + number), (shade, 0, 0)).save(tmp_path / f"{number}.png")
    sources = [photos.PictureSource(tmp_path / f"{number}.png") for number in range(2)]
    block = photos.pack(sources, 8, tmp_path / "block.npy", silent)
    assert block.shape == (2, 8, 8, 3)
    assert block[:, 0, 0, 0].tolist() == [10, 200]
    for source in sources:
        source.path.unlink()  # the second time nothing is decoded
    assert np.array_equal(photos.pack(sources, 8, tmp_path / "block.npy", silent), block)


def test_pack__a_picture_that_cannot_be_read_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    with pytest.raises(PictureError):
        photos.pack([photos.PictureSource(tmp_path / "text.jpg")], 8, tmp_path / "block.npy", silent)
    assert not (tmp_path / "block.npy").exists()
