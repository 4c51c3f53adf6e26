"""The drawn world: enough kinds, places and lights, things where they belong, people doing things."""

import functools
import statistics
from collections import Counter
from random import Random

import numpy as np
import pytest

from core import scenes
from core.scenes import backdrop, catalog, deeds, draw, figures, font, habitats, layout, verbs
from core.scenes.relations import relation
from tests.scenes.told import composed, needs_font

LOOKED_AT = 900
"""Compositions a test of variety counts over, about ten seconds of drawing at 64 pixels in all."""


@functools.cache
def world():
    """Many scenes with their compositions; only the layout and the words are looked at."""
    return [composed_as_drawn(seed) for seed in range(3_600_000, 3_600_000 + LOOKED_AT)]


def composed_as_drawn(seed):
    """The composition of draw_scene's scene and the scene."""
    rng = Random(seed)
    across, down = rng.choices(draw._SHAPES, draw._SHAPE_WEIGHTS)[0]
    place = rng.choices(list(draw.PLACES), [share for _, share in draw.PLACES.values()])[0]
    composition = draw.compose(rng, place, across / down, 64)
    return composition, draw.paint(composition, rng)


@functools.cache
def backdrops():
    """Every place painted often enough to see each of its variants."""
    return [draw.paint_backdrop(Random(seed), place, 4 / 3, 64)[1] for place in draw.PLACES for seed in range(12)]


def test_categories__at_least_150_kinds_and_60_of_cocos():
    numbers = [one.category_id for one in scenes.categories()]
    assert len(numbers) >= 150
    assert sum(number <= 90 for number in numbers) >= 60


def test_glyphs__each_has_a_place_to_be():
    offered = [(zone, one) for one in backdrops() for zone in one.zones]
    for glyph in catalog.glyphs():
        homes = [
            one.place
            for zone, one in offered
            if zone.name in glyph.zones
            and habitats.fits(glyph, zone.name, one.place)
            and glyph.category.name not in one.excludes
            and zone.name != "plain"
        ]
        assert homes, f"{glyph.text} ({glyph.nouns[0].one}) appears on plain colours only: zones {set(glyph.zones)}"


def test_habitats__name_glyphs_and_places_that_exist():
    texts = {glyph.text for glyph in catalog.glyphs()}
    places = {one.place.replace(" ", "-") for one in backdrops()}
    assert set(habitats._ALLOWED) <= texts
    assert set().union(*habitats._ALLOWED.values()) <= places


def test_backdrops__at_least_15_places_and_every_light():
    assert len({one.place for one in backdrops()}) >= 15
    assert {one.light.name for one in backdrops()} == {*backdrop.LIGHTS, "indoors"}


@needs_font
def test_draw_scene__150_kinds_counts_to_five_and_colours_appear():
    kinds, counts, colours = set(), Counter(), set()
    for composition, _ in world():
        for group in composition.groups:
            kinds.add(group.glyph.category.category_id)
            counts[len(group.placements)] += 1
            colours.add(group.colour)
    assert len(kinds) >= 150
    assert sum(number <= 90 for number in kinds) >= 60
    assert set(counts) >= {1, 2, 3, 4, 5}
    assert len(colours - {""}) >= 10


@needs_font
def test_draw_scene__nothing_lives_where_it_cannot():
    wrong = {"snow": {"camel", "lion", "crocodile", "crab"}, "desert": {"pig", "otter", "tulip"}, "sea": {"car"}}
    for place, kinds in wrong.items():
        for seed in range(60):
            _, scene = composed(seed, place, 64)
            assert not {thing.category for thing in scene.objects} & kinds, (place, seed)


@needs_font
def test_describe__light_is_said_in_about_half_the_captions_outdoors():
    told = []
    for composition, scene in world():
        light = composition.backdrop.light
        if light.name != "indoors":
            words = (*light.phrases, *filter(None, light.adjectives))
            told += [any(word in caption.lower() for word in words) for caption in scene.captions]
    assert 0.4 < statistics.mean(told) < 0.65


@needs_font
def test_describe__short_and_stating_captions_name_what_strikes_most_with_its_colour():
    for composition, scene in world():
        striking = max(composition.groups, key=lambda group: sum(one.width * one.height for one in group.placements))
        if any(group.deed or group.glyph.category.supercategory == "person" for group in composition.groups):
            continue
        count = len(striking.placements)
        forms = [(noun.one if count == 1 else noun.many).lower() for noun in striking.glyph.nouns]
        for caption in scene.captions[3:]:
            assert any(form.split()[-1] in caption.lower() for form in forms), (caption, forms)
            assert striking.colour in caption.lower(), (caption, striking.colour)


@needs_font
def test_describe__two_groups_are_named_where_there_are_two():
    for composition, scene in world():
        if len(composition.groups) < 2:
            continue
        for caption in (scene.captions[1], scene.captions[4]):
            named = [group for group in composition.groups if _is_named(group, caption)]
            assert len(named) >= 2, (caption, [group.glyph.nouns[0].one for group in composition.groups])


