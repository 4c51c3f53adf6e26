"""What held-out pictures say of a learner."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from core.training import material, network, validation
from core.training.apprentice import Apprentice
from core.training.material import Told
from core.training.recipe import ModelShape, Phase, Recipe, Source

SHAPE = ModelShape("test_resnet", image_size=32, embed_dim=4, text_width=8, text_heads=1, text_layers=1)
RECIPE = Recipe(SHAPE, (), (Phase("contrast", 1, ()),))


def made(kind: Any, shown: list[set[str]], held_out: list[int]) -> material.Material:
    """Black pictures of a source whose captions do not matter."""
    source = Source(kind, kind)
    seen = np.zeros((len(shown), 8, 8, 3), np.uint8), material.views.draw_views(len(shown), 1, 0)
    told = Told([("x",)] * len(shown), shown)
    return material._assemble(source, RECIPE, seen, told, held_out=np.array(held_out, dtype=np.int64))


@pytest.fixture
def learner() -> Apprentice:
    return Apprentice(network.create(SHAPE), 1, 1, SHAPE.embed_dim)


def test_drawings__precision_is_the_mean_over_categories(learner: Apprentice, monkeypatch: pytest.MonkeyPatch) -> None:
    # Drawings: five dogs, five cats, one cow (too few to ask for); the last dog is not held out.
    scenes = made("scenes", [{"dog"}] * 5 + [{"cat"}] * 5 + [{"cow"}, {"dog"}], list(range(11)))
    photos = made("labels", [{"dog"}, {"dog"}, {"cat"}, {"cow"}, set()], [0, 1, 2, 3, 4])
    dog, cat = torch.eye(4)[0], torch.eye(4)[1]
    places = {
        "scenes": torch.stack([dog] * 5 + [cat] * 5 + [torch.eye(4)[2]]),
        # The first dog lies among dogs, the second among cats; so does the cat.
        "labels": torch.stack([dog, cat, cat]),
    }

    def embedded(_: Apprentice, one: material.Material, pictures: Any, side: int) -> torch.Tensor:
        assert side == 32
        if one.name == "labels":
            assert pictures.tolist() == [0, 1, 2]  # neither the cow nor the photo of nothing known
        return places[one.name]

    monkeypatch.setattr(validation, "_embedded", embedded)
    assert validation.drawings(learner, [scenes, photos], 32) == {"labels": 75.0}  # (100 + 0) / 2 and 100


def test_drawings__the_rarest_of_several_things_is_asked_for(
    learner: Apprentice, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes = made("scenes", [{"dog"}] * 6 + [{"zebra"}] * 5, list(range(11)))
    photos = made("labels", [{"dog", "zebra"}], [0])
    dog, zebra = torch.eye(4)[0], torch.eye(4)[1]
    places = {"scenes": torch.stack([dog] * 6 + [zebra] * 5), "labels": zebra[None]}
    monkeypatch.setattr(validation, "_embedded", lambda _, one, pictures, side: places[one.name])
    assert validation.drawings(learner, [scenes, photos], 32) == {"labels": 100.0}


def test_drawings__nothing_to_compare_is_no_figure(learner: Apprentice) -> None:
    photos = made("labels", [{"dog"}], [0])
    scenes = made("scenes", [{"dog"}] * 5, [])
    unknown = made("labels", [set()], [0])
    assert validation.drawings(learner, [photos], 32) == {}
    assert validation.drawings(learner, [photos, scenes], 32) == {}
    held = made("scenes", [{"dog"}] * 5, [0, 1, 2, 3, 4])
    assert validation.drawings(learner, [unknown, held], 32) == {}
    assert set(validation.drawings(learner, [photos, held], 32)) == {"labels"}
