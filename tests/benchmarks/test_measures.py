"""Recall and precision as the benchmarks measure them, against hand-made cases and brute force."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import measures
from core import errors, evaluation, progress
from core.search import Ranking
from tests import colour_encoder, memory_store


def written(folder: Path, entries: list[tuple[str, list[str]]]) -> tuple[Path, Path]:
    """One file per (colour, captions), and a captions file beside them: the two arguments of `encode`."""
    listed: dict[str, list[dict[str, object]]] = {"images": [], "annotations": []}
    for turn, (colour, captions) in enumerate(entries, start=1):
        colour_encoder.picture(colour).save(folder / f"{turn}.png")
        listed["images"].append({"id": turn, "file_name": f"{turn}.png"})
        for caption in captions:
            number = len(listed["annotations"])
            listed["annotations"].append({"id": number, "image_id": turn, "caption": caption})
    (folder / "captions.json").write_text(json.dumps(listed), encoding="utf-8")
    return folder, folder / "captions.json"


def among(categories: list[tuple[str, ...]], vectors: np.ndarray) -> memory_store.MemoryStore:
    records = [memory_store.record(turn, categories=names) for turn, names in enumerate(categories, start=1)]
    return memory_store.of_vectors(records, vectors.astype(np.float32), vectors[:0].astype(np.float32))


def test_precision_at_k__by_hand() -> None:
    scores = np.array([[0.9, 0.1, 0.8, 0.3], [0.5, 0.5, 0.5, 0.4]], np.float32)
    relevant = np.array([[True, True, False, False], [False, True, False, True]])
    assert measures.precision_at_k(scores, relevant, 1).tolist() == [1, 0]  # of equal scores the first column counts
    assert measures.precision_at_k(scores, relevant, 2).tolist() == [0.5, 0.5]
    assert measures.precision_at_k(scores, relevant, 9).tolist() == [0.5, 0.5]


def test_precision_of_classes__is_brute_force_without_the_query() -> None:
    chance = np.random.default_rng(5)
    vectors = memory_store.unit(chance, 60, 6)
    labels = chance.choice(["a", "b", "c", "d"], 60).tolist()
    found = measures.precision_of_classes(vectors, labels, ("b", "d"), 7)
    assert [one.name for one in found] == ["b", "d"]
    for one in found:
        rows = [row for row, label in enumerate(labels) if label == one.name]
        shares = []
        for row in rows:
            others = sorted((other for other in range(60) if other != row), key=lambda o: -(vectors[row] @ vectors[o]))
            shares.append(np.mean([labels[other] == one.name for other in others[:7]]))
        assert one.precision == pytest.approx(np.mean(shares))
        assert (one.queries, one.relevant) == (len(rows), len(rows) - 1)
        assert one.chance == pytest.approx((len(rows) - 1) / 59)


def test_precision_of_classes__few_pictures_are_all_looked_at() -> None:
    found = measures.precision_of_classes(np.eye(3, dtype=np.float32), ["a", "a", "b"], ("a",), 10)
    assert found[0].precision == 0.5


def test_precision_of_classes__single_picture_is_an_error() -> None:
    with pytest.raises(errors.SourceError, match="class 'b': expected two pictures or more, found 1"):
        measures.precision_of_classes(np.eye(3, dtype=np.float32), ["a", "a", "b"], ("b",), 10)


def test_precision_of_category__shares_and_chance() -> None:
    pictures = among([("cat",), ("cat", "dog"), (), ("dog",)], np.array([[1, 0], [0.8, 0.6], [0, 1], [-1, 0]]))
    queries = np.array([[1, 0], [0, 1]], np.float32)
    assert measures.precision_of_category(queries, pictures, "cat", 2) == measures.Precision("cat", 2, 2, 0.75, 0.5)
    with pytest.raises(errors.QueryError, match="'cat'"):
        measures.precision_of_category(queries[:0], pictures, "cat", 2)


def test_means__over_queries_and_over_names() -> None:
    found = [measures.Precision("a", 3, 5, 1.0, 0.2), measures.Precision("b", 1, 5, 0.0, 0.6)]
    assert measures.over_queries(found) == pytest.approx((0.75, 0.3))
    assert measures.over_names(found) == pytest.approx((0.5, 0.4))


@pytest.mark.parametrize("mean", [measures.over_queries, measures.over_names])
def test_means__nothing_to_ask_is_an_error(mean: object) -> None:
    with pytest.raises(errors.QueryError, match="nothing to ask for"):
        mean([])  # type: ignore[operator]


def test_counts__most_pictures_first_then_by_name() -> None:
    pictures = among([("cat", "dog"), ("dog",), ("ant",)], np.eye(3))
    assert list(measures.counts(pictures.records).items()) == [("dog", 2), ("ant", 1), ("cat", 1)]


def test_recall__is_that_of_a_store(tmp_path: Path) -> None:
    entries = [("red", ["red", "a blue bus"]), ("blue", []), ("green", ["green and red", "green"])]
    encoder = colour_encoder.ColourEncoder()
    pictures = measures.encode(*written(tmp_path, entries), encoder=encoder, report=progress.silent)
    found = measures.recall(pictures, progress.silent)
    expected = evaluation.evaluate_store(memory_store.coloured(entries))
    assert found == (expected.text_to_image[Ranking.IMAGE], expected.image_to_text)
    assert found[0].r1 == 50  # "a blue bus" finds another picture; "green and red" is as near to red as to its own


def test_recall__model_that_reads_nothing_is_an_error() -> None:
    pictures = memory_store.random(5)
    pictures.one_space = False
    with pytest.raises(errors.NoTextSideError, match="reads no captions"):
        measures.recall(pictures, progress.silent)  # type: ignore[arg-type]


def test_encode__unreadable_picture_is_an_error(tmp_path: Path) -> None:
    source = written(tmp_path, [("red", []), ("blue", [])])
    (tmp_path / "2.png").write_text("no picture")
    with pytest.raises(errors.SourceError, match=r"1 pictures cannot be used, the first: 2\.png"):
        measures.encode(*source, encoder=colour_encoder.ColourEncoder(), report=progress.silent)


def test_encode__missing_picture_is_an_error(tmp_path: Path) -> None:
    source = written(tmp_path, [("red", []), ("blue", [])])
    (tmp_path / "2.png").unlink()
    with pytest.raises(errors.SourceError, match="there is no such file"):
        measures.encode(*source, encoder=colour_encoder.ColourEncoder(), report=progress.silent)
