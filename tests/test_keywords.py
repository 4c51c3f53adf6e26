"""Words of captions: stems, rarity, and a caption left out."""

import numpy as np
import pytest

from core.keywords import WordIndex, places, stems

TEXTS = ("A red bus.", "the buses are red", "two dogs", "A DOG on the grass", "glass, grass")
OWNERS = (0, 0, 1, 1, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two dogs, a dog", ("two", "dog", "a")),
        ("puppies skies", ("puppy", "sky")),
        ("glass bus horses", ("glass", "bus", "horse")),
        ("", ()),
        ("¡Él come!", ("él", "come")),
    ],
)
def test_stems__plural_and_case_aside(text: str, expected: tuple[str, ...]) -> None:
    assert stems(text) == expected


def test_places__name_the_part_of_the_text() -> None:
    text = "Two Dogs, a kite"
    assert [(word, text[start:end]) for word, start, end in places(text)] == [
        ("two", "Two"),
        ("dog", "Dogs"),
        ("a", "a"),
        ("kite", "kite"),
    ]


def test_word_index__scores_are_the_share_of_the_words_said() -> None:
    index = WordIndex.build(TEXTS, OWNERS, 4)
    red = index.scores("red")
    assert red.argmax() == 0
    assert (red[1:] == 0).all()
    assert red[0] == pytest.approx(2 / 2.5)  # said by two captions
    assert index.scores("DOGS").tolist() == pytest.approx([0, 2 / 2.5, 0, 0])
    both = index.scores("red dog")
    assert both[0] == pytest.approx(both[1])
    assert both[0] == pytest.approx(red[0] / 2)
    assert index.scores("zebra").tolist() == [0, 0, 0, 0]
    assert index.scores("red zebra")[0] < red[0]  # what nobody says is missed, more than what is common
    assert (index.scores("") == 0).all()


def test_word_index__without_a_caption_is_as_if_it_had_never_been_there() -> None:
    index = WordIndex.build(TEXTS, OWNERS, 4)
    for at, text in enumerate(TEXTS):
        others = [one for turn, one in enumerate(TEXTS) if turn != at]
        owners = [one for turn, one in enumerate(OWNERS) if turn != at]
        counts = WordIndex.build(others, owners, 4)
        found = index.scores_without(text, OWNERS[at])
        rarities = {word: index.rarity(word) for word in stems(text)}
        expected = np.zeros(4)
        for word, rarity in rarities.items():
            rows, said = counts.said_by(word)
            expected[rows] += rarity * said / (said + 0.5) / sum(rarities.values())
        assert found == pytest.approx(expected, abs=1e-6)


def test_word_index__nothing_at_all() -> None:
    assert WordIndex.build([], [], 0).scores("dog").shape == (0,)
    assert WordIndex.build([], [], 3).scores("dog").tolist() == [0, 0, 0]
