"""Which photos ask for which drawings."""

from __future__ import annotations

import pytest

from benchmarks import photo_queries
from tests import memory_store


@pytest.mark.parametrize(
    ("captions", "expected"),
    [
        (["A dog runs."] * 4 + ["An animal."], {"dog"}),
        (["A dog runs."] * 3 + ["An animal."] * 2, set()),
        (["A dog and a dog."] * 2 + ["An animal."] * 2, set()),  # a caption counts once
        (["Dogs.", "DOG", "two dogs", "the dog-walker", "hot dog"], {"dog"}),
        (["A teddy bear on a bed"] * 5, {"teddy bear"}),
        (["Buses stop", "a bus"], {"bus"}),
        (["People wait", "one person"], {"person"}),
        (["A cart with cargo"] * 5, set()),
        ([], set()),
    ],
)
def test_named__whole_words_of_four_fifths_of_the_captions(captions: list[str], expected: set[str]) -> None:
    known = {"dog", "hot dog", "bear", "teddy bear", "bus", "person", "car"}
    assert photo_queries.named(captions, known) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("joshua_tree", "joshua tree"), ("mouse (animal)", "mouse"), ("Faces", "faces")]
)
def test_spoken__as_a_person_would_write_it(name: str, expected: str) -> None:
    assert photo_queries.spoken(name) == expected


@pytest.mark.parametrize(
    ("count", "most", "expected"), [(3, 5, [0, 1, 2]), (10, 4, [0, 2, 5, 7]), (7, 7, list(range(7))), (0, 4, [])]
)
def test_evenly_spread__equal_steps(count: int, most: int, expected: list[int]) -> None:
    assert photo_queries.evenly_spread(range(count), most) == expected


def test_choose__held_out_classes_first_then_the_most_photos() -> None:
    caltech = [
        memory_store.record(turn, categories=(name,), file_name=f"{name}/{9 - turn}.jpg")
        for turn, name in enumerate(["sea_horse", "cup", "sea_horse", "pizza", "wrench"], start=1)
    ]
    said = [["a pizza"], ["two cats"], ["a dog"], ["a dog and a cat"], ["ants"], ["a unicorn"]]
    coco = [memory_store.record(turn, captions * 5) for turn, captions in enumerate(said, start=1)]
    demo = ["ant", "cat", "cup", "dog", "pizza", "sea horse"]
    found = photo_queries.choose(demo, ["pizza", "sea_horse", "wrench"], caltech, coco)
    assert found == (
        photo_queries.PhotoQueries("pizza", "caltech", (3,)),
        photo_queries.PhotoQueries("sea horse", "caltech", (2, 0)),  # by file name
        photo_queries.PhotoQueries("cat", "coco", (1, 3)),
        photo_queries.PhotoQueries("dog", "coco", (2, 3)),
        photo_queries.PhotoQueries("ant", "coco", (4,)),
    )


def test_choose__at_most_twenty_of_each() -> None:
    names = [f"thing{chr(97 + turn)}" for turn in range(26)]
    caltech = [memory_store.record(turn, categories=("pizza",), file_name=f"{turn:02}.jpg") for turn in range(1, 51)]
    coco = [memory_store.record(turn, [f"one {name}"]) for turn, name in enumerate(names, start=1)]
    found = photo_queries.choose(["pizza", *names], ["pizza"], caltech, coco)
    assert [one.category for one in found] == ["pizza", *names[:19]]
    assert len(found[0].rows) == 20
    assert found[0].rows[:3] == (0, 2, 5)
