"""Classification by names alone."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, top_k_accuracy_score

from core import errors, evaluation
from core.evaluation import zero_shot
from tests import colour_encoder, memory_store


def test_zero_shot__colours_are_named() -> None:
    store = memory_store.coloured([(name, ()) for name in ("red", "green", "blue", "red")])
    encoder = colour_encoder.ColourEncoder()
    found = evaluation.evaluate_zero_shot(
        store.image_index.vectors(), evaluation.labels_of(store.records), encoder.encode_texts, resamples=50
    )
    assert [one.template for one in found.templates] == ["{}", "a photo of a {}.", zero_shot.ENSEMBLE]
    assert {(one.top1, one.top5, one.class_mean, one.mean_average_precision) for one in found.templates} == {(100,) * 4}
    assert found.templates[0].top1_interval == evaluation.Interval(100, 100)
    assert (found.pictures, found.classes, found.chance) == (4, 3, 33.33)
    assert encoder.texts_seen == 6


@pytest.mark.parametrize("seed", range(5))
def test_zero_shot__is_scikit_learn(seed: int) -> None:
    chance = np.random.default_rng(seed)
    own = chance.integers(0, 7, 60)
    pictures = [memory_store.record(n, categories=(f"class {label}",)) for n, label in enumerate(own)]
    vectors, texts = memory_store.unit(chance, 60, 16), memory_store.unit(chance, 7, 16)
    labels = evaluation.labels_of(pictures)
    found = evaluation.evaluate_zero_shot(vectors, labels, lambda asked: texts[: len(asked)], templates=["{}"])
    scores = vectors @ texts.T
    (one,) = found.templates
    assert one.top1 == pytest.approx(100 * top_k_accuracy_score(own, scores, k=1, labels=range(7)), abs=0.006)
    assert one.top5 == pytest.approx(100 * top_k_accuracy_score(own, scores, k=5, labels=range(7)), abs=0.006)
    precision = [average_precision_score(own == at, scores[:, at]) for at in range(7)]
    assert one.mean_average_precision == pytest.approx(100 * np.mean(precision), abs=0.006)
    assert sum(entry.pictures * entry.top1 for entry in found.per_class) / 60 == pytest.approx(one.top1, abs=0.02)
    wrong = next(entry for entry in found.per_class if entry.top1 < 100)
    assert wrong.mistaken_for not in ("", wrong.name)


@pytest.mark.parametrize("template", ["no place", "{} and {}", ""])
def test_zero_shot__template_without_one_place(template: str) -> None:
    store = memory_store.coloured([("red", ()), ("blue", ())])
    with pytest.raises(errors.QueryError, match=r"needs one '\{\}'"):
        evaluation.evaluate_zero_shot(
            store.image_index.vectors(),
            evaluation.labels_of(store.records),
            colour_encoder.ColourEncoder().encode_texts,
            templates=[template],
        )


def test_zero_shot__one_class_is_no_choice() -> None:
    store = memory_store.coloured([("red", ())] * 3)
    with pytest.raises(errors.QueryError, match="two or more"):
        evaluation.evaluate_zero_shot(
            store.image_index.vectors(),
            evaluation.labels_of(store.records),
            colour_encoder.ColourEncoder().encode_texts,
        )


def test_spoken__as_a_person_writes_it() -> None:
    assert zero_shot.spoken("joshua_tree ") == "joshua tree"
