"""The decoding child: `python -m core.decoding.child SIDE MODULE:FUNCTION` reads file names, answers with pixels.

It ends when its input ends, so that a killed parent leaves no process behind.
"""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PIL import Image

from core.decoding import frames
from core.errors import PictureError, PictureTooLargeError

Opener = Callable[[Path, int], Image.Image]

_MEMORY_LIMIT = 2_000_000_000  # bytes of address space; the largest allowed picture needs 0.4 GB besides Python itself


def main(side: int, opener_name: str) -> None:
    """Serve file names from standard input until it closes."""
    _limit_memory()
    warnings.simplefilter("ignore")  # remarks of decoders; what matters is refused by name
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a decoder that prints must not garble the answers
    module, _, name = opener_name.partition(":")
    opener: Opener = getattr(importlib.import_module(module), name)
    frames.write(answers, frames.READY)
    with suppress(EOFError, BrokenPipeError):
        while True:
            _, encoded = frames.read(asked)
            try:
                picture = opener(Path(os.fsdecode(encoded)), side)
            except PictureError as error:
                kind = frames.TOO_LARGE if isinstance(error, PictureTooLargeError) else frames.REFUSED
                frames.write(answers, kind, str(error).encode("utf-8", "replace"))
            else:
                frames.write(answers, frames.PICTURE, frames.SIZE.pack(*picture.size), picture.tobytes())


def _limit_memory() -> None:
    if sys.platform == "linux":  # macOS ignores the limit, Windows has none
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = _MEMORY_LIMIT if hard == resource.RLIM_INFINITY else min(_MEMORY_LIMIT, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
