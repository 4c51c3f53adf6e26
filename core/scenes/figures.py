"""Bodies for the glyphs that show only a head, a bust or a sign, so that they can stand in a scene."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFont

from core.scenes.canvas import RGB, mix

# Drawn twice as large and averaged down: Pillow's shapes have no smooth edges.
_OVER = 2
_DARK: RGB = (40, 30, 40)
_TONES = dict.fromkeys(range(0x1F3FB, 0x1F400)) | {0xFE0F: None}

Box = tuple[float, float, float, float]

# Fur and belly of the animals of which the font has the face alone.
_SITTING: dict[str, tuple[RGB, RGB]] = {
    "🐻": ((150, 98, 66), (206, 164, 124)),
    "🐻‍❄": ((232, 240, 246), (250, 252, 254)),
    "🦁": ((250, 190, 76), (254, 224, 150)),
    "🐸": ((132, 200, 68), (214, 232, 140)),
    "🦊": ((246, 122, 48), (252, 246, 240)),
    "🐺": ((144, 154, 164), (222, 228, 232)),
    "🐼": ((52, 52, 58), (250, 250, 250)),
    "🐨": ((148, 162, 172), (224, 228, 232)),
    "👽": ((176, 190, 197), (196, 208, 214)),
}
# Legs and shoes of the people of whom it has the bust alone.
_STANDING: dict[str, tuple[RGB, RGB]] = {
    "👨‍🍳": ((70, 74, 90), (40, 40, 46)),
    "👨‍🌾": ((66, 104, 160), (110, 76, 50)),
    "👨‍🚀": ((214, 220, 226), (150, 160, 170)),
    "👷": ((62, 92, 140), (150, 104, 56)),
    "👮": ((34, 52, 92), (26, 28, 36)),
    "💂": ((36, 38, 50), (20, 20, 26)),
    "🎅": ((206, 44, 44), (36, 34, 38)),
    "🤹": ((60, 110, 160), (50, 44, 50)),
    "👨‍🎤": ((50, 50, 64), (190, 50, 60)),
}


def complete(text: str, picture: Image.Image) -> Image.Image:
    """`picture` of the glyph `text` with what the font leaves off, or as it is where nothing is missing."""
    plain = text.translate(_TONES)
    if plain in _SITTING:
        return _sitting(picture, *_SITTING[plain])
    if plain in _STANDING:
        return _standing(picture, *_STANDING[plain])
    if plain in _OTHERS:
        return _OTHERS[plain](picture)
    return picture


class _Paper:
    """An empty sheet below a head, measured in the head's widths and heights."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGBA", (width * _OVER, height * _OVER), (0, 0, 0, 0))
        self._pen = ImageDraw.Draw(self.image)

    def oval(self, box: Box, colour: RGB) -> None:
        self._pen.ellipse([part * _OVER for part in box], fill=(*colour, 255))

    def bar(self, box: Box, radius: float, colour: RGB) -> None:
        self._pen.rounded_rectangle([part * _OVER for part in box], radius * _OVER, fill=(*colour, 255))

    def polygon(self, points: Sequence[tuple[float, float]], colour: RGB) -> None:
        self._pen.polygon([(x * _OVER, y * _OVER) for x, y in points], fill=(*colour, 255))

    def finish(self) -> Image.Image:
        return self.image.reduce(_OVER)


def _cut(picture: Image.Image) -> Image.Image:
    return picture.crop(picture.getchannel("A").point(lambda alpha: 255 if alpha > 40 else 0).getbbox())


def _sitting(head: Image.Image, fur: RGB, belly: RGB) -> Image.Image:
    """A sitting animal: `head` on a round body with arms and feet."""
    w, h = head.size
    tall = round(h * 1.68)
    paper, edge = _Paper(w, tall), mix(fur, _DARK, 0.16)
    paper.oval((w * 0.14, h * 0.62, w * 0.86, tall - h * 0.06), edge)
    paper.oval((w * 0.17, h * 0.62, w * 0.83, tall - h * 0.08), fur)
    paper.oval((w * 0.3, h * 0.84, w * 0.7, tall - h * 0.12), belly)
    for left in (0.1, 0.7):
        paper.oval((w * left, h * 0.92, w * (left + 0.2), h * 1.42), edge)
    for left in (0.12, 0.56):
        paper.oval((w * left, tall - h * 0.26, w * (left + 0.32), tall), edge)
        paper.oval((w * (left + 0.03), tall - h * 0.23, w * (left + 0.29), tall - h * 0.03), mix(fur, belly, 0.25))
    body = paper.finish()
    body.alpha_composite(head)
    return _cut(body)


def _standing(bust: Image.Image, legs: RGB, shoes: RGB) -> Image.Image:
    """A standing person: the clothes of `bust` continued down to the hips, then legs and shoes."""
    w, h = bust.size
    hips = round(h * 1.26)
    tall = round(h * 1.7)
    paper = _Paper(w, tall)
    for left in (0.26, 0.52):
        paper.bar((w * left, hips - h * 0.08, w * (left + 0.22), tall - h * 0.05), w * 0.05, legs)
        paper.bar((w * (left - 0.02), tall - h * 0.09, w * (left + 0.24), tall), w * 0.04, shoes)
    figure = paper.finish()
    # One row of the clothes stretched down goes on with buttons and seams by itself.
    coat = bust.crop((0, h - 7, w, h - 6)).resize((w, hips - h + 7))
    taper = Image.new("L", coat.size)
    down = coat.height - 1
    ImageDraw.Draw(taper).polygon([(0, 0), (w, 0), (w * 0.82, down), (w * 0.18, down)], fill=255)
    coat.putalpha(ImageChops.multiply(coat.getchannel("A"), taper))
    figure.alpha_composite(coat, (0, h - 7))
    figure.alpha_composite(bust.crop((0, 0, w, h - 6)))
    return _cut(figure)


