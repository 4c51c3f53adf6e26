"""One thing of the drawing program alone, without a scene around it."""

from __future__ import annotations

from random import Random

from PIL import Image

from core.errors import ConfigurationError
from core.scenes import catalog, font, layout

_TILT = 20.0


def draw_cutout(category: str, seed: int) -> Image.Image:
    """One of the pictures of `category`, RGBA, cut tight, in one of its colours, mirrored or not, tilted by at most 20
    degrees. The same seed gives the same picture.

    Raises `ConfigurationError` for a category that nothing is drawn of.
    """
    glyphs = catalog.glyphs_by_category("plain").get(category)
    if not glyphs:
        raise ConfigurationError(f"Nothing is drawn of {category!r}: `core.scenes.categories()` lists what is.")
    rng = Random(seed)
    glyph = rng.choice(glyphs)
    picture = font.glyph_picture(layout.with_skin(rng, glyph), glyph.colour, layout.coloured(rng, glyph))
    if rng.random() < 0.5:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    turned = picture.rotate(rng.uniform(-_TILT, _TILT), Image.Resampling.BICUBIC, expand=True)
    return turned.crop(turned.getchannel("A").getbbox())
