"""Short queries of a scene: true, short, complete, and without effect on the rest."""

import pytest

from core import scenes
from core.scenes import draw, phrases
from tests.scenes.told import composed, mentions, needs_font, without_scenery

SEEDS = range(3_500_000, 3_500_150)


@needs_font
def test_short_phrases__four_to_eight_different_ones_of_one_to_five_words():
    for seed in SEEDS:
        told = scenes.draw_scene(seed, 64).phrases
        assert 4 <= len(told) <= 8, told
        assert len(set(told)) == len(told)
        assert all(1 <= len(phrase.split()) <= 5 and phrase == phrase.strip() for phrase in told), told


@needs_font
@pytest.mark.parametrize("place", list(draw.PLACES))
def test_short_phrases__names_only_what_is_there(place):
    for seed in range(10):
        composition, scene = composed(seed, place, 64)
        present = {thing.category for thing in scene.objects}
        # A category's own name is true by itself, and may be no noun of its glyphs.
        own = {name.partition(" (")[0] for name in present}
        for phrase in set(scene.phrases) - own:
            # Led by an article, or "teddy" would be taken for what stands before "bears".
            for number, names, noun in mentions(f"the {without_scenery(phrase, composition)}"):
                assert names & present, (phrase, noun, present)
                if number is not None:
                    assert any(len(group.placements) == number for group in composition.groups), phrase


@needs_font
def test_short_phrases__name_every_group_its_category_or_the_place():
    for seed in SEEDS:
        composition, scene = composed(seed, "park", 64)
        for group in composition.groups:
            forms = {form for noun in group.glyph.nouns for form in (noun.one, noun.many)}
            assert any(form.split()[-1] in phrase for phrase in scene.phrases for form in forms), scene.phrases
        assert any("park" in phrase for phrase in scene.phrases), scene.phrases


@needs_font
def test_short_phrases__colours_are_the_groups_own():
    colours = {"red", "blue", "green", "yellow", "purple", "orange", "pink", "brown", "black", "white", "gray"}
    for seed in SEEDS:
        composition, scene = composed(seed, "street", 64)
        true = {group.colour for group in composition.groups}
        nouns = " ".join(noun.one for group in composition.groups for noun in group.glyph.nouns).split()
        for phrase in scene.phrases:
            said = colours & set(without_scenery(phrase, composition).split())
            assert said <= true | set(nouns), (phrase, true)


@needs_font
def test_draw_scene__same_seed_same_phrases_which_change_nothing_else(monkeypatch):
    first, again = scenes.draw_scene(77, 96), scenes.draw_scene(77, 96)
    assert first.phrases == again.phrases == scenes.draw_scene(77, 200).phrases
    monkeypatch.setattr(phrases, "short_phrases", lambda rng, backdrop, groups: ("nothing",) * int(rng.random() + 1))
    other = scenes.draw_scene(77, 96)
    assert other.phrases == ("nothing",)
    assert (other.captions, other.objects) == (first.captions, first.objects)
    assert other.picture.tobytes() == first.picture.tobytes()
