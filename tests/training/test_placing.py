"""Photos of one thing set before photos of much: where they stand, what they show, and which are held out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import ConfigurationError
from core.progress import silent
from core.training import material, placing, recipe, things
from tests.training import dog_photos
from tests.training.dog_photos import BLUE

RED = (220, 20, 20)
PLACED = recipe.Source("placed", "placed", of=("labels",), before="captions", count=12, side=32, hold_out=4, seed=3)


def test_draw_placings__every_thing_in_turn_within_the_picture() -> None:
    rows = [np.array([4, 7, 9]), np.array([], dtype=np.int64), np.array([2])]
    drawn = placing.draw_placings(rows, np.array([1, 3]), 40, 5)
    assert set(drawn.sources) == {0, 2}  # the empty one has nothing to give
    own = drawn.things[drawn.sources == 0]
    counts = [int((own == row).sum()) for row in rows[0]]
    assert max(counts) - min(counts) <= 1
    assert set(drawn.behind) == {1, 3}
    assert (drawn.boxes[:, :2] >= 0).all()
    assert (drawn.boxes[:, :2] + drawn.boxes[:, 2:] <= 1 + 1e-9).all()
    again = placing.draw_placings(rows, np.array([1, 3]), 40, 5)
    assert np.array_equal(drawn.boxes, again.boxes)
    assert np.array_equal(drawn.things, again.things)


def test_place__thing_in_its_box_photo_around_it() -> None:
    thing, photo = (np.full((1, 16, 16, 3), colour, dtype=np.uint8) for colour in (RED, BLUE))
    drawn = placing.draw_placings([np.array([0])], np.array([0]), 20, 1)
    for picture, box in zip(placing.place(drawn, [thing], photo, 64), drawn.boxes, strict=True):
        left, top, width, height = np.rint(box * 64).astype(int)
        assert tuple(picture[top + height // 2, left + width // 2]) == RED
        outside = np.ones((64, 64), dtype=bool)
        outside[top : top + height, left : left + width] = False
        assert (picture[outside] == BLUE).all()
        assert tuple(picture[top, left]) == BLUE  # the outline is round: its corner shows the photo


@pytest.fixture
def plan(tmp_path: Path) -> recipe.Recipe:
    """Eight red cats and eight green things of no category; twelve blue photos of a dog. Half of each is held out."""
    for number in range(8):
        for name, colour in (("tabby", RED), ("gadget", (20, 220, 20))):
            folder = tmp_path / "labels" / name
            folder.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (16, 16), colour).save(folder / f"{number}.png")
    (tmp_path / "everyday.toml").write_text('cat = ["tabby"]')
    sources = (
        PLACED,
        recipe.Source("labels", "labels", tmp_path / "labels", side=16, hold_out=8),
        dog_photos.source(tmp_path),
    )
    phase = recipe.Phase("contrast", 1, tuple(source.name for source in sources))
    return recipe.Recipe(recipe.ModelShape(), sources, (phase,), everyday=tmp_path / "everyday.toml")


def test_gather__placed_pictures_show_both_and_keep_the_held_out_apart(
    plan: recipe.Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[placing.Placing] = []
    place = placing.place
    monkeypatch.setattr(placing, "place", lambda drawn, *rest: (made.append(drawn), place(drawn, *rest))[1])
    gathered = material.gather(plan, 0, tmp_path / "cache", silent)
    assert list(gathered) == ["placed", "labels", "captions"]
    placed = gathered["placed"]
    assert placed.pixels.shape == (12, 32, 32, 3)
    assert placed.held_out.tolist() == [0, 1, 2, 3]
    for drawn, part in zip(made, ("held_out", "trained"), strict=True):
        assert set(drawn.things) <= set(getattr(gathered["labels"], part))
        assert set(drawn.behind) <= set(getattr(gathered["captions"], part))
    for row, texts in zip(placed.things, placed.texts_of, strict=True):
        assert {things.category(int(column)) for column in row.nonzero()[0]} == {"cat", "dog"}  # and never a gadget
        assert {"tabby", "a cat"} <= {placed.spoken[text] for text in texts}
    assert not placed.drawn
    assert not placed.captioned


def test_gather__a_phase_need_not_name_what_placed_pictures_are_made_of(plan: recipe.Recipe, tmp_path: Path) -> None:
    alone = recipe.Recipe(plan.model, plan.sources, (recipe.Phase("contrast", 1, ("placed",)),), everyday=plan.everyday)
    assert list(material.gather(alone, 0, tmp_path / "cache", silent)) == ["placed", "labels", "captions"]


def test_check__placed_needs_labels_before_captions(plan: recipe.Recipe) -> None:
    wrong = recipe.Source("placed", "placed", of=("captions",), before="captions", count=2)
    with pytest.raises(ConfigurationError, match="`of` must name sources of kind labels"):
        recipe.check(recipe.Recipe(plan.model, (wrong, *plan.sources[1:]), plan.phases))


def test_kept__answers_about_pictures_made_of_others_are_others(tmp_path: Path) -> None:
    first, second = (np.full((2, 4, 4, 3), value, dtype=np.uint8) for value in (1, 2))
    kept = [material._kept(tmp_path, PLACED, Path("teacher.tflite"), block) for block in (first, second, first)]
    assert kept[0] == kept[2] != kept[1]
