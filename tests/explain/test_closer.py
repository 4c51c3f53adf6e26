"""Several readings as one map: they agree on where things are, and their numbers still add up."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from core import errors, explain
from core.encoder import PlaceVectors
from core.explain import closer, occlusion
from tests import colour_encoder
from tests.colour_encoder import ColourEncoder
from tests.explain.test_heat import QuarterEncoder, scene, term

SIDES = (2, 4)


class Counting(QuarterEncoder):
    """Notes the sides it was asked for, and the pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[int | None, Image.Image]] = []

    def place_vectors(self, image: Image.Image, side: int | None = None) -> PlaceVectors:
        self.asked.append((side, image))
        return super().place_vectors(image, side)


def look(picture: Image.Image, *terms: explain.Term, **options: object) -> tuple[explain.Explanation, ...]:
    return explain.look_closer(QuarterEncoder(), picture, terms, times=SIDES, **options)  # type: ignore[arg-type]


def test_look_closer__reads_each_side_both_ways_round() -> None:
    model, picture = Counting(), scene()
    explain.look_closer(model, picture, [term("red"), term("blue")], times=SIDES)
    assert [side for side, _ in model.asked] == [2, 2, 4, 4]
    first, turned = np.asarray(model.asked[0][1]), np.asarray(model.asked[1][1])
    assert (turned == first[:, ::-1]).all()
    assert not (turned == first).all()


def test_look_closer__the_finest_grid_and_a_sum_that_is_told() -> None:
    (found,) = look(scene(), term("red"))
    assert found.heat.shape == (8, 8)
    assert found.heat.dtype == np.float32
    assert not found.exact
    assert float(found.heat.sum(dtype=np.float64)) + found.rest == pytest.approx(found.total, abs=1e-6)


def test_look_closer__a_mirror_image_says_the_same_mirrored() -> None:
    picture = scene()
    turned = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert look(turned, term("red"))[0].heat[:, ::-1] == pytest.approx(look(picture, term("red"))[0].heat, abs=1e-6)


def test_look_closer__readings_that_agree_change_nothing() -> None:
    """Of one colour each reading has the same heat everywhere, however many places share it."""
    picture = colour_encoder.picture("red", (160, 80))
    (found,) = look(picture, term("red"))
    assert found.heat == pytest.approx(np.full((8, 8), found.total / 64), abs=1e-6)
    assert found.rest == pytest.approx(0, abs=1e-6)


def test_look_closer__points_at_the_patch() -> None:
    picture = scene((160, 80))
    across, down = explain.peak(look(picture, term("red"))[0], picture.size)
    assert 0.7 * 160 <= across < 0.8 * 160
    assert 0.2 * 80 <= down < 0.3 * 80


def test_look_closer__what_an_ordinary_term_would_be_given_is_rest() -> None:
    """ "ordinary" is the background's own colour here: what is left is what sets the term apart."""
    picture = scene((160, 80))
    plain = term("red")
    ordinary = ColourEncoder().encode_texts(["grey"])[0]
    told_apart = explain.Term("red", plain.vector, 1.0, ordinary)
    (without,), (found,) = look(picture, plain), look(picture, told_apart)
    assert found.total == pytest.approx(without.total, abs=1e-6)
    assert float(found.heat.sum(dtype=np.float64)) + found.rest == pytest.approx(found.total, abs=1e-6)
    (taken,) = look(picture, explain.Term("grey", ordinary))
    assert found.heat == pytest.approx(without.heat - taken.heat, abs=1e-6)


def test_look_closer__weights_and_signs() -> None:
    (once,), (against,) = look(scene(), term("red")), look(scene(), term("red", -2.0))
    assert against.heat == pytest.approx(-2 * once.heat, abs=1e-6)
    assert against.total == pytest.approx(-2 * once.total, abs=1e-6)


def test_look_closer__a_model_with_one_side_is_read_once_each_way() -> None:
    class OneSide(Counting):
        def place_vectors(self, image: Image.Image, side: int | None = None) -> PlaceVectors:
            return super().place_vectors(image, 1)

    model = OneSide()
    (found,) = explain.look_closer(model, scene(), [term("red")])
    assert len(model.asked) == 2
    assert found.heat.shape == (2, 2)
    assert "at 1 pixels, as it is and mirrored" in found.method


def test_look_closer__without_places_parts_are_covered() -> None:
    (found,) = explain.look_closer(ColourEncoder(), scene(), [term("red")])
    assert found.method == occlusion.METHOD == explain.COVERING


def test_look_closer__refuses_no_terms() -> None:
    with pytest.raises(errors.QueryError, match="no terms"):
        explain.look_closer(QuarterEncoder(), scene(), [])


def test_onto__keeps_the_sum_of_a_level_map() -> None:
    assert closer._onto(np.full((2, 2), 0.25, np.float32), (6, 4)).sum() == pytest.approx(1)
