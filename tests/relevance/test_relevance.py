"""Fitting, probabilities and cuts, on collections whose matches are known."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from core import relevance
from core.relevance import Material, asked
from core.relevance.values import features

THINGS = ("dog", "cat", "bus", "sea", "kite", "tree", "boat", "cow")
DIM = 24


def vectors_of(texts: list[str], noise: float, seed: int) -> NDArray[np.float32]:
    """Each thing named is an axis; the rest is noise."""
    chance = np.random.default_rng(seed)
    rows = noise * chance.normal(size=(len(texts), DIM))
    for at, text in enumerate(texts):
        for word in text.split():
            rows[at, THINGS.index(word) if word in THINGS else len(THINGS) + len(word)] += 1
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def material(pictures: int = 240, seed: int = 0, captions: int = 4) -> tuple[Material, list[set[str]]]:
    """Pictures of one or two things, with captions that name them."""
    chance = np.random.default_rng(seed)
    shown = [set(chance.choice(THINGS, chance.integers(1, 3), replace=False).tolist()) for _ in range(pictures)]
    texts = [
        " ".join([*sorted(things), str(chance.choice(["runs", "old", "near", "bright"]))])
        for things in shown
        for _ in range(captions)
    ]
    images = vectors_of([" ".join(sorted(things)) for things in shown], 0.15, seed + 1)
    owners = np.repeat(np.arange(pictures), captions)
    return Material(images, vectors_of(texts, 0.15, seed + 2), texts, owners, pictures), shown


def encode(texts: list[str]) -> NDArray[np.float32]:
    return vectors_of(list(texts), 0.0, 0)


def test_fit__separates_what_shows_a_thing_from_what_does_not() -> None:
    seen, _ = material(seed=0)
    fitted = relevance.fit(seen, encode)
    assert fitted is not None
    assert set(fitted.lines) == {"image", "caption", "fused"}
    unseen, shown = material(seed=50)
    assert unseen.images is not None
    said, matched = [], []
    for thing in THINGS:
        found = relevance.estimate(unseen.images @ encode([thing])[0], fitted.lines["image"], 1)
        assert found is not None
        assert found.fitted
        said.append(found.probabilities)
        matched.append(np.array([thing in things for things in shown]))
        right = matched[-1]
        taken = np.argsort(-found.probabilities)[: relevance.place(found.probabilities)]
        assert 2 * right[taken].sum() / (len(taken) + right.sum()) > 0.8
    assert np.concatenate(said).mean() == pytest.approx(np.concatenate(matched).mean(), abs=0.05)


def test_fit__is_the_same_for_the_same_captions_and_survives_the_file() -> None:
    seen, _ = material()
    fitted, again = relevance.fit(seen, encode), relevance.fit(seen, encode)
    assert fitted is not None
    assert again is not None
    data = relevance.to_bytes(fitted)
    assert data == relevance.to_bytes(again)
    read = relevance.from_bytes(data)
    assert read is not None
    assert relevance.to_bytes(read) == data
    assert read.fusion.image + read.fusion.caption + read.fusion.words == pytest.approx(1, abs=1e-5)


def test_fit__weights_follow_the_side_that_finds_the_own_picture() -> None:
    # Every picture has a place of its own that its captions know: captions or pictures tell them apart, words do not.
    chance = np.random.default_rng(5)
    pictures, captions = 200, 4
    places = chance.normal(size=(pictures, DIM))

    def near(noise: float, times: int) -> NDArray[np.float32]:
        rows = np.repeat(places, times, axis=0) + noise * chance.normal(size=(pictures * times, DIM))
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    texts, owners = ["the dog runs"] * (pictures * captions), np.repeat(np.arange(pictures), captions)
    by_captions = relevance.fit(Material(near(50.0, 1), near(0.8, captions), texts, owners, pictures))
    by_pictures = relevance.fit(Material(near(0.1, 1), near(2.0, captions), texts, owners, pictures))
    assert by_captions is not None
    assert by_pictures is not None
    assert by_captions.fusion.caption > 0.8
    assert by_pictures.fusion.image > 0.8


def test_by_phrases__match_where_told_captions_name_every_thing() -> None:
    shown = list(itertools.product(("dog", "cat", "cow", "bus"), ("sea", "tree", "boat", "kite"))) * 20
    # Colours are no things here: one caption says one, the other does not.
    colours = ("red", "blue", "pink", "teal", "gold", "grey", "lime", "navy")
    texts = [
        text
        for at, (a, b) in enumerate(shown)
        for text in (f"some {colours[at % 8]} {a} is at a {b}", f"some {a} is at a {b}")
    ]
    owners = np.repeat(np.arange(len(shown)), 2)
    images = vectors_of([f"{a} {b}" for a, b in shown], 0.1, 1)
    seen = Material(images, vectors_of(texts, 0.1, 2), texts, owners, len(shown))
    read: list[str] = []

    def encode_and_note(asked_texts: Sequence[str]) -> NDArray[np.float32]:
        read.extend(asked_texts)
        return encode(list(asked_texts))

    found = list(asked.by_phrases(seen, 100, encode_and_note))
    assert sorted(read) == sorted(f"{a} is at a {b}" for a, b in set(shown))
    for text, one in zip(read, found, strict=True):
        first, *_, second = text.split()
        assert int(one.matches.sum()) == 20
        assert np.average(one.sides[one.matches], axis=0)[2] > np.average(one.sides[~one.matches], axis=0)[2]
        assert one.words == 5
        assert (first, second) in shown


def test_fit__no_side_is_left_out_and_words_decide_where_sentences_do_not() -> None:
    seen, _ = material()
    with_words, without = relevance.fit(seen, encode), relevance.fit(seen)
    assert with_words is not None
    assert without is not None
    assert with_words.queries > without.queries
    for fusion in (with_words.fusion, without.fusion):
        assert min(fusion.image, fusion.caption, fusion.words) >= 1 / 14 - 1e-9
    # Captions that name the same things find each other's pictures alike, however their sides are weighed.
    assert with_words.fusion.words >= without.fusion.words


def test_fit__too_little_to_learn_from() -> None:
    assert relevance.fit(material(pictures=30)[0], encode) is None
    assert relevance.fit(material(captions=1)[0], encode) is None


def test_fit__captions_of_another_model_have_their_own_ranking_only() -> None:
    seen, _ = material()
    fitted = relevance.fit(Material(None, seen.captions, seen.texts, seen.owners, seen.pictures), encode)
    assert fitted is not None
    assert (set(fitted.lines), fitted.fusion) == ({"caption"}, relevance.FALLBACK)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"version": 1}',
        b'{"version": 1, "queries": 1, "fusion": [1, 0], "lines": {}}',
        b'{"version": 1, "queries": 1, "fusion": [2, -1, 0], "lines": {}}',
        b'{"version": 1, "queries": 1, "fusion": [1, 0, 0], "lines": {"image": [1, 2]}}',
        b'{"version": 1, "queries": 1, "fusion": [NaN, 0, 0], "lines": {}}',
    ],
)
def test_from_bytes__refuses_what_is_no_fit(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        relevance.from_bytes(data)


def test_from_bytes__another_version_is_done_without() -> None:
    assert relevance.from_bytes(b'{"version": 2}') is None


def test_line__is_its_features_and_never_falls() -> None:
    chance = np.random.default_rng(0)
    scores = np.sort(chance.normal(0.2, 0.1, 50))
    for weights in (chance.normal(size=8), np.array([0, -3.0, -1, 0, 0, 0, 0, 0])):
        line = relevance.Line(tuple(weights))
        odds = line.log_odds(scores, 0.2, 0.1, 4)
        assert (np.diff(odds) >= 0).all()
        plain = weights[0] + features(scores, 0.2, 0.1, 4) @ weights[1:]
        if plain[-1] > plain[0]:
            assert odds == pytest.approx(plain)


def test_estimate__without_a_fit_finds_what_stands_out() -> None:
    chance = np.random.default_rng(0)
    scores = chance.normal(0.2, 0.02, 2000).astype(np.float32)
    scores[:5] = 0.5
    found = relevance.estimate(scores, None, 3)
    assert found is not None
    assert not found.fitted
    assert (found.probabilities[:5] > 0.99).all()
    assert relevance.place(found.probabilities) in range(5, 9)
    order = np.argsort(-scores)
    assert (np.diff(found.probabilities[order]) <= 0).all()
    assert relevance.estimate(scores[:10], None, 3) is None
    assert relevance.estimate(np.full(100, 0.3, np.float32), None, 3) is None


def test_estimate__without_a_fit_a_collection_full_of_it_is_not_said_to_lack_it() -> None:
    rng = np.random.default_rng(4)
    scores = np.concatenate([rng.normal(0.8, 0.05, 300), rng.normal(0.2, 0.05, 700)]).astype(np.float32)
    assert relevance.estimate(scores, None, 3) is None


def test_estimate__what_has_no_score_has_no_chance() -> None:
    scores = np.full(60, -np.inf, np.float32)
    scores[:40] = np.linspace(0, 1, 40)
    found = relevance.estimate(scores, relevance.Line((-1.0, 1, 1, 0, 0, 0, 0, 0)), 1)
    assert found is not None
    assert (found.probabilities[40:] == 0).all()
    assert (found.probabilities[:40] > 0).all()


def test_place__takes_what_raises_the_promised_f1() -> None:
    assert relevance.place(np.array([0.1, 0.95, 0.02, 0.9, 0.01])) == 2
    assert relevance.place(np.array([0.05] * 5)) == 0
    assert relevance.place(np.array([])) == 0
    assert relevance.place(np.ones(7)) == 7


@pytest.mark.parametrize(
    ("probability", "word"), [(1, "very likely"), (0.5, "likely"), (0.2, "possible"), (0, "unlikely")]
)
def test_band__in_words(probability: float, word: str) -> None:
    assert relevance.band(probability) == word


def test_fuse__pictures_without_captions_get_the_mean() -> None:
    images = np.array([0.1, 0.2, 0.3], np.float32)
    captions = np.array([0.4, -np.inf, 0.6], np.float32)
    words = np.array([0.5, 0, 0], np.float32)
    weights = relevance.Fusion(0.25, 0.5, 0.25)
    found = relevance.fuse(images, captions, words, weights)
    assert found == pytest.approx(np.array([[0.025, 0.2, 0.125], [0.05, 0.25, 0], [0.075, 0.3, 0]]))
    assert relevance.fuse(images, captions, None, weights) == pytest.approx(
        np.array([[0.1 / 3, 0.4 * 2 / 3], [0.2 / 3, 0.5 * 2 / 3], [0.1, 0.4]])
    )
