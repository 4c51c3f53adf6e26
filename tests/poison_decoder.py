"""A stand-in for the picture decoder, run in the decoding children: what it does to a file is in the file's name."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from PIL import Image

from core import images
from core.errors import PictureError, PictureTooLargeError


def open_picture(path: Path, side: int) -> Image.Image:
    """Crash, leave, hang, be a hog, refuse, fail or chatter as the first word of the file name says; else open it."""
    action = path.name.split("-")[0]
    if action == "crash":
        os.abort()
    if action == "leave":
        os._exit(3)
    if action == "hang":
        time.sleep(600)
    if action == "hog":
        try:
            bytearray(1 << 40)
        except MemoryError as error:
            raise PictureTooLargeError("needs more memory than there is") from error
    if action == "refuse":
        raise PictureError("refused on purpose")
    if action == "bug":
        raise ZeroDivisionError("a fault of the decoder's own")
    if action == "chatty":
        sys.stdout.write("this must not reach the answers")
        sys.stdout.flush()
        os.write(1, b"nor this")
    return images.open_for_encoder(path, side)
