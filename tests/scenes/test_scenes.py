"""Drawn scenes: the same each time, boxes around what is seen, captions about what is there."""

import itertools
import re

import numpy as np
import pytest
from PIL import Image
from pycocotools.coco import COCO

from core import scenes
from core.errors import ConfigurationError
from core.scenes import captions, catalog, draw, font, generate, relations, words
from tests.scenes.told import composed, mentions, needs_font, without_scenery

SEEDS = range(3_000_000, 3_000_060)


@pytest.fixture
def no_font(monkeypatch, tmp_path):
    monkeypatch.setattr(font, "_FOLDERS", (str(tmp_path),))
    font.find_font.cache_clear()
    yield
    font.find_font.cache_clear()


def test_find_font__missing_names_the_package(no_font):
    with pytest.raises(ConfigurationError, match="fonts-noto-color-emoji"):
        font.find_font()


@needs_font
def test_draw_scene__same_seed_same_scene():
    first, second = scenes.draw_scene(41, 160), scenes.draw_scene(41, 160)
    assert first.picture.tobytes() == second.picture.tobytes()
    assert (first.captions, first.objects, first.place) == (second.captions, second.objects, second.place)


@needs_font
def test_draw_scene__does_not_depend_on_what_was_drawn_before():
    alone = scenes.draw_scene(42, 96)
    scenes.draw_scene(7, 96)
    assert scenes.draw_scene(42, 96).picture.tobytes() == alone.picture.tobytes()


@needs_font
def test_draw_scene__size_changes_pixels_only():
    for seed in SEEDS[:20]:
        small, large = scenes.draw_scene(seed, 128), scenes.draw_scene(seed, 320)
        assert max(small.picture.size) == 128
        assert max(large.picture.size) == 320
        assert small.captions == large.captions
        assert [one.category for one in small.objects] == [one.category for one in large.objects]


@needs_font
def test_draw_scene__boxes_lie_inside_the_picture():
    for seed in SEEDS:
        scene = scenes.draw_scene(seed, 160)
        assert 1 <= len(scene.objects) <= 6
        for thing in scene.objects:
            left, top, width, height = thing.box
            assert min(left, top) >= 0
            assert min(width, height) >= 4
            assert left + width <= scene.picture.width
            assert top + height <= scene.picture.height
            assert 0 < thing.area <= width * height


@needs_font
def test_draw_scene__boxes_are_tight():
    """Against the same background without objects, what changed reaches every side of the box."""
    for seed in SEEDS[:10]:
        composition, scene = composed(seed, "plain")
        empty = np.asarray(composition.canvas.finish(), dtype=int)
        changed = np.abs(np.asarray(scene.picture, dtype=int) - empty).sum(axis=2) > 24
        for thing in scene.objects:
            left, top, width, height = map(int, thing.box)
            inside = changed[top : top + height, left : left + width]
            touched = [inside[:2].any(), inside[-2:].any(), inside[:, :2].any(), inside[:, -2:].any()]
            assert all(touched), (seed, thing)


@needs_font
def test_draw_scene__every_place_draws():
    for number, place in enumerate(draw.PLACES):
        _, scene = composed(number, place, 96)
        assert len(scene.captions) == 5


@needs_font
@pytest.mark.parametrize("place", list(draw.PLACES))
def test_describe__names_only_what_is_there_in_its_number(place):
    for seed in range(12):
        composition, scene = composed(seed, place, 96)
        present = {thing.category for thing in scene.objects}
        counts = {len(group.placements) for group in composition.groups}
        for caption in scene.captions:
            for number, names, noun in mentions(without_scenery(caption, composition)):
                assert names & present, (caption, noun, present)
                if number is not None:
                    assert number in counts, (caption, noun, counts)


@needs_font
def test_describe__first_caption_tells_every_group_its_number_and_colour():
    for seed in SEEDS:
        composition, scene = composed(seed, "park", 96)
        text = scene.captions[0].lower()
        for group in composition.groups:
            count = len(group.placements)
            forms = [noun.one if count == 1 else noun.many for noun in group.glyph.nouns]
            last_words = {form.split()[-1].lower() for form in forms}
            assert any(word in text for word in last_words), (text, forms)
            if count > 1:
                assert captions._NUMBERS[count] in text
            assert group.colour in text


@needs_font
def test_describe__five_different_sentences():
    for seed in SEEDS:
        told = scenes.draw_scene(seed, 64).captions
        assert len(set(told)) == 5
        for caption in told:
            assert not re.search(r"\b[Aa] [aeiou]|  |\{|\b(\w+) \1\b| (and|with|,)[ .]*$", caption), caption


@needs_font
def test_describe__full_captions_tell_500_scenes_apart():
    told = {scenes.draw_scene(seed, 64).captions[0].lower().strip(" .") for seed in range(5_000_000, 5_000_500)}
    assert len(told) == 500


@needs_font
def test_relation__left_and_right_are_each_others_reverse():
    for seed in range(40):
        composition, _ = composed(seed, "table", 64)
        for first, second in itertools.permutations(composition.groups, 2):
            if "to the left of" in relations.relation(first, second):
                assert "to the right of" in relations.relation(second, first)


@needs_font
def test_glyph_picture__every_glyph_is_in_the_font_and_recolours():
    for glyph in catalog.glyphs():
        for colour in (glyph.colour, *glyph.recolours):
            picture = font.glyph_picture(glyph.text, glyph.colour, colour)
            # A sequence the font cannot join would come out as two glyphs side by side.
            assert picture.width <= 140, glyph.text
            assert picture.height <= 250, glyph.text


