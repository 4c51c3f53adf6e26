"""Recall, by the book and against brute force."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from core import evaluation, progress, relevance, search
from core.evaluation import captions as captions_module
from core.index import VectorIndex
from core.search import Ranking
from tests import memory_store


def brute_force_ranks(store: memory_store.MemoryStore) -> tuple[dict[Ranking, list[float]], list[float]]:
    """Ranks one query at a time, as the protocol reads."""
    captions, images, owners = store.caption_index.vectors(), store.image_index.vectors(), store.caption_image_rows
    text: dict[Ranking, list[float]] = {by: [] for by in search.TEXT_RANKINGS}
    for at, query in enumerate(captions):
        by_image = images @ query
        best = np.full(len(images), -np.inf)
        for other, owner in enumerate(owners):
            if other != at:
                best[owner] = max(best[owner], float(captions[other] @ query))
        known = best[best > -np.inf]
        filled = np.where(best > -np.inf, best, known.mean() if len(known) else by_image)
        words = store.words.scores_without(store.captions[at].text, int(owners[at]))
        weights = relevance.FALLBACK
        fused = weights.image * by_image + weights.caption * filled + weights.words * words
        for by, scores in ((Ranking.IMAGE, by_image), (Ranking.CAPTION, best), (Ranking.FUSED, fused)):
            true = scores[owners[at]]
            text[by].append(np.inf if true == -np.inf else float((scores >= true - 1e-6).sum()))
    back = []
    for row in sorted(set(owners.tolist())):
        scores = captions @ images[row]
        order = sorted(range(len(scores)), key=lambda at: (-round(float(scores[at]), 6), owners[at] == row))
        back.append(1.0 + next(place for place, at in enumerate(order) if owners[at] == row))
    return text, back


@pytest.mark.parametrize("captions", [(0, 4), (1, 2), (5, 6)])
@pytest.mark.parametrize("block", [1 << 26, 700])
def test_evaluate_store__is_brute_force(captions: tuple[int, int], block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captions_module, "_BLOCK", block)
    store = memory_store.random(40, seed=3, captions=captions)
    # Captions near their picture, so that the ranks are spread and not all chance.
    near = store.caption_index.vectors() + store.image_index.vectors()[store.caption_image_rows]
    store.caption_index = VectorIndex.build(near / np.linalg.norm(near, axis=1, keepdims=True))
    text, back = brute_force_ranks(store)
    report = evaluation.evaluate_store(store)
    assert report.text_to_image == {by: evaluation.summary(np.array(ranks)) for by, ranks in text.items()}
    assert report.image_to_text == evaluation.summary(np.array(back))
    assert (report.images, report.captions) == (40, len(store.captions))
    if captions == (1, 2):  # a single caption that is left out leaves nothing to find the picture by
        assert report.text_to_image[Ranking.CAPTION] == evaluation.Recall(0, 0, 0, None, 0)


def test_evaluate_store__perfect_collection() -> None:
    store = memory_store.coloured(
        [(name, [f"a {name} thing", f"so {name}"]) for name in ("red", "green", "blue", "white")]
    )
    report = evaluation.evaluate_store(store)
    perfect = evaluation.Recall(100, 100, 100, 1, 100)
    assert list(report.text_to_image.values()) == [perfect] * 3
    assert report.image_to_text == perfect


def test_evaluate_store__ties_count_against() -> None:
    report = evaluation.evaluate_store(memory_store.coloured([("red", ["red"])] * 4))
    assert report.text_to_image[Ranking.IMAGE] == evaluation.Recall(0, 100, 100, 4, 25)
    assert report.image_to_text == evaluation.Recall(0, 100, 100, 4, 25)


@pytest.mark.parametrize("pictures", [0, 3])
def test_evaluate_store__without_captions(pictures: int) -> None:
    report = evaluation.evaluate_store(memory_store.random(pictures, captions=(0, 1)))
    assert report.captions == 0
    assert report.image_to_text == evaluation.Recall(0, 0, 0, None, 0)


def test_evaluate_store__reports_and_serialises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captions_module, "_BLOCK", 10)
    seen: list[progress.Progress] = []
    store = memory_store.random(5, captions=(2, 3))
    made = evaluation.evaluate_store(store, report=seen.append).to_dict()
    assert [at.done for at in seen] == list(range(1, 11))
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    assert set(made) == {"images", "captions", "text_to_image", "image_to_text", "protocol"}
    assert list(made["text_to_image"]) == ["image", "caption", "fused"]
    assert set(made["image_to_text"]) == {"R@1", "R@5", "R@10", "median_rank", "MRR"}


@pytest.mark.parametrize(
    ("ranks", "k", "expected"), [([1, 2, 11], 1, 1 / 3), ([1, 2, 11], 10, 2 / 3), ([], 10, 0), ([np.inf], 10, 0)]
)
def test_recall_at_k__share_within_k(ranks: list[float], k: int, expected: float) -> None:
    assert evaluation.recall_at_k(np.array(ranks, float), k) == pytest.approx(expected)


def test_true_ranks__nearly_equal_scores_are_ties() -> None:
    scores: NDArray[np.float32] = np.array([[0.5, 0.5 + 1e-8, 0.4], [0.1, 0.2, -np.inf]], np.float32)
    assert evaluation.true_ranks(scores, np.array([0, 2])).tolist() == [2, np.inf]


def test_evaluate_store__intervals_hold_their_figures_and_repeat() -> None:
    store = memory_store.random(30, seed=1, captions=(1, 6))
    plain = evaluation.evaluate_store(store)
    report = evaluation.evaluate_store(store, resamples=200, seed=7)
    assert plain.text_to_image[Ranking.IMAGE].intervals == {}
    for recall in (*report.text_to_image.values(), report.image_to_text):
        assert recall is not None
        figures = recall.to_dict()
        assert list(recall.intervals) == ["R@1", "R@5", "R@10", "MRR", "median_rank"]
        for name, ends in figures["intervals"].items():
            assert ends[0] <= figures[name] <= ends[1]
    assert report == evaluation.evaluate_store(store, resamples=200, seed=7)
    assert report != evaluation.evaluate_store(store, resamples=200, seed=8)
    assert json.loads(json.dumps(report.to_dict(), allow_nan=False)) == report.to_dict()
