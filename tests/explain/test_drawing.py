"""From the grid to the picture's pixels, and to colours."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from core import explain
from core.encoder import Frame
from core.explain.drawing import VERMILION
from core.explain.values import Explanation

WHOLE = Frame()


def made(heat: list[list[float]], frame: Frame = WHOLE) -> Explanation:
    grid = np.array(heat, np.float32)
    return Explanation(grid, float(grid.sum()), "made up", True, frame=frame)


def test_enlarge__is_pillows_bilinear_over_the_whole_picture() -> None:
    grid = np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32)
    expected = np.asarray(Image.fromarray(grid).resize((50, 31), Image.Resampling.BILINEAR))
    assert explain.enlarge(made(grid.tolist()), (50, 31)) == pytest.approx(expected, abs=1e-5)


def test_enlarge__one_place_is_level() -> None:
    assert (explain.enlarge(made([[0.25]]), (7, 5)) == np.float32(0.25)).all()


def test_enlarge__only_the_frame_was_seen() -> None:
    """The central square of a wide picture, as a centre crop leaves it."""
    large = explain.enlarge(made([[1, 1], [1, 1]], Frame(0.25, 0, 0.5, 1)), (200, 100))
    assert (large[:, 50:150] == 1).all()
    assert (large[:, :50] == 0).all()
    assert (large[:, 150:] == 0).all()


def test_enlarge__borders_beyond_the_picture_are_cut_off() -> None:
    """A square around a wide picture: the first and the last quarter of its rows are border."""
    large = explain.enlarge(made([[9], [1], [2], [9]], Frame(0, -0.5, 1, 2)), (100, 50))
    assert large.shape == (50, 100)
    assert large[12, 0] == pytest.approx(1, abs=0.05)
    assert large[37, 0] == pytest.approx(2, abs=0.05)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (1, 3), (3, 2)])
def test_peak__lies_in_the_middle_of_the_hottest_place(row: int, column: int) -> None:
    heat = np.zeros((4, 4))
    heat[row, column] = 1
    across, down = explain.peak(made(heat.tolist()), (400, 200))
    assert 100 * column <= across < 100 * column + 100
    assert 50 * row <= down < 50 * row + 50


def test_peak__within_the_frame_of_a_centre_crop() -> None:
    heat = [[0, 0], [0, 1]]
    across, down = explain.peak(made(heat, Frame(0.25, 0, 0.5, 1)), (200, 100))
    assert (across, down) == (pytest.approx(137, abs=12.6), pytest.approx(87, abs=12.6))


def test_peak__of_a_level_map_is_the_middle() -> None:
    assert explain.peak(made([[1, 1], [1, 1]]), (100, 60)) == (pytest.approx(50, abs=1), pytest.approx(30, abs=1))


def test_overlay__colours_only_where_there_is_heat() -> None:
    picture = Image.new("RGB", (80, 40), (90, 160, 20))
    drawn = np.asarray(explain.overlay(picture, made([[0, 1]]))).astype(int)
    assert drawn.shape == (40, 80, 3)
    cold, hot = drawn[20, 0], drawn[20, 79]
    assert cold.max() - cold.min() == 0
    assert hot[0] > hot[2] + 100
    assert np.abs(hot - np.array(VERMILION)).max() < 60


def test_overlay__what_speaks_against_is_blue() -> None:
    drawn = np.asarray(explain.overlay(Image.new("RGB", (80, 40), "white"), made([[-1, 0.5]]))).astype(int)
    against, beside = drawn[20, 0], drawn[20, 79]
    assert against[2] > against[0] + 60
    assert beside[0] > beside[2] + 40


def test_overlay__one_scale_for_several_terms() -> None:
    picture = Image.new("RGB", (40, 40), "white")
    strong = np.asarray(explain.overlay(picture, made([[0.1]]))).astype(int)
    faint = np.asarray(explain.overlay(picture, made([[0.1]]), strongest=1.0)).astype(int)
    assert faint[0, 0, 2] > strong[0, 0, 2]


def test_overlay__no_heat_is_a_grey_picture() -> None:
    drawn = np.asarray(explain.overlay(Image.new("RGB", (8, 8), (10, 90, 200)), made([[0, 0]])))
    assert (drawn == drawn[..., :1]).all()


def test_layer__is_opaque_at_the_strongest_and_clear_where_there_is_no_heat() -> None:
    drawn = np.asarray(explain.layer(made([[0, 1]]), (40, 20)))
    assert drawn.shape == (20, 40, 4)
    assert drawn[10, 0, 3] == 0
    assert drawn[10, 39, 3] == 255
    assert (drawn[10, 39, :3] == np.array(VERMILION)).all()


def test_peak__is_where_the_enlarged_map_is_highest() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        found = made(rng.normal(size=(4, 5)).tolist())
        large = explain.enlarge(found, (500, 400))
        across, down = explain.peak(found, (500, 400))
        assert large[down, across] == pytest.approx(large.max(), abs=0.03)


def test_peak__never_on_a_border_beyond_the_picture() -> None:
    _, down = explain.peak(made([[9], [1], [2], [9]], Frame(0, -0.5, 1, 2)), (100, 50))
    assert down == pytest.approx(37, abs=1)