def _bride(bust: Image.Image) -> Image.Image:
    """The bust over a wide white gown."""
    w, h = bust.size
    tall = round(h * 1.75)
    paper, white = _Paper(w, tall), (246, 246, 250)
    paper.polygon([(w * 0.28, h * 0.9), (w * 0.72, h * 0.9), (w * 0.98, tall), (w * 0.02, tall)], (214, 216, 228))
    paper.polygon([(w * 0.3, h * 0.9), (w * 0.7, h * 0.9), (w * 0.93, tall), (w * 0.07, tall)], white)
    for x in (0.35, 0.5, 0.65):
        slope = w * (x - 0.5)
        foot = w * 0.5 + slope * 1.9
        paper.polygon([(w * 0.5 + slope * 0.6, h), (foot, tall), (foot + w * 0.03, tall)], (222, 224, 236))
    figure = paper.finish()
    figure.alpha_composite(bust)
    return _cut(figure)


def _robot(head: Image.Image) -> Image.Image:
    """The head on a metal box with arms, legs and a small screen."""
    w, h = head.size
    tall = round(h * 1.8)
    paper, steel, dark = _Paper(w, tall), (176, 190, 197), (96, 112, 122)
    for left in (0.3, 0.56):
        paper.bar((w * left, h * 1.4, w * (left + 0.14), tall - h * 0.04), w * 0.02, dark)
        paper.bar((w * (left - 0.05), tall - h * 0.1, w * (left + 0.17), tall), w * 0.03, (220, 70, 60))
    for left in (0.06, 0.8):
        paper.bar((w * left, h * 0.98, w * (left + 0.14), h * 1.4), w * 0.06, dark)
    paper.bar((w * 0.4, h * 0.9, w * 0.6, h * 1.05), 1, dark)
    paper.bar((w * 0.2, h * 0.97, w * 0.8, h * 1.52), w * 0.06, steel)
    paper.bar((w * 0.32, h * 1.08, w * 0.68, h * 1.28), w * 0.03, (60, 90, 110))
    for x, lamp in ((0.38, (230, 80, 70)), (0.5, (250, 200, 80)), (0.62, (90, 190, 110))):
        paper.oval((w * (x - 0.035), h * 1.35, w * (x + 0.035), h * 1.42), lamp)
    figure = paper.finish()
    figure.alpha_composite(head)
    return _cut(figure)


def _zebra(horse: Image.Image) -> Image.Image:
    """A horse in stripes; the font's own zebra is a head."""
    light = np.asarray(horse.convert("L"), dtype=np.float32)  # (h, w)
    down, across = np.mgrid[0 : horse.height, 0 : horse.width]
    bands = np.sin((across + 0.45 * down) * (2 * np.pi / 17)) > 0.1
    # The mane and the hoofs are the horse's darkest parts and stay dark.
    tone = np.where(bands | (light < 105), 44, np.clip(light + 90, 0, 250)).astype(np.uint8)
    return Image.merge("RGBA", [Image.fromarray(tone)] * 3 + [horse.getchannel("A")])


def _stop_sign(sign: Image.Image) -> Image.Image:
    """The red octagon with its word and a white rim, on a post."""
    w, h = sign.size
    paper = _Paper(w, round(h * 1.9))
    paper.bar((w * 0.47, h * 0.9, w * 0.53, h * 1.9), 1, (150, 158, 166))
    figure = paper.finish()
    figure.alpha_composite(sign)
    pen = ImageDraw.Draw(figure)
    pen.text((w / 2, h / 2), "STOP", font=ImageFont.load_default(w * 0.33), fill=(255, 255, 255, 255), anchor="mm")
    return figure


def _traffic_light(lamps: Image.Image) -> Image.Image:
    w, h = lamps.size
    paper = _Paper(w, round(h * 1.75))
    paper.bar((w * 0.42, h * 0.9, w * 0.58, h * 1.75), 1, (96, 102, 112))
    figure = paper.finish()
    figure.alpha_composite(lamps)
    return figure


def _pedestal(statue: Image.Image) -> Image.Image:
    """A bust on a stone block."""
    w, h = statue.size
    foot = round(h * 0.55)
    paper = _Paper(w, h + foot)
    for low, high, half, stone in ((0.9, 1.16, 0.3, (176, 168, 156)), (1.1, 1.4, 0.36, (196, 188, 174))):
        left, right, wide = w * (0.55 - half), w * (0.55 + half), w * half * 0.06
        paper.polygon([(left, h * low), (right, h * low), (right + wide, h * high), (left - wide, h * high)], stone)
    paper.bar((w * 0.13, h * 1.38, w * 0.97, h + foot), 2, (160, 152, 142))
    figure = paper.finish()
    figure.alpha_composite(statue)
    return _cut(figure)


_OTHERS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "👰‍♀": _bride,
    "🤖": _robot,
    "🛑": _stop_sign,
    "🚦": _traffic_light,
    "🗽": _pedestal,
}
# Glyphs whose picture is made of another glyph's.
DRAWN_FROM: dict[str, tuple[str, Callable[[Image.Image], Image.Image]]] = {"🦓": ("🐎", _zebra)}
