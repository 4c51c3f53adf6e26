"""`python -m tests.e2e.serve PORT` starts the dashboard with the colour encoder in place of a model.

COCO_LENS_TEST_ENCODER=bundled keeps the real one. COCO_LENS_TEST_GATE names a file: while it is there, no build encodes
more batches of four than the number in it, so that a test meets a build half-way however fast or slow the machine is.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core import config, encoder
from core.embedding import pictures
from tests import colour_collection
from tests.colour_encoder import ColourEncoder

BATCH = 4


class GatedEncoder(ColourEncoder):
    """Waits at the gate."""

    gate = Path()

    def encode_images(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        while len(self.batches) >= self._allowed():
            time.sleep(0.05)
        return super().encode_images(images)

    def _allowed(self) -> int:
        try:
            return int(self.gate.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return sys.maxsize


def main(port: int) -> None:
    gate = os.environ.get("COCO_LENS_TEST_GATE", "")
    if gate:
        GatedEncoder.gate = Path(gate)
        encoder.load_encoder = lambda *_, **__: GatedEncoder()  # type: ignore[assignment]
        pictures.SHARD = pictures._BATCH_CPU = BATCH
    elif os.environ.get("COCO_LENS_TEST_ENCODER") != "bundled":
        encoder.load_encoder = colour_collection.load  # type: ignore[assignment]
    from streamlit.web import bootstrap

    bootstrap.load_config_options({"server_port": port, "server_headless": True, "server_fileWatcherType": "none"})
    bootstrap.run(str(config.project_root() / "Home.py"), False, [], {})


if __name__ == "__main__":
    main(int(sys.argv[1]))
