"""Pictures compared by the things that they show: names, scores against a few lines of numpy, and the reason."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from core import errors, scenes, search
from core.index import VectorIndex
from core.records import Category
from core.search import Ranking, SearchHit
from core.search.things import Things, ThingsAsked, shown, vocabulary
from tests import memory_store

# Axes of a small world: how a picture is made, then what it shows.
PHOTO, DRAWING, DOG, CAT = np.eye(4, dtype=np.float32)
SCALE = 20.0


def unit(row: NDArray[np.float32]) -> NDArray[np.float32]:
    return (row / np.linalg.norm(row)).astype(np.float32)


class Reader:
    """A model that knows two names; all others are neither."""

    scale = SCALE

    def encode_texts(self, texts: list[str]) -> NDArray[np.float32]:
        named = {"dog": DOG, "cat": CAT}
        return np.stack([unit(named.get(text.rpartition(" ")[2], -DOG - CAT)) for text in texts])


def world() -> tuple[memory_store.MemoryStore, search.Things]:
    """A photo of a dog, a drawing of a dog and one of a cat, whose names are "dog" and "cat" and the everyday ones."""
    made = (PHOTO + 0.6 * DOG, DRAWING + 0.6 * DOG, DRAWING + 0.6 * CAT)
    records = [memory_store.record(turn, categories=(name,)) for turn, name in enumerate(("dog", "dog", "cat"), 1)]
    store = memory_store.of_vectors(records, np.stack([unit(row) for row in made]), np.zeros((0, 4), np.float32))
    store = replace(store, categories=(Category(1, "cat"), Category(2, "dog")))

    return store, search.name_things(store, Reader())  # type: ignore[arg-type]


def ranked(asked: list[NDArray[np.float32]], weights: list[float]) -> tuple[SearchHit, ...]:
    store, among = world()
    vectors = np.stack(asked)
    composed = search.compose(vectors, weights)
    return search.rank(
        store,  # type: ignore[arg-type]
        composed.vector,
        k=3,
        by=Ranking.THINGS,
        terms=composed.terms,
        asked=search.ask_things(among, vectors, weights),
    ).hits


def test_rank__a_photo_finds_the_drawing_of_what_it_shows() -> None:
    photo_of_a_cat = unit(PHOTO + 0.6 * CAT)
    store, _ = world()
    by_image = search.rank_images(store, photo_of_a_cat, k=3)  # type: ignore[arg-type]
    assert [hit.record.image_id for hit in by_image] == [1, 3, 2]  # another photo, though it is of a dog
    hits = ranked([photo_of_a_cat], [1])
    assert hits[0].record.image_id == 3
    assert hits[0].things == ("cat",)
    assert "cat" not in hits[1].things + hits[2].things


def test_rank__scores_are_the_mean_of_cosine_and_bhattacharyya_coefficient() -> None:
    store, among = world()
    asked = unit(PHOTO + 0.2 * CAT + 0.1 * DOG)
    pictures = store.image_index.vectors()

    def likely(row: NDArray[np.float32]) -> NDArray[np.float64]:
        powers = np.exp(SCALE * (among.texts @ row).astype(np.float64))
        return powers / powers.sum()

    for hit in ranked([asked], [1]):
        row = store.row_of(hit.record.image_id)
        coefficient = np.sqrt(likely(asked) * likely(pictures[row])).sum()
        assert hit.score == pytest.approx((asked @ pictures[row] + coefficient) / 2, abs=1e-3)  # float16 vectors
        assert {part.side: part.share for part in hit.parts} == {
            "image": pytest.approx(asked @ pictures[row] / 2, abs=1e-3),
            "things": pytest.approx(coefficient / 2, abs=1e-3),
        }


def test_rank__shares_of_several_terms_add_up_to_the_score() -> None:
    for hit in ranked([unit(PHOTO + 0.6 * CAT), unit(DRAWING + DOG), unit(DOG)], [2, 1, -0.5]):
        assert sum(part.share for part in hit.parts) == pytest.approx(hit.score, abs=1e-6)
        assert [(part.term, part.side) for part in hit.parts] == [
            (term, side) for term in range(3) for side in ("image", "things")
        ]


def test_rank__needs_the_things_and_no_other_ranking_takes_them() -> None:
    store, among = world()
    asked = search.ask_things(among, DOG[None], [1])
    for by, things in ((Ranking.THINGS, None), (Ranking.IMAGE, asked)):
        with pytest.raises(errors.QueryError, match="ranking by things"):
            search.rank(store, DOG, k=1, by=by, asked=things)  # type: ignore[arg-type]


def test_rank__nothing_to_find_and_k_out_of_range() -> None:
    nobody = memory_store.of_vectors([], np.zeros((0, 4), np.float32), np.zeros((0, 4), np.float32))
    store, among = world()
    for one, known, k, allowed, count in (
        (nobody, search.name_things(nobody, Reader()), 5, None, 0),  # type: ignore[arg-type]
        (store, among, 5, np.zeros(0, np.int64), 0),
        (store, among, -1, None, 1),
        (store, among, 500, None, 3),
    ):
        asked = search.ask_things(known, DOG[None], [1])
        found = search.rank(one, DOG, k=k, by=Ranking.THINGS, allowed=allowed, asked=asked)  # type: ignore[arg-type]
        assert len(found.hits) == count


def test_shared__a_name_is_said_of_both_where_both_are_likely_to_show_it() -> None:
    painted_rainbow, kite, both = (np.sqrt(np.float32(likely)) for likely in ([0.95, 0.05], [0.02, 0.98], [0.4, 0.6]))
    index = VectorIndex.build(np.stack([kite, both]))
    among = Things(("rainbow", "kite"), np.eye(2, dtype=np.float32), SCALE, index)
    asked = ThingsAsked(among, search.compose(painted_rainbow[None], [1]))
    assert asked.shared(0) == ()  # the query's certainty alone would make it a tenth of the coefficient
    assert asked.shared(1) == ("rainbow",)


def test_shown__rows_have_length_one_however_far_apart_the_scores() -> None:
    texts = memory_store.unit(np.random.default_rng(0), 7, 5)
    for scale in (0.0, 1.0, 1e4):
        found = shown(memory_store.unit(np.random.default_rng(1), 9, 5), texts, scale)
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    assert shown(np.zeros((0, 5), np.float32), texts, 1.0).shape == (0, 7)


def test_vocabulary__own_categories_first_the_commonest_of_them_then_everyday_things_each_once() -> None:
    records = [memory_store.record(1, categories=("joshua_tree",)), memory_store.record(2, categories=("Dog", "rare"))]
    records += [memory_store.record(turn, categories=("joshua_tree", "Dog")) for turn in (3, 4)]
    records += [memory_store.record(5, categories=("Dog",))]
    store = replace(
        memory_store.of_vectors(records, np.eye(5, dtype=np.float32), np.zeros((0, 5), np.float32)),
        categories=tuple(Category(turn, name) for turn, name in enumerate(("rare", "joshua_tree", "Dog"))),
    )
    names = vocabulary(store)  # type: ignore[arg-type]
    assert names[:3] == ("Dog", "joshua tree", "rare")
    assert len({name.casefold() for name in names}) == len(names)
    assert {entry.name.partition(" (")[0] for entry in scenes.categories()} - {"dog"} <= set(names)
