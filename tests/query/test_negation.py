"""Plain negations are offered as minus terms; what only looks like one is left alone."""

import pytest

from core.query import parse, suggestion


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("dog without people", "dog - people"),
        ("A Dog WITHOUT People", "A Dog - People"),
        ("a beach but no people", "a beach - people"),
        ("a beach with no people and no dogs", "a beach - people - dogs"),
        ("a street where there are no cars", "a street - cars"),
        ("a dog not on a leash", "a dog - on a leash"),
        ("cat not dog", "cat - dog"),
        ("a dog, not black", "a dog - black"),
        ("a door that is not open", "a door - open"),
        ("all the fruit except for bananas", "all the fruit - bananas"),
        ("a table without any food on it", "a table - food"),
        ("a man without a hat in the rain", "a man in the rain - a hat"),
        ("a beach without people in the background", "a beach - people"),
        ("a beach without people, at sunset", "a beach at sunset - people"),
        ("a room without chairs, tables or lamps", "a room - chairs - tables - lamps"),
        ("a street without cars or people at night", "a street at night - cars - people"),
        ("sunset w/o clouds", "sunset - clouds"),
        ("dog -person -cat", "dog - person - cat"),
        ("a boy with no shirt and white shorts", "a boy and white shorts - shirt"),
        ("a man without a shirt on is climbing", "a man is climbing - a shirt"),
        ("A boy plays in the snow without a shirt on .", "A boy plays in the snow - a shirt"),
        ("a bike without wheels leaning on a wall", "a bike leaning on a wall - wheels"),
        ("a terrace without a railing", "a terrace - a railing"),
        ("a park with benches and no people around", "a park with benches - people"),
        (
            "a rowboat with paddles and no passengers is on the beach",
            "a rowboat with paddles is on the beach - passengers",
        ),
        ("a dog without a\n t-shirt", "a dog - a t-shirt"),
    ],
)
def test_suggestion__offers_a_minus_term(text: str, offered: str) -> None:
    assert suggestion(text) == offered
    assert len(parse(offered).terms) > 1
    assert suggestion(offered) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a dog on the beach",
        "no entry sign",
        "a street with no entry sign",
        "a no parking zone",
        "a sign saying no smoking",
        "a sign that reads but no dogs",
        "do not enter",
        "a cat that does not move",
        "to be or not to be",
        "not only dogs but cats",
        "not a dog",
        "no dogs",
        "without people",
        "everything except dogs",
        "pictures of anything but not cars",
        "nothing",
        "nobody on a bench",
        "a knot in a rope",
        "a notebook",
        "forget-me-nots",
        "dog without",
        "a beach without a doubt",
        "a street with yes and no",
        '"dog without people"',
        'a "dog without people" poster',
        "“dog without people” on a wall",
        "dog - people",
        "2*dog without people",
        "img:3",
        "dog without people +",
        "a t-shirt -",
        "a warning not to park",
        "a surfer trying not to fall",
        "a street even though it is not raining",
        "a plant without which the whole valley would have been lost",
    ],
)
def test_suggestion__none(text: str) -> None:
    assert suggestion(text) is None
