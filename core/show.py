"""Pictures with captions as a grid: HTML for notebooks, a figure for Matplotlib."""

from __future__ import annotations

import base64
import html
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core import errors

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Card:
    """One cell of a grid. `picture` holds JPEG, PNG or WebP bytes, None where there is no picture to show."""

    picture: bytes | None
    title: str
    caption: str


_STYLE = (
    "display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:12px;font:13px/1.4 system-ui,sans-serif"
)
_PICTURE = "width:100%;height:150px;object-fit:cover;border-radius:6px;background:#8883;display:block"


def html_grid(cards: Sequence[Card], heading: str) -> str:
    """A self-contained piece of HTML: pictures inside as data URIs, every text escaped."""
    cells = "".join(
        f'<figure style="margin:0">{_picture_tag(card)}<figcaption style="margin-top:4px">'
        f"<b>{html.escape(card.title)}</b><br>{html.escape(card.caption)}</figcaption></figure>"
        for card in cards
    )
    return f'<p style="font-family:system-ui,sans-serif">{html.escape(heading)}</p><div style="{_STYLE}">{cells}</div>'


def _picture_tag(card: Card) -> str:
    if card.picture is None:
        return f'<div role="img" aria-label="no picture: {html.escape(card.caption)}" style="{_PICTURE}"></div>'
    encoded = base64.b64encode(card.picture).decode("ascii")
    source = f"data:{_mime(card.picture)};base64,{encoded}"
    return f'<img src="{source}" alt="{html.escape(card.caption)}" loading="lazy" style="{_PICTURE}">'


def _mime(picture: bytes) -> str:
    if picture.startswith(b"\x89PNG"):
        return "image/png"
    return "image/webp" if picture[8:12] == b"WEBP" else "image/jpeg"


def plot_grid(cards: Sequence[Card], heading: str, *, columns: int = 4) -> Figure:
    """A Matplotlib figure of the cards, `columns` to a row. In a notebook it shows itself; in a script, save it or
    call `matplotlib.pyplot.show()`. Raises `ConfigurationError` where Matplotlib is not installed."""
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise errors.ConfigurationError(
            "plot() draws with Matplotlib, which is not installed; install it with: python -m pip install matplotlib"
        ) from error
    columns = max(1, min(columns, len(cards)))
    rows = max(1, math.ceil(len(cards) / columns))
    size = (3 * columns, 3.2 * rows)
    figure, axes = pyplot.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    figure.suptitle(_plain(heading))
    for place in axes.flat:
        place.set_axis_off()
    for place, card in zip(axes.flat, cards, strict=False):
        _draw(place, card)
    return figure


def _draw(place: Axes, card: Card) -> None:
    import textwrap

    from PIL import Image

    if card.picture is not None:
        place.imshow(Image.open(io.BytesIO(card.picture)))
    lines = textwrap.wrap(card.caption, width=34)[:3]
    place.set_title("\n".join([card.title, *map(_plain, lines)]), fontsize=9)


def _plain(text: str) -> str:
    """Matplotlib reads text between dollar signs as a formula, and fails on one that is not."""
    return text.replace("$", r"\$")