@needs_font
def test_glyph_picture__red_turned_blue_is_blue():
    red = np.asarray(font.glyph_picture("🎈", "red", "red").resize((1, 1)))[0, 0]
    blue = np.asarray(font.glyph_picture("🎈", "red", "blue").resize((1, 1)))[0, 0]
    assert red[0] > red[2]
    assert blue[2] > blue[0]


def test_categories__ids_are_unique_and_coco_ids_keep_their_names():
    found = {one.category_id: one.name for one in scenes.categories()}
    assert len(found) == len(scenes.categories()) == len(set(found.values()))
    assert len(found) >= 100
    assert {number for number in found if number > 90} == {number for number in found if number >= 1001}
    coco = {1: "person", 3: "car", 18: "dog", 62: "chair", 63: "couch", 72: "tv", 77: "cell phone", 84: "book"}
    assert all(found[number] == name for number, name in coco.items())


def test_categories__each_has_a_glyph():
    assert {glyph.category.name for glyph in catalog.glyphs()} == {one.name for one in scenes.categories()}


@pytest.mark.parametrize(
    ("one", "many"),
    [("dog", "dogs"), ("bus", "buses"), ("box", "boxes"), ("cherry", "cherries"), ("woman", "women"),
     ("watch", "watches"), ("computer mouse", "computer mice"), ("toy", "toys"), ("kitchen knife", "kitchen knives")],
)  # fmt: skip
def test_plural__by_ending_and_exception(one, many):
    assert catalog.plural(one) == many


@pytest.mark.parametrize(
    ("phrase", "told"),
    [("dog", "a dog"), ("apple", "an apple"), ("UFO", "a UFO"), ("SUV", "an SUV"), ("umbrella", "an umbrella")],
)
def test_article__follows_the_sound(phrase, told):
    assert words.article(phrase) == told


@pytest.mark.parametrize(
    ("verb", "one", "many", "doing"),
    [
        ("ride a bike", "rides a bike", "ride a bike", "riding a bike"),
        ("run", "runs", "run", "running"),
        ("lie", "lies", "lie", "lying"),
        ("watch", "watches", "watch", "watching"),
        ("be parked", "is parked", "are parked", "parked"),
        ("fly", "flies", "fly", "flying"),
    ],
)
def test_finite__and_participle(verb, one, many, doing):
    assert (words.finite(verb, False), words.finite(verb, True), words.participle(verb)) == (one, many, doing)


@needs_font
def test_write_collection__pycocotools_reads_it(tmp_path, capsys):
    seen = []
    scenes.write_collection(tmp_path, 4, 4_000_000, "val", lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    instances = COCO(str(tmp_path / "annotations" / "instances_val.json"))
    told = COCO(str(tmp_path / "annotations" / "captions_val.json"))
    assert sorted(instances.getImgIds()) == [4_000_000, 4_000_001, 4_000_002, 4_000_003]
    for image in instances.loadImgs(instances.getImgIds()):
        scene = scenes.draw_scene(image["id"], generate.PICTURE_SIZE)
        with Image.open(tmp_path / "val" / image["file_name"]) as picture:
            assert picture.size == (image["width"], image["height"]) == scene.picture.size
        boxes = instances.loadAnns(instances.getAnnIds(imgIds=image["id"]))
        assert [tuple(one["bbox"]) for one in boxes] == [one.box for one in scene.objects]
        captions_of = told.loadAnns(told.getAnnIds(imgIds=image["id"]))
        assert tuple(one["caption"] for one in captions_of) == scene.captions
    assert {one["id"] for one in instances.dataset["licenses"]} == {1, 2}
    capsys.readouterr()


@pytest.mark.parametrize(
    ("count", "seed", "split"), [(0, 0, "val"), (1, -1, "val"), (1, 0, ""), (1, 0, "../x"), (1, 0, "a/b")]
)
def test_write_collection__refuses_bad_arguments(tmp_path, count, seed, split):
    with pytest.raises(ConfigurationError):
        scenes.write_collection(tmp_path / "out", count, seed, split)
    assert not (tmp_path / "out").exists()


def test_write_collection__says_where_it_cannot_write(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match="file"):
        scenes.write_collection(tmp_path / "file", 1, 0, "val")


@needs_font
def test_write_demo__one_pair_of_files_covers_all_splits(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(generate, "DEMO_TRAIN", 3)
    monkeypatch.setattr(generate, "DEMO_VAL", 2)
    monkeypatch.setattr(generate, "close_ups_wanted", lambda shown: ["dog", "moon"])
    scenes.write_demo(tmp_path)
    demo = COCO(str(tmp_path / "annotations" / "captions_demo.json"))
    names = [image["file_name"] for image in demo.dataset["images"]]
    assert [name.split("/")[0] for name in names] == ["train"] * 3 + ["val"] * 2 + ["close-ups"] * 2
    assert all((tmp_path / name).is_file() for name in names)
    assert (tmp_path / "annotations" / "instances_demo.json").is_file()
    capsys.readouterr()


@needs_font
def test_write_samples__draws_what_the_names_promise(tmp_path):
    scenes.write_samples(tmp_path)
    drawn = sorted(path.stem for path in tmp_path.iterdir())
    assert len(drawn) >= 10
    assert "dogs_on_beach" in drawn
