"""One picture, from a file or from bytes, to upright 8-bit RGB, within limits that hold against hostile files.

The limits and the order of the steps come from 3,100 hostile files: sizes are checked before pixels are decoded, only
the first frame is decoded, JPEGs are shrunk inside the decoder, everything else is converted in bands, and the picture
is turned upright last, when it is small.
"""

from __future__ import annotations

import io
import stat
from pathlib import Path

import numpy as np
from PIL import Image, TiffImagePlugin, UnidentifiedImageError, WebPImagePlugin  # noqa: F401 - see FORMATS

from core.errors import PictureError, PictureTooLargeError

MAX_BYTES = 64_000_000
MAX_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
"""Pictures as people have them. The other decoders of Pillow are rarely used and far less tested. MPO, the format of
stereo cameras, opens as JPEG; naming it here makes Pillow raise KeyError."""

_WEBP_MAX_PIXELS = (
    25_000_000  # its decoder holds the canvas four times: 370 MB at this size, against 200 for the others
)
_BAND_PIXELS = 2_000_000  # conversion works on bands of about this size, so that it costs 8 MB and not a second copy
_MAX_ASPECT = 8  # `min_side` holds for panoramas up to this many times `max_side`; past that memory counts more
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def open_image(source: Path | bytes, *, max_side: int | None = None, min_side: int = 0) -> Image.Image:
    """The picture as a person sees it: first frame, upright, RGB, transparency on white.

    With `max_side` the longer side is at most that many pixels, but the shorter one is not shrunk below `min_side`: an
    encoder that crops a square needs that much of a panorama. Pictures are never enlarged.

    Raises `PictureTooLargeError` over 64 MB or 50 megapixels (WebP: 25), `PictureError` for anything else that is no
    usable picture. Both texts are one short reason without the file's name.
    """
    encoded = source if isinstance(source, bytes) else _read(source)
    if len(encoded) > MAX_BYTES:
        raise PictureTooLargeError(_too_many_bytes(len(encoded)))
    try:
        return _decode(encoded, max_side, min_side)
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLargeError(f"over the limit of {MAX_PIXELS // 1_000_000} megapixels") from error
    except UnidentifiedImageError as error:
        raise PictureError(f"not a picture in a known format ({', '.join(FORMATS)})") from error
    except MemoryError as error:
        raise PictureTooLargeError("needs more memory than there is") from error
    except Exception as error:  # decoders raise almost anything on hostile bytes: OSError, SyntaxError, struct.error, …
        raise PictureError(f"damaged picture ({_short(error)})") from error


def open_for_encoder(source: Path | bytes, side: int) -> Image.Image:
    """`open_image` for an encoder of input `side`: a shorter side over three times that is shrunk to it.

    Smaller pictures, COCO's for one, come as they are, so that the model's own resampling sees what it was trained
    with; of larger ones no more travels between processes than it needs. Stored and query pictures both come from here.
    """
    return open_image(source, max_side=3 * side, min_side=3 * side)


def _read(path: Path) -> bytes:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # reading a pipe or a device might never end
            raise PictureError("not a regular file")
        if found.st_size > MAX_BYTES:
            raise PictureTooLargeError(_too_many_bytes(found.st_size))
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise PictureError("the file is missing") from error
    except (OSError, ValueError) as error:
        raise PictureError(f"the file cannot be read ({_short(error)})") from error


