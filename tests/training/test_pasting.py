"""Drawn things set before photos: which, before what, and what is known of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import scenes
from core.errors import ConfigurationError
from core.progress import silent
from core.training import material, pasting, recipe, things
from tests.training import dog_photos
from tests.training.dog_photos import BLUE

KINDS = len(scenes.categories())


def test_paste__every_category_in_turn_before_the_photos_that_are_named() -> None:
    photos = np.zeros((3, 16, 16, 3), dtype=np.uint8)
    photos[1], photos[2] = BLUE, (20, 220, 20)
    made = pasting.paste(photos, np.array([1, 2]), KINDS + 5, 48, 4)
    counts = np.bincount(made.categories, minlength=KINDS)
    assert counts.min() == 1
    assert counts.max() == 2
    assert set(made.behind) == {1, 2}
    for picture, behind in zip(made.pixels, made.behind, strict=True):
        own = np.abs(picture.astype(int) - photos[behind, 0, 0]).max(axis=-1)
        assert (own < 8).mean() > 0.05  # some of the photo is left
        assert (own > 24).mean() > 0.02  # and the thing is seen
    again = pasting.paste(photos, np.array([1, 2]), KINDS + 5, 48, 4)
    assert np.array_equal(made.pixels, again.pixels)


def test_paste__a_thing_comes_in_many_looks() -> None:
    photo = np.full((1, 16, 16, 3), BLUE, dtype=np.uint8)
    made = pasting.paste(photo, np.array([0]), 6 * KINDS, 32, 1)
    looks = made.pixels[made.categories == 0]
    assert len(looks) == 6
    assert len({look.tobytes() for look in looks}) == 6


@pytest.fixture
def plan(tmp_path: Path) -> recipe.Recipe:
    """Twelve blue photos of a dog, half of them held out, and drawings before them."""
    sources = (
        recipe.Source("pasted", "pasted", before="captions", count=20, side=32, hold_out=6, seed=3),
        dog_photos.source(tmp_path),
    )
    return recipe.Recipe(recipe.ModelShape(), sources, (recipe.Phase("contrast", 1, ("pasted",)),))


def test_gather__pasted_pictures_show_both_and_keep_the_held_out_apart(
    plan: recipe.Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[pasting.Pasted] = []
    paste = pasting.paste
    monkeypatch.setattr(pasting, "paste", lambda *given: (made.append(paste(*given)), made[-1])[1])
    gathered = material.gather(plan, 0, tmp_path / "cache", silent)
    pasted = gathered["pasted"]
    assert pasted.held_out.tolist() == list(range(6))
    for drawn, part in zip(made, ("held_out", "trained"), strict=True):
        assert set(drawn.behind) <= set(getattr(gathered["captions"], part))
    categories = np.concatenate([one.categories for one in made])
    for row, texts, category in zip(pasted.things, pasted.texts_of, categories, strict=True):
        shown = {things.category(int(column)) for column in row.nonzero()[0]}
        assert shown == {things.category(int(category)), "dog"}
        assert f"a {things.names()[category]}" in {pasted.spoken[text] for text in texts}
    assert not pasted.drawn  # it answers for photos of things that no photo shows
    assert not pasted.captioned


def test_gather__no_teacher_is_asked_about_drawings(plan: recipe.Recipe, tmp_path: Path) -> None:
    asked = recipe.Recipe(plan.model, plan.sources, plan.phases, teacher=tmp_path / "no such teacher")
    made = material.prepare(plan.sources[1], plan, tmp_path / "cache", silent)
    assert material.prepare(plan.sources[0], asked, tmp_path / "cache", silent, {"captions": made}).answers is None


def test_check__pasted_needs_photos_behind(plan: recipe.Recipe) -> None:
    wrong = recipe.Source("pasted", "pasted", before="nowhere", count=2)
    with pytest.raises(ConfigurationError, match="Source pasted: `before` must name a source of kind captions"):
        recipe.check(recipe.Recipe(plan.model, (wrong, *plan.sources[1:]), plan.phases))


def test_check__held_out_pictures_need_held_out_photos(plan: recipe.Recipe) -> None:
    behind = replace(plan.sources[1], hold_out=0)
    with pytest.raises(ConfigurationError, match="captions holds out none"):
        recipe.check(recipe.Recipe(plan.model, (plan.sources[0], behind), plan.phases))
