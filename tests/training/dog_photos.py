"""Photos for other pictures to be made of."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from core.training.recipe import Source

BLUE = (20, 20, 220)


def source(folder: Path) -> Source:
    """`captions`: twelve blue photos of a dog, half of them held out."""
    (folder / "photos").mkdir()
    for number in range(12):
        Image.new("RGB", (16, 16), BLUE).save(folder / "photos" / f"{number:02}.png")
    images = [{"id": n, "file_name": f"{n:02}.png", "width": 16, "height": 16} for n in range(12)]
    annotations = [{"id": n, "image_id": n, "caption": "a dog runs"} for n in range(12)]
    (folder / "captions.json").write_text(json.dumps({"images": images, "annotations": annotations}))
    return Source("captions", "captions", folder / "photos", folder / "captions.json", side=16, hold_out=6)
