"""What a picture shows, by its class name or its captions."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import scenes
from core.errors import ConfigurationError
from core.training import things

EVERYDAY = Path(__file__).parents[2] / "docs" / "recipes" / "everyday.toml"


def test_told__half_of_the_captions_must_name_it() -> None:
    assert things.told(("Two dogs run.", "A dog and a ball.", "An animal outside.", "a dog .")) == {"dog"}


def test_told__the_longest_noun_wins() -> None:
    assert "bear" not in things.told(("a teddy bear on a bed", "teddy bears"))
    assert "teddy bear" in things.told(("a teddy bear on a bed", "teddy bears"))


def test_told__as_people_speak_of_photos() -> None:
    assert things.told(("Two girls kick a ball.",)) == {"person", "sports ball"}
    assert things.told(("A man in sunglasses on a kayak.",)) == {"person", "glasses", "boat"}


def test_told__a_colour_and_what_people_do_are_no_things() -> None:
    assert things.told(("A girl watches a dog in an orange vest.",)) == {"person", "dog"}
    assert things.told(("Two oranges.",)) == {"orange"}


def test_told__what_is_said_of_photos_is_a_category_of_the_drawing_program() -> None:
    names = [category.name for category in scenes.categories()]
    for word, own in (("skaters", "person"), ("kayaks", "boat"), ("cellphone", "cell phone"), ("skiing", "skis")):
        (row,) = things.rows([things.told((f"They like {word}.",))])
        assert [names[column] for column in row.nonzero()[0]] == [own]


def test_rows__one_column_a_category() -> None:
    names = [category.name for category in scenes.categories()]
    found = things.rows([{"dog", "cat"}, set()])
    assert {names[column] for column in found[0].nonzero()[0]} == {"dog", "cat"}
    assert not found[1].any()


def test_known__only_what_is_drawn() -> None:
    assert things.known("dog") == ["dog"]
    assert things.known("tench") == []


def test_read_everyday__the_bundled_list_is_sound() -> None:
    words = things.read_everyday(EVERYDAY)
    assert words["golden retriever"] == "dog"
    assert len(words) > 500


def test_read_everyday__unknown_category_is_named(tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    path.write_text('gizmo = ["thing"]')
    with pytest.raises(ConfigurationError, match="gizmo"):
        things.read_everyday(path)