def _is_named(group, caption):
    forms = {form.lower() for noun in group.glyph.nouns for form in (noun.one, noun.many)}
    return any(form.split()[-1] in caption.lower() for form in forms)


@needs_font
def test_act__someone_does_something_in_many_scenes_and_the_captions_say_so():
    acting = [(composition, scene) for composition, scene in world() if any(g.deed for g in composition.groups)]
    assert len(acting) > LOOKED_AT * 0.08
    assert len({group.glyph.text for one, _ in acting for group in one.groups if group.deed}) >= 8
    for composition, scene in acting:
        doer = next(group for group in composition.groups if group.deed)
        assert doer.deed.partner in composition.groups
        assert relation(doer, doer.deed.partner) == doer.deed.words
        assert any(word in caption for word in doer.deed.words for caption in scene.captions[:2]), scene.captions


@needs_font
def test_act__who_is_on_something_stands_on_it_and_is_painted_after_it():
    seen = 0
    for seed in range(400):
        pair = deeds.act(Random(seed), _backdrop("living room"), 4 / 3)
        if pair is None or "on" not in pair[0].deed.words:
            continue
        (doer,), (thing,) = (group.placements for group in pair)
        assert thing.left < doer.middle < thing.left + thing.width
        assert thing.top - 0.01 <= doer.foot < thing.foot
        assert doer.nearness > thing.nearness
        seen += 1
    assert seen > 10


@needs_font
def test_act__a_string_leads_from_the_hand_to_the_kite():
    seen = 0
    for seed in range(600):
        pair = deeds.act(Random(seed), _backdrop("meadow"), 4 / 3)
        if pair is None or pair[1].glyph.text != "🪁":
            continue
        (flyer,), (kite,) = (group.placements for group in pair)
        x0, y0, x1, y1 = pair[0].deed.line
        assert flyer.left < x0 < flyer.left + flyer.width
        assert flyer.top < y0 < flyer.foot
        assert kite.left < x1 < kite.left + kite.width
        assert kite.top < y1 < kite.foot < flyer.foot
        seen += 1
    assert seen > 5


@functools.cache
def _backdrop(place):
    return draw.paint_backdrop(Random(1), place, 4 / 3, 64)[1]


@needs_font
def test_pose__far_things_are_smaller():
    dog = next(glyph for glyph in catalog.glyphs() if glyph.text == "🐕")
    zone = next(zone for zone in _backdrop("meadow").zones if zone.name == "ground")
    rng = Random(3)
    posed = sorted((layout.pose(rng, dog, "brown", zone, 4 / 3) for _ in range(200)), key=lambda one: one.foot)
    far, near = posed[:60], posed[-60:]
    assert statistics.mean(one.height for one in far) < 0.8 * statistics.mean(one.height for one in near)


@needs_font
def test_place_groups__an_object_alone_is_drawn_larger():
    alone, among = [], []
    for composition, _ in world():
        placements = [(group, one) for group in composition.groups for one in group.placements]
        if composition.backdrop.place == "table":
            for _, one in placements:
                (alone if len(placements) == 1 else among).append(one.width * one.height)
    assert statistics.mean(alone) > statistics.mean(among)


@needs_font
@pytest.mark.parametrize("text", ["🐻", "🦊", "👮", "👨‍🚀", "🤖", "🛑", "🚦"])
def test_complete__a_head_or_sign_gets_what_stands_below_it(text):
    picture = font.glyph_picture(text)
    assert picture.height > 1.2 * picture.width * (0.9 if text in figures._SITTING else 1)
    alpha = np.asarray(picture.getchannel("A"))
    assert alpha[:3].any()
    assert alpha[-3:].any()


@needs_font
def test_complete__skin_tones_have_a_body_too():
    assert font.glyph_picture("👮🏿").height > 1.3 * font.glyph_picture("👮🏿").width


@needs_font
def test_glyph_picture__the_zebra_is_black_and_white():
    picture = np.asarray(font.glyph_picture("🦓"), dtype=int)
    seen = picture[picture[..., 3] > 200][:, :3]
    assert np.ptp(seen, axis=1).max() == 0
    dark, light = (seen[:, 0] < 90).mean(), (seen[:, 0] > 180).mean()
    assert min(dark, light) > 0.25


@needs_font
def test_draw_scene__rain_streaks_the_picture_and_nothing_else(monkeypatch):
    seed = next(seed for seed in range(200) if composed(seed, "park", 64)[0].backdrop.light.name == "rain")
    _, wet = composed(seed, "park", 160)
    monkeypatch.setattr(draw, "_rain", lambda picture, rng: picture)
    _, dry = composed(seed, "park", 160)
    assert wet.picture.tobytes() != dry.picture.tobytes()
    assert (wet.objects, wet.captions, wet.phrases) == (dry.objects, dry.captions, dry.phrases)
    assert "rain" in " ".join(wet.captions).lower()


@needs_font
def test_verbs__several_riders_ride_several_bicycles():
    for composition, _ in world():
        for group in composition.groups:
            for verb in verbs.verbs(group):
                assert len(group.placements) == 1 or " a " not in verb, verb
