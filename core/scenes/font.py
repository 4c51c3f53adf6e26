"""Pictures of single glyphs from the colour emoji font, found on the system."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, features

from core.errors import ConfigurationError
from core.scenes import figures

FONT_FILE = "NotoColorEmoji.ttf"
# The font holds bitmaps of one size only, and Pillow refuses every other.
_FONT_SIZE = 109
_PAPER = (200, 160)

# Where Debian, Fedora, Arch, Homebrew and a per-user install put fonts.
_FOLDERS = (
    "/usr/share/fonts/truetype/noto",
    "/usr/share/fonts/google-noto-color-emoji-fonts",
    "/usr/share/fonts/noto",
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "~/.local/share/fonts",
    "~/.fonts",
)

# Hue in degrees, factor on saturation, exponent and factor on brightness that make a colour
# recognisable: yellow must be bright and pink pale to be called so, and full green is neon.
_PAINT = {
    "red": (2, 1.0, 1.0, 0.95),
    "orange": (28, 1.05, 0.75, 1.0),
    "yellow": (48, 1.0, 0.45, 1.0),
    "green": (122, 0.72, 1.1, 0.78),
    "blue": (212, 1.0, 1.0, 0.95),
    "purple": (278, 0.78, 1.0, 0.85),
    "pink": (336, 0.55, 0.5, 1.0),
    "brown": (24, 0.8, 1.3, 0.8),
}
# How far from the colour's name a glyph's hue may lie, and how far from that its shades may.
_NAME_REACH, _HUE_REACH = 62.0, 42.0


@cache
def find_font() -> Path:
    """The colour emoji font's file.

    Raises ConfigurationError where it is not installed; the text names the package.
    """
    folders = [Path(folder).expanduser() for folder in _FOLDERS]
    for folder in folders:
        if (folder / FONT_FILE).is_file():
            return folder / FONT_FILE
    for folder in folders:
        for found in sorted(folder.rglob(FONT_FILE)) if folder.is_dir() else ():
            return found
    raise ConfigurationError(
        f"{FONT_FILE} is not installed (looked in {', '.join(map(str, folders))}). Scenes are drawn "
        "with it: install the package fonts-noto-color-emoji (Debian, Ubuntu) or "
        "google-noto-color-emoji-fonts (Fedora)."
    )


@lru_cache(maxsize=768)
def glyph_picture(text: str, base: str = "", colour: str = "") -> Image.Image:
    """One glyph as an RGBA picture cut tight around what is visible, about 120 px high, heads with a body.

    Where `colour` differs from `base`, the parts of about `base`'s hue take `colour`'s.
    Callers share the picture: they must not change it.
    """
    if text in figures.DRAWN_FROM:
        source, make = figures.DRAWN_FROM[text]
        return make(glyph_picture(source))
    paper = Image.new("RGBA", _PAPER, (0, 0, 0, 0))
    ImageDraw.Draw(paper).text((20, 20), text, font=_font(), embedded_color=True)
    box = paper.getchannel("A").point(lambda alpha: 255 if alpha > 40 else 0).getbbox()
    if box is None:
        raise ConfigurationError(f"{find_font()} has no glyph for {text!r}: install a newer fonts-noto-color-emoji.")
    picture = figures.complete(text, paper.crop(box))
    return picture if colour in ("", base) else _repaint(picture, base, colour)


@cache
def _font() -> ImageFont.FreeTypeFont:
    if not features.check("raqm"):
        # Without it "woman, joiner, bicycle" would come out as three pictures side by side.
        raise ConfigurationError(
            "Pillow was built without Raqm text layout: install the wheel with pip install Pillow."
        )
    return ImageFont.truetype(str(find_font()), _FONT_SIZE)


def _repaint(picture: Image.Image, base: str, colour: str) -> Image.Image:
    """Turn the hue of `base` into that of `colour`; grays and other hues stay."""
    target, depth, bright, level = _PAINT[colour]
    rgb = np.asarray(picture.convert("RGB").convert("HSV"), dtype=np.float32)  # (h, w, 3)
    hue, saturation, value = rgb[..., 0] * (360 / 255), rgb[..., 1], rgb[..., 2]
    offset = (hue - _PAINT[base][0] + 180) % 360 - 180
    named = (np.abs(offset) < _NAME_REACH) & (saturation > 90) & (np.asarray(picture)[..., 3] > 200)
    if named.any():
        offset -= np.median(offset[named])
    chosen = (np.abs(offset) < _HUE_REACH) & (saturation > 60)
    # A fifth of the offset is kept, so that shading towards a neighbouring hue survives.
    rgb[..., 0] = np.where(chosen, (target + offset * 0.2) % 360 * (255 / 360), rgb[..., 0])
    rgb[..., 1] = np.where(chosen, np.minimum(255, saturation * depth), saturation)
    rgb[..., 2] = np.where(chosen, 255 * level * (value / 255) ** bright, value)
    painted = Image.fromarray(rgb.round().astype(np.uint8), "HSV").convert("RGB")
    painted.putalpha(picture.getchannel("A"))
    return painted
