"""Which questions are asked, what counts as right, and that the benchmark tells a good map from a bad one."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import pointing
from core import explain
from tests import colour_encoder

BOX = (10.0, 20.0, 30.0, 40.0)
OTHER = (60.0, 0.0, 10.0, 10.0)


@pytest.mark.parametrize(
    ("category", "query"), [("dog", "a dog"), ("umbrella", "an umbrella"), ("mouse (animal)", "a mouse")]
)
def test_with_article__as_a_person_asks(category: str, query: str) -> None:
    assert pointing.with_article(category) == query


def test_single_objects__only_what_has_one_right_answer() -> None:
    assert pointing.single_objects([("dog", BOX)]) == {}
    assert pointing.single_objects([("dog", BOX), ("dog", OTHER)]) == {}
    assert pointing.single_objects([("dog", BOX), ("dog", OTHER), ("cat", OTHER)]) == {"a cat": OTHER}
    assert pointing.single_objects([("mouse (animal)", BOX), ("mouse", OTHER), ("cat", OTHER)]) == {"a cat": OTHER}


def test_drawn__asks_only_about_objects_that_stand_alone() -> None:
    for question in islice(pointing.drawn(), 3):
        width, height = question.picture.size
        assert question.boxes
        for left, top, across, down in question.boxes.values():
            assert 0 <= left < left + across <= width
            assert 0 <= top < top + down <= height


def test_photographed__boxes_follow_the_picture_when_it_is_made_smaller(tmp_path: Path) -> None:
    Image.new("RGB", (400, 200), "white").save(tmp_path / "one.png")
    instances = tmp_path / "instances.json"
    boxes = [(1, [40, 20, 80, 40]), (2, [200, 100, 40, 40])]
    made = {
        "images": [{"id": 1, "file_name": "one.png", "width": 400, "height": 200}],
        "categories": [{"id": 1, "name": "dog"}, {"id": 2, "name": "cat"}],
        "annotations": [
            {"id": number, "image_id": 1, "category_id": number, "bbox": box, "area": 1, "iscrowd": 0}
            for number, box in boxes
        ],
    }
    instances.write_text(json.dumps(made))
    (question,) = pointing.photographed(tmp_path, instances, 32)
    scale = question.picture.width / 400
    assert scale < 1
    assert question.boxes["a dog"] == pytest.approx((40 * scale, 20 * scale, 80 * scale, 40 * scale))


def test_inside__borders_count_once() -> None:
    assert pointing.inside(BOX, (10, 20))
    assert not pointing.inside(BOX, (40, 20))
    assert not pointing.inside(BOX, (9, 30))


def test_measure__right_and_wrong_maps() -> None:
    def pointing_at(cell: int) -> pointing.Method:
        def method(model, picture, terms):  # type: ignore[no-untyped-def]
            heat = np.zeros((2, 2), np.float32)
            heat.flat[cell] = 1
            return tuple(explain.Explanation(heat, 1.0, "made up", False, term.name) for term in terms)

        return method

    question = pointing.Question(
        Image.new("RGB", (100, 100)), {"a red dog": (0, 0, 50, 50), "a blue cat": (0, 0, 50, 50)}
    )
    model = colour_encoder.ColourEncoder()
    assert pointing.measure(model, [question], pointing_at(0)).hits.tolist() == [True, True]
    wrong = pointing.measure(model, [question, question], pointing_at(3))
    assert (wrong.hits.sum(), wrong.pictures.tolist(), wrong.words) == (0, [0, 0, 1, 1], "made up")


def test_by_chance__box_share_and_the_middle() -> None:
    question = pointing.Question(Image.new("RGB", (100, 50)), {"a": (0, 0, 50, 50), "b": (40, 20, 20, 10)})
    assert pointing.by_chance([question]) == (pytest.approx((0.5 + 0.04) / 2), 0.5)


def test_interval__holds_the_mean_and_is_a_point_without_doubt() -> None:
    sure = pointing.Answers(np.ones(6, bool), np.arange(6), 0.0, "")
    assert pointing.interval(sure) == (1, 1)
    mixed = pointing.Answers(np.arange(40) % 2 == 0, np.arange(40), 0.0, "")
    low, high = pointing.interval(mixed)
    assert 0.2 < low < 0.5 < high < 0.8
