"""From an encoder and terms to maps: exact ones, those of a larger side, and covering where nothing else is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

from core import encoder, errors, explain
from core.encoder import Frame, PlaceVectors
from core.explain import occlusion
from tests import colour_encoder
from tests.colour_encoder import ColourEncoder


@dataclass
class QuarterEncoder(ColourEncoder):
    """A colour encoder that knows its places: one sees two by two, a side of two sees four by four."""

    split: str = "pooled"

    def place_vectors(self, image: Image.Image, side: int | None = None) -> PlaceVectors:
        side = side or 1
        pixels = np.asarray(image, np.float64)
        height, width, _ = pixels.shape
        cells = pixels.reshape(2 * side, height // (2 * side), 2 * side, width // (2 * side), 3).mean((1, 3))
        vectors = np.concatenate([cells / 255 - 0.5, np.full((*cells.shape[:2], 1), 0.1)], axis=-1)
        vectors /= np.linalg.norm(vectors.mean((0, 1))) * cells.shape[0] * cells.shape[1]
        return PlaceVectors(vectors.astype(np.float32), np.zeros(4, np.float32), Frame(), side, self.split)  # type: ignore[arg-type]


RED = (0.7, 0.2, 0.8, 0.3)


def scene(size: tuple[int, int] = (120, 80)) -> Image.Image:
    """Grey, with a red patch in the upper right quarter, at the shares `RED`."""
    picture = colour_encoder.picture((120, 120, 120), size)
    width, height = size
    picture.paste(
        colour_encoder.COLOURS["red"],
        (round(RED[0] * width), round(RED[1] * height), round(RED[2] * width), round(RED[3] * height)),
    )
    return picture


def term(text: str, weight: float = 1.0) -> explain.Term:
    return explain.Term(text, ColourEncoder().encode_texts([text])[0], weight)


def test_explain__shares_add_up_to_the_score() -> None:
    model, picture = QuarterEncoder(), scene()
    found = explain.explain(model, picture, [term("red"), term("blue", -0.5)])
    vector = model.encode_images([picture])[0]
    for one, asked in zip(found, (term("red"), term("blue", -0.5)), strict=True):
        assert (one.exact, one.rest, one.term) == (True, 0, asked.name)
        assert one.heat.dtype == np.float32
        assert float(one.heat.sum()) == pytest.approx(one.total, abs=1e-6)
        assert one.total == pytest.approx(asked.weight * float(vector @ asked.vector), abs=1e-4)


def test_explain__the_bundled_model_is_exact() -> None:
    model = encoder.load_encoder(device="cpu")
    own = model.spec.image_size
    places = -(-own // 32)  # one place for every 32 pixels of its tower, the last one begun
    picture = scene((200, 130))
    vector = model.encode_texts(["a red square"])[0]
    (found,) = explain.explain(model, picture, [explain.Term("a red square", vector)])
    assert found.exact
    assert found.heat.shape == (places, places)
    assert float(found.heat.sum(dtype=np.float64)) + found.rest == pytest.approx(
        float(model.encode_images([picture])[0] @ vector), abs=1e-4
    )
    (larger,) = explain.explain(model, picture, [explain.Term("a red square", vector)], side=384)
    assert not larger.exact
    assert larger.heat.shape == (12, 12)
    assert f"at 384 instead of {own} pixels" in larger.method


def test_explain__points_at_the_colour_and_a_minus_term_away_from_it() -> None:
    (red, without) = explain.explain(QuarterEncoder(), scene(), [term("red"), term("red", -1.0)])
    assert np.unravel_index(red.heat.argmax(), red.heat.shape) == (0, 1)
    assert np.unravel_index(without.heat.argmin(), without.heat.shape) == (0, 1)


@pytest.mark.parametrize("split", ["linearised", "attention"])
def test_explain__only_a_pooled_split_is_exact(split: str) -> None:
    (found,) = explain.explain(QuarterEncoder(split=split), scene(), [term("red")])
    assert not found.exact
    assert found.method


def test_explain__another_side_is_said_and_not_exact() -> None:
    (found,) = explain.explain(QuarterEncoder(), scene(), [term("red")], side=2)
    assert found.heat.shape == (4, 4)
    assert not found.exact
    assert found.method.endswith("at 2 instead of 1 pixels")


def test_explain__any_other_encoder_is_asked_with_parts_covered() -> None:
    model, picture = ColourEncoder(), scene()
    (found,) = explain.explain(model, picture, [term("red", 2.0)])
    assert (found.method, found.exact) == (occlusion.METHOD, False)
    assert model.pictures_seen == 1 + occlusion.GRID**2
    assert found.total == pytest.approx(2 * float(model.encode_images([picture])[0] @ term("red").vector), abs=1e-5)
    assert float(found.heat.sum()) + found.rest == pytest.approx(found.total, abs=1e-5)


def test_explain__covering_finds_what_is_gone() -> None:
    class Brightest(ColourEncoder):
        """Sees the reddest pixel only, wherever it is."""

        def encode_images(self, images):  # type: ignore[no-untyped-def]
            pixels = [np.asarray(one, np.float64).reshape(-1, 3) for one in images]
            return np.stack([colour_encoder.vector(one[(one[:, 0] - one[:, 1]).argmax()]) for one in pixels])

    picture = scene()
    (found,) = explain.explain(Brightest(), picture, [term("red")])
    across, down = explain.peak(found, picture.size)
    assert RED[0] * 120 <= across < RED[2] * 120
    assert RED[1] * 80 <= down < RED[3] * 80


def test_cover__tiny_pictures_have_parts_too() -> None:
    covered = occlusion.cover(colour_encoder.picture("red", (3, 2)))
    assert len(covered) == occlusion.GRID**2
    assert {one.size for one in covered} == {(3, 2)}


def test_explain__refuses_no_terms_and_foreign_vectors() -> None:
    with pytest.raises(errors.QueryError, match="no terms"):
        explain.explain(ColourEncoder(), scene(), [])
    with pytest.raises(errors.QueryError, match=r"'dog' has a vector of shape \(3,\).*gives pictures \(4,\)"):
        explain.explain(ColourEncoder(), scene(), [explain.Term("dog", np.zeros(3, np.float32))])