def _too_many_bytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB, over the limit of {MAX_BYTES // 1_000_000} MB"


def _decode(encoded: bytes, max_side: int | None, min_side: int) -> Image.Image:
    with Image.open(io.BytesIO(encoded), formats=FORMATS) as picture:
        limit = _WEBP_MAX_PIXELS if picture.format == "WEBP" else MAX_PIXELS
        _check_size(picture.size, limit)
        wanted = _wanted_size(picture.size, max_side, min_side)
        picture.draft("RGB", wanted)  # JPEG only: the decoder itself scales by 1/2, 1/4 or 1/8
        picture.load()
        _check_size(picture.size, limit)  # a GIF may grow while loading
        if picture.format == "TIFF":  # Pillow turns TIFFs itself while loading, which may swap their sides
            return _to_rgb(picture, _wanted_size(picture.size, max_side, min_side))
        turn = _TURNS.get(_orientation(picture))
        small = _to_rgb(picture, wanted)
    return small if turn is None else small.transpose(turn)


def _check_size(size: tuple[int, int], limit: int) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise PictureError(f"an empty picture, {width} × {height} pixels")
    if width * height > limit:
        megapixels = width * height / 1e6
        raise PictureTooLargeError(
            f"{width} × {height} is {megapixels:.0f} megapixels, over the limit of {limit // 1_000_000}"
        )


def _wanted_size(size: tuple[int, int], max_side: int | None, min_side: int) -> tuple[int, int]:
    if max_side is None:
        return size
    longer, shorter = max(size), min(size)
    scale = min(1.0, max(max_side / longer, min_side / shorter), _MAX_ASPECT * max_side / longer)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _orientation(picture: Image.Image) -> int:
    """1 to 8; 1, upright, when the EXIF block is absent or damaged: a broken note is no reason to refuse a picture."""
    try:
        value = picture.getexif().get(_ORIENTATION, 1)
    except Exception:
        return 1
    return value if isinstance(value, int) else 1


def _to_rgb(picture: Image.Image, wanted: tuple[int, int]) -> Image.Image:
    """The loaded picture as RGB of the wanted size."""
    # Averaging whole blocks is cheap; the last factor of two is left to the better filter.
    factor = max(1, min(picture.width // wanted[0], picture.height // wanted[1]) // 2)
    if picture.mode == "RGB" and not picture.has_transparency_data:
        reduced = picture.reduce(factor) if factor > 1 else picture
        return reduced.resize(wanted, Image.Resampling.BICUBIC)
    if picture.mode in ("I;16B", "I;16L", "I;16N"):  # the other byte orders, which Pillow cannot cut into bands
        picture = picture.convert("I")
    scale = _grey_scale(picture)
    reduced = Image.new("RGB", (-(-picture.width // factor), -(-picture.height // factor)))
    rows = max(1, _BAND_PIXELS // picture.width // factor) * factor
    for top in range(0, picture.height, rows):
        band = picture.crop((0, top, picture.width, min(top + rows, picture.height)))
        flat = _deep_grey(band, *scale) if scale else _on_white(band)
        reduced.paste(flat.reduce(factor) if factor > 1 else flat, (0, top // factor))
    return reduced.resize(wanted, Image.Resampling.BICUBIC)


def _on_white(band: Image.Image) -> Image.Image:
    if not band.has_transparency_data:
        return band.convert("RGB")
    clear = band.convert("RGBA")
    white = Image.new("RGBA", clear.size, "white")
    return Image.alpha_composite(white, clear).convert("RGB")


def _grey_scale(picture: Image.Image) -> tuple[float, float] | None:
    """For grey deeper than 8 bits, the values shown as black and as white; None for every other mode.

    Pillow's own conversion clips at 255, which turns such pictures white.
    """
    if picture.mode not in ("I", "F") and not picture.mode.startswith("I;16"):
        return None
    low, high = (float(value) for value in picture.getextrema())  # type: ignore[arg-type]
    if picture.mode == "F" and low >= 0 and high <= 1:
        return 0.0, 1.0
    for top in (255.0, 65535.0):
        if low >= 0 and high <= top:
            return 0.0, top
    return low, high


def _deep_grey(band: Image.Image, black: float, white: float) -> Image.Image:
    values = np.nan_to_num(np.asarray(band, dtype=np.float32), nan=black, posinf=white, neginf=black)
    grey = np.clip((values - black) * (255 / max(white - black, 1e-12)), 0, 255)
    return Image.fromarray(np.rint(grey).astype(np.uint8)).convert("RGB")


def _short(error: Exception) -> str:
    """The first line of an error's text, at most 120 characters."""
    text = str(error).strip().split("\n")[0]
    return (text or type(error).__name__)[:120]
