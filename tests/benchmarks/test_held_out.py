"""Checkpoints side by side on held-out pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import held_out
from core import errors
from core.training import network, validation
from core.training.recipe import Phase, Recipe
from tests.training import taught_drawings

EVERY = np.arange(12)


def test_recalls__are_what_a_sorted_list_says() -> None:
    own = replace(taught_drawings.scenes(range(12)), held_out=EVERY)
    learner = taught_drawings.learner().eval()
    with torch.inference_mode():
        pictures = torch.cat(
            [network.encode_pixels(learner.model, some) for some in validation.whole_pixels(own, EVERY, 32)]
        ).numpy()
        said = network.encode_all_tokens(learner.model, own.tokens).numpy()
    first, ten = [], []
    for picture in EVERY:
        for text in own.texts_of[picture]:
            order = list(np.argsort(-(pictures @ said[text])))
            first.append(order.index(picture) < 1)
            ten.append(order.index(picture) < 10)
    texts = np.concatenate(own.texts_of)
    whose = np.repeat(EVERY, [len(some) for some in own.texts_of])
    nearest = [whose[np.argsort(-(said[texts] @ row))[:10]] for row in pictures]
    back = [picture in found for picture, found in zip(EVERY, nearest, strict=True)]
    found = held_out.recalls(learner, own, 32)
    assert found == pytest.approx([100 * np.mean(hits) for hits in (first, ten, back)], abs=1e-4)


def test_averaged__a_pair_with_a_share_is_mixed_and_a_folder_stays(tmp_path: Path) -> None:
    for name in ("one", "other"):
        network.save(taught_drawings.learner().model, taught_drawings.SHAPE, tmp_path / name)
    assert held_out.averaged(str(tmp_path / "one"), tmp_path / "made") == tmp_path / "one"
    pair = f"{tmp_path / 'one'}+{tmp_path / 'other'}@0.6"
    assert held_out.averaged(pair, tmp_path / "made") == tmp_path / "made"
    assert (tmp_path / "made" / network.WEIGHTS).exists()


@pytest.mark.parametrize("pair", ["one+other@much", "one@0.5", "one+other@2", "one+other@0.5"])
def test_averaged__names_what_is_wrong(pair: str, tmp_path: Path) -> None:
    with pytest.raises(errors.TrainingError):
        held_out.averaged(pair, tmp_path / "made")


def test_shape_of__takes_the_size_of_the_checkpoint_and_no_other_tower(tmp_path: Path) -> None:
    phase = Phase("distil", 1, ("photos",))
    network.save(taught_drawings.learner().model, taught_drawings.SHAPE, tmp_path)
    recipe = Recipe(replace(taught_drawings.SHAPE, image_size=64), (), (phase,))
    assert held_out.shape_of(recipe, tmp_path) == taught_drawings.SHAPE
    for other, folder, message in (
        (replace(taught_drawings.SHAPE, image_tower="resnet10t"), tmp_path, "picture tower"),
        (taught_drawings.SHAPE, tmp_path / "nowhere", "no checkpoint"),
    ):
        with pytest.raises(errors.TrainingError, match=message):
            held_out.shape_of(Recipe(other, (), (phase,)), folder)
