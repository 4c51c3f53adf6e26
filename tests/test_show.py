"""The grid of a notebook and of Matplotlib."""

import builtins
from typing import Any

import pytest

from core import errors, images, show
from tests import colour_encoder

HOSTILE = "<script>alert('x')</script> \" onload=1 $x^{ & co"


def cards(count: int = 3) -> list[show.Card]:
    picture = images.encode_jpeg(colour_encoder.picture("red"), 80)
    return [show.Card(picture if turn % 2 == 0 else None, f"{turn} · 0.500", HOSTILE) for turn in range(count)]


def test_html_grid__escapes_every_text_and_describes_every_picture() -> None:
    made = show.html_grid(cards(), HOSTILE)
    assert "<script" not in made
    assert '" onload' not in made
    assert made.count("<img ") == 2
    assert made.count('alt="&lt;script&gt;') == 2
    assert made.count("no picture: &lt;script") == 1
    assert made.count("data:image/jpeg;base64,") == 2


def test_html_grid__nothing_found() -> None:
    assert "nothing" in show.html_grid([], "nothing")


def test_plot_grid__draws_every_card() -> None:
    matplotlib = pytest.importorskip("matplotlib", reason="Matplotlib is an optional extra")
    matplotlib.use("Agg")
    for count in (0, 1, 5):
        figure = show.plot_grid(cards(count), HOSTILE, columns=2)
        figure.canvas.draw()
        assert sum(bool(place.get_title()) for place in figure.axes) == count
        matplotlib.pyplot.close(figure)


def test_plot_grid__without_matplotlib_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return original(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(errors.ConfigurationError, match="pip install matplotlib"):
        show.plot_grid(cards(), "heading")
