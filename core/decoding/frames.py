"""The messages between a decoding child and its parent: one byte of kind, four of length, then the bytes.

Nothing pickled travels: a child that a hostile picture has taken over can send wrong pixels, not code.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

READY, PICTURE, REFUSED, TOO_LARGE = b"!", b"P", b"R", b"L"
SIZE = struct.Struct("<II")  # width and height, before the RGB bytes of a PICTURE
_HEAD = struct.Struct("<cI")


def write(pipe: BinaryIO, kind: bytes, *parts: bytes) -> None:
    """Send one message. Raises OSError when the other side is gone."""
    pipe.write(_HEAD.pack(kind, sum(map(len, parts))))
    for part in parts:
        pipe.write(part)
    pipe.flush()


def read(pipe: BinaryIO) -> tuple[bytes, bytes]:
    """Receive one message: its kind and its bytes. Raises EOFError when the other side is gone."""
    kind, length = _HEAD.unpack(_exactly(pipe, _HEAD.size))
    return kind, _exactly(pipe, length)


def _exactly(pipe: BinaryIO, length: int) -> bytes:
    data = pipe.read(length)
    if len(data) != length:
        raise EOFError("the other side is gone")
    return data
