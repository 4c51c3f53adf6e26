"""Things of the drawing program alone."""

from __future__ import annotations

import numpy as np
import pytest

from core import scenes
from core.errors import ConfigurationError


def test_draw_cutout__every_category_cut_tight() -> None:
    for category in scenes.categories():
        thing = scenes.draw_cutout(category.name, 3)
        alpha = np.asarray(thing.getchannel("A"))
        assert alpha.max() > 200, category.name
        for edge in (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]):
            assert edge.max() > 0, category.name


def test_draw_cutout__the_seed_decides() -> None:
    first, again = (scenes.draw_cutout("car", 5) for _ in range(2))
    assert first.tobytes() == again.tobytes()
    assert len({scenes.draw_cutout("car", seed).tobytes() for seed in range(8)}) == 8


def test_draw_cutout__unknown_category_is_named() -> None:
    with pytest.raises(ConfigurationError, match="Nothing is drawn of 'gadget'"):
        scenes.draw_cutout("gadget", 1)
