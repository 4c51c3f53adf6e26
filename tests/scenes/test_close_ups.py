"""Close-ups: one thing, large, where it may be, and captions that say so."""

import functools
import statistics
from random import Random

import pytest

from core import scenes
from core.errors import ConfigurationError
from core.scenes import catalog, close_ups, generate, habitats
from tests.scenes.told import mentions, needs_font, without_scenery

FIRST_SEED = 3_700_000


@functools.cache
def drawn():
    """One close-up of every category: its name, its composition and its scene."""
    found = []
    for number, category in enumerate(scenes.categories()):
        rng = Random(FIRST_SEED + number)
        composition = close_ups.compose(rng, category.name, 64)
        found.append((category.name, composition, close_ups.draw.paint(composition, rng)))
    return found


@needs_font
def test_draw_close_up__same_seed_same_scene_and_size_changes_pixels_only():
    for category in ("dog", "helicopter", "moon"):
        first, again, large = (scenes.draw_close_up(category, 41, size) for size in (96, 96, 320))
        assert first.picture.tobytes() == again.picture.tobytes()
        assert max(large.picture.size) == 320
        assert first.captions == large.captions
        assert first.place == large.place
        assert scenes.draw_close_up(category, 42, 96).captions != first.captions


@needs_font
def test_draw_close_up__a_thing_of_few_places_finds_one_however_late():
    (bathtub,) = scenes.draw_close_up("bathtub", 4_118_646, 96).objects  # in the 401st place looked at
    assert bathtub.category == "bathtub"


def test_draw_close_up__unknown_category_is_named():
    with pytest.raises(ConfigurationError, match="gryphon"):
        scenes.draw_close_up("gryphon", 1)


@needs_font
def test_draw_close_up__shows_one_thing_of_its_category_and_shows_it_large():
    shares = []
    for category, _, scene in drawn():
        (thing,) = scene.objects
        left, top, width, height = thing.box
        assert thing.category == category
        assert min(left, top) >= 0
        assert left + width <= scene.picture.width
        assert top + height <= scene.picture.height
        shares.append(width * height / (scene.picture.width * scene.picture.height))
    assert min(shares) > 0.04
    assert statistics.median(shares) > 0.2


@needs_font
def test_draw_close_up__things_are_at_home():
    places = set()
    for category, composition, _ in drawn():
        (group,) = composition.groups
        places.add(composition.backdrop.place)
        assert category not in composition.backdrop.excludes
        assert habitats.fits(group.glyph, group.zone.name, composition.backdrop.place)
        assert group.zone.name == "plain" or group.zone.name in group.glyph.zones
    assert len(places) >= 15


@needs_font
def test_draw_close_up__what_floats_is_in_the_water():
    for seed in range(60):
        composition = close_ups.compose(Random(seed), "boat", 64)
        (group,) = composition.groups
        if group.zone.name == "water":
            assert group.placements[0].foot <= group.zone.bottom + 1e-9


@needs_font
def test_describe_close__five_captions_name_the_thing_and_two_say_that_it_is_near():
    for category, composition, scene in drawn():
        assert len(set(scene.captions)) == 5
        assert sum("close" in caption.lower() or "large picture" in caption for caption in scene.captions) >= 2
        named = [mentions(without_scenery(caption, composition)) for caption in scene.captions]
        for caption, found in zip(scene.captions, named, strict=True):
            for number, names, noun in found:
                assert category in names, (caption, noun, category)
                assert number in (None, 1), caption


def test_close_ups_wanted__three_of_each_and_five_pictures_at_least():
    shown = {"dog": 103, "frog": 1}
    wanted = generate.close_ups_wanted(shown)
    assert wanted.count("dog") == generate.DEMO_CLOSE_UPS == 3
    for one in catalog.categories():
        assert wanted.count(one.name) + shown.get(one.name, 0) >= generate.DEMO_PICTURES
    assert wanted.count("frog") == 4
