"""Small versions of pictures for pages: made once, kept in the cache folder."""

from __future__ import annotations

import base64
import hashlib
import io
from contextlib import suppress
from pathlib import Path

from PIL import Image

from core import whole_file
from core.errors import PictureError
from core.images.opening import open_image

_QUALITY = 80
_EFFORT = 2  # of 0 to 6: a third of the time of the default, files about 3 % larger
_RECIPE = b"webp 80 2"  # part of every key: a changed recipe makes every cached thumbnail anew


def thumbnail(source: Path | bytes, side: int = 320) -> bytes:
    """The picture as WebP, its longer side at most `side` pixels. Raises `PictureError` as `open_image` does."""
    encoded = io.BytesIO()
    open_image(source, max_side=side).save(encoded, "WEBP", quality=_QUALITY, method=_EFFORT)
    return encoded.getvalue()


def cached_thumbnail(path: Path, side: int, cache: Path) -> bytes:
    """`thumbnail`, kept under `cache/thumbnails` until the picture's file changes.

    A cache that cannot be read or written costs time, never an error.
    """
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise PictureError("the file is missing") from error
    # The path is hashed, not resolved: a moved picture is worth a new thumbnail, two of them never share one.
    marks = f"{path.absolute()}\0{found.st_size}\0{found.st_mtime_ns}\0{side}".encode("utf-8", "surrogateescape")
    key = hashlib.blake2b(marks, digest_size=16, key=_RECIPE).hexdigest()
    kept = cache / "thumbnails" / key[:2] / f"{key}.webp"
    try:
        return kept.read_bytes()
    except OSError:
        made = thumbnail(path, side)
    with suppress(OSError):  # not kept, it is made again
        whole_file.write(kept, made)
    return made


def encode_jpeg(image: Image.Image, quality: int = 90) -> bytes:
    """An RGB picture as JPEG of quality 1 to 95, without EXIF."""
    encoded = io.BytesIO()
    image.convert("RGB").save(encoded, "JPEG", quality=quality)
    return encoded.getvalue()


def data_uri(data: bytes, mime: str = "image/webp") -> str:
    """Bytes as a `data:` address, so that a private picture reaches the page without being served to others."""
    return f"data:{mime};base64,{base64.b64encode(data).decode('ascii')}"
