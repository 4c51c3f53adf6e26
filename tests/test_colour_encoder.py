"""The fake keeps the contract it stands for."""

import numpy as np
import pytest

from core.encoder.contract import Encoder
from tests import colour_encoder


def test_colour_encoder__keeps_the_contract() -> None:
    encoder: Encoder = colour_encoder.ColourEncoder()
    images = encoder.encode_images([colour_encoder.picture(name) for name in colour_encoder.COLOURS])
    texts = encoder.encode_texts([f"a {name} thing" for name in colour_encoder.COLOURS] + ["nothing named"])
    for rows in (images, texts):
        assert rows.dtype == np.float32
        assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-6)
    assert encoder.encode_images([]).shape == (0, encoder.spec.dim)
    assert encoder.encode_texts([]).shape == (0, encoder.spec.dim)
    assert (texts[:-1] @ images.T).argmax(axis=1).tolist() == list(range(len(images)))


def test_colour_encoder__other_weights_are_another_spec() -> None:
    assert colour_encoder.ColourEncoder().spec != colour_encoder.ColourEncoder(weights="other").spec
    assert colour_encoder.ColourEncoder().spec == colour_encoder.ColourEncoder().spec
