from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from core.audit import groups, pixels


def picture(seed: int, side: int = 240) -> Image.Image:
    """Smooth blotches, as photos have them."""
    coarse = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), np.uint8)
    return Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)


def difference(tmp_path: Path, *pictures: Image.Image, **saving: int) -> float:
    paths = []
    for number, one in enumerate(pictures):
        path = tmp_path / (f"{number}.jpg" if saving else f"{number}.png")
        one.save(path, **saving)
        paths.append(path)
    made, readable = pixels.grids(paths)
    assert readable.all()
    return float(pixels.differences(made, np.array([0]), np.array([1]))[0])


def test_differences__small_for_a_smaller_copy(tmp_path: Path) -> None:
    assert difference(tmp_path, picture(1), picture(1).resize((120, 120))) < groups.SAME_PIXELS


def test_differences__small_for_a_poor_copy(tmp_path: Path) -> None:
    first = picture(1)
    first.save(tmp_path / "poor.jpg", quality=40)
    assert difference(tmp_path, first, Image.open(tmp_path / "poor.jpg").convert("RGB")) < groups.SAME_PIXELS


def test_differences__large_for_another_picture_and_for_one_thing_more(tmp_path: Path) -> None:
    more = picture(1)
    more.paste((255, 0, 0), (20, 20, 90, 90))
    assert difference(tmp_path, picture(1), picture(2)) > 3 * groups.SAME_PIXELS
    assert difference(tmp_path, picture(1), more) > groups.SAME_PIXELS


def test_grids__unreadable_files_are_said(tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"no picture")
    picture(1).save(tmp_path / "good.png")
    made, readable = pixels.grids([tmp_path / "bad.jpg", tmp_path / "none.jpg", tmp_path / "good.png", Path()])
    assert readable.tolist() == [False, False, True, False]
    assert made.shape == (4, pixels.SIDE, pixels.SIDE, 3)
    assert not made[0].any()
