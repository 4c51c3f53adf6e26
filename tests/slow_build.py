"""Run as a program: build a collection with a colour encoder that takes its time, to be killed on the way.

python -m tests.slow_build DB NAME IMAGES CAPTIONS
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core import build
from core.embedding import captions, pictures
from tests.colour_encoder import ColourEncoder

SHARD = 16


class SlowEncoder(ColourEncoder):
    def encode_images(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        time.sleep(0.02)
        return super().encode_images(images)


if __name__ == "__main__":
    pictures.SHARD = captions.SHARD = SHARD
    db, name, images, captions_file = sys.argv[1:]
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    build.build_collection(name, Path(images), Path(captions_file), db=Path(db), encoder=SlowEncoder())
