"""Odd, broken and hostile pictures, made on the spot: the suite proves the promises about them without any file."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

SIZE = (96, 64)


def scene() -> Image.Image:
    """A smooth picture of many colours, different in every corner, so that turns and lost channels show."""
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    rgb = np.stack([x * 255 / SIZE[0], y * 255 / SIZE[1], 255 - (x + y) * 255 / sum(SIZE)], axis=2)
    return Image.fromarray(rgb.astype(np.uint8))


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    """The picture as the bytes of a file of that kind."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def colour_modes() -> dict[str, bytes]:
    """One picture in the modes that lose nothing of it: each must come out as the RGB one does."""
    rgb = scene()
    opaque = Image.merge("RGBA", (*rgb.split(), Image.new("L", SIZE, 255)))
    palette = rgb.quantize(256)
    srgb = ImageCms.createProfile("sRGB")
    return {
        "RGB PNG": encoded(rgb, "PNG"),
        "RGB JPEG": encoded(rgb, "JPEG", quality=95),
        "RGB progressive": encoded(rgb, "JPEG", quality=95, progressive=True),
        "RGB WebP": encoded(rgb, "WEBP", quality=95),
        "RGB BMP": encoded(rgb, "BMP"),
        "RGB TIFF": encoded(rgb, "TIFF", compression="tiff_lzw"),
        "RGBA": encoded(opaque, "PNG"),
        "CMYK JPEG": encoded(rgb.convert("CMYK"), "JPEG", quality=95),
        "CMYK TIFF": encoded(rgb.convert("CMYK"), "TIFF"),
        "palette PNG": encoded(rgb.quantize(256), "PNG"),
        "palette with transparency": encoded(palette, "PNG", transparency=255),
        "GIF": encoded(rgb.quantize(256), "GIF"),
        "LAB TIFF": encoded(
            ImageCms.profileToProfile(rgb, srgb, ImageCms.createProfile("LAB"), outputMode="LAB"), "TIFF"
        ),
        "RGB with key colour": encoded(rgb, "PNG", transparency=(1, 2, 3)),
    }


def grey_modes() -> dict[str, bytes]:
    """The grey version of the picture at several depths: each must come out as the 8-bit one does."""
    grey = scene().convert("L")
    deep: NDArray[np.uint16] = np.asarray(grey).astype(np.uint16) * 257
    return {
        "L": encoded(grey, "PNG"),
        "LA": encoded(Image.merge("LA", (grey, Image.new("L", SIZE, 255))), "PNG"),
        "16 bit PNG": encoded(Image.fromarray(deep), "PNG"),
        "16 bit TIFF": encoded(Image.fromarray(deep), "TIFF"),
        "16 bit TIFF, other end": encoded(Image.fromarray(deep.astype(">u2")), "TIFF"),
        "32 bit TIFF": encoded(Image.fromarray(deep.astype(np.int32)), "TIFF"),
        "float TIFF, 0 to 1": encoded(Image.fromarray((deep / 65535).astype(np.float32)), "TIFF"),
        "float TIFF, below 0": encoded(Image.fromarray(deep.astype(np.float32) - 32768), "TIFF"),
    }


def turned(orientation: int, kind: str = "JPEG") -> bytes:
    """The picture stored so that the EXIF `orientation` (1 to 8) makes it the upright one again."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = scene().transpose(undo[orientation]) if orientation in undo else scene()
    exif = Image.Exif()
    exif[0x0112] = orientation
    quality = {"quality": 95} if kind != "PNG" else {}
    return encoded(stored, kind, exif=exif, **quality)


def bombs() -> Iterator[tuple[str, bytes]]:
    """Small files that ask for much: over the limits by their headers, whatever follows."""
    for width, height in ((20_000, 20_000), (8_000, 8_000), (2**31 - 1, 2**31 - 1), (100_000_000, 1), (1, 60_000_000)):
        yield f"PNG {width} × {height}", png_header(width, height)
    yield (
        "BMP",
        b"BM" + struct.pack("<IHHI", 200, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, 60_000, 60_000, 1, 24, *[0] * 6),
    )
    yield (
        "GIF",
        b"GIF89a"
        + struct.pack("<HHBBB", 9, 9, 0, 0, 0)
        + b","
        + struct.pack("<HHHHB", 0, 0, 65_535, 65_535, 0x80)
        + bytes(6)
        + b"\x02\x02\x4c\x01\x00;",
    )
    yield "WebP", encoded(Image.new("RGB", (5_100, 5_100)), "WEBP", quality=1, method=0)
    yield "JPEG", _with_jpeg_size(encoded(scene(), "JPEG"), 65_000, 65_000)
    yield "TIFF", encoded(Image.new("1", (20_000, 20_000)), "TIFF", compression="group4")
    yield "PNG 1 bit", encoded(Image.new("1", (20_000, 20_000)), "PNG")


def png_header(width: int, height: int) -> bytes:
    """A PNG whose header is whole and whose pixels are a few zeros."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def broken() -> dict[str, bytes]:
    """Files called pictures that are none: each must be refused with a reason."""
    jpeg, png = encoded(scene(), "JPEG"), encoded(scene(), "PNG")
    return {
        "empty": b"",
        "one byte": b"\xff",
        "text": b"this is not a picture\n" * 20,
        "HTML": b"<html><script>alert(1)</script></html>",
        "JSON": b'{"images": []}',
        "zip": b"PK\x03\x04" + bytes(200),
        "JPEG marker only": b"\xff\xd8\xff\xe0" + bytes(30),
        "JPEG cut in half": jpeg[: len(jpeg) // 2],
        "JPEG cut after the header": jpeg[:200],
        "JPEG scrambled header": b"\xff\xd8" + jpeg[40:],
        "PNG cut in half": png[: len(png) // 2],
        "PNG wrong sum": png[:40] + bytes([png[40] ^ 0xFF]) + png[41:],
        "PNG no pixels": png_header(50, 50),
        "PNG zero width": png_header(0, 50),
        "GIF cut": encoded(scene(), "GIF")[:300],
        "WebP cut": encoded(scene(), "WEBP")[:80],
        "BMP cut": encoded(scene(), "BMP")[:500],
        "TIFF cut": encoded(scene(), "TIFF")[:60],
        "TIFF wild offset": b"II*\0" + struct.pack("<I", 2**31) + bytes(50),
        "zeros": bytes(5000),
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>',
        "PPM": b"P6 2 2 255 " + bytes(12),
        "ICO": b"\0\0\1\0\1\0" + bytes(40),
        "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    }


def _with_jpeg_size(jpeg: bytes, width: int, height: int) -> bytes:
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]


def cosine(one: Image.Image, other: Image.Image) -> float:
    """How like two pictures are: the cosine of their centred pixels; 1 is the same, about 0 unrelated."""
    first, second = (
        np.asarray(picture.convert("RGB").resize((32, 32)), dtype=np.float64).ravel() for picture in (one, other)
    )
    first, second = first - first.mean(), second - second.mean()
    return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))
