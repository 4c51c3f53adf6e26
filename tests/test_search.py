"""Rankings against a few lines of numpy, filters, matched captions and the forms of a result."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from core import errors, search
from core.index import VectorIndex
from core.query import Handed, Query, Term, parse
from core.search import Filters, Ranking
from tests import colour_encoder, memory_store

SHOP = [
    ("red", ["a red bus", "something blue"]),
    ("green", ["a green field"]),
    ("blue", ["the blue sea", "deep  blue\n water"]),
    ("white", []),
    ("yellow", ["a red and green sign"]),
]


def query(text: str) -> NDArray[np.float32]:
    return colour_encoder.ColourEncoder().encode_texts([text])[0]


def ids(hits: tuple[search.SearchHit, ...]) -> list[int]:
    return [hit.record.image_id for hit in hits]


def brute_force(
    store: memory_store.MemoryStore,
    vector: NDArray[np.float32],
    by: Ranking,
    filters: Filters,
    exclude: tuple[int, ...],
) -> list[tuple[float, int]]:
    """(score, image id), best first: the plain reading of the definition."""
    images = store.image_index.vectors() @ vector
    cosines = store.caption_index.vectors() @ vector
    best = [
        max((float(cosines[at]) for at in np.flatnonzero(store.caption_image_rows == row)), default=-np.inf)
        for row in range(len(store.records))
    ]
    known = np.mean([score for score in best if score > -np.inf]) if len(cosines) else 0
    scored = []
    for row, record in enumerate(store.records):
        weight = search.FUSED_IMAGE_WEIGHT
        caption = known if best[row] == -np.inf else best[row]
        score = {
            Ranking.IMAGE: images[row],
            Ranking.CAPTION: best[row],
            Ranking.FUSED: weight * images[row] + (1 - weight) * caption,
        }[by]
        if filters.pass_record(record) and record.image_id not in exclude and score > -np.inf:
            scored.append((float(score), record.image_id))
    return sorted(scored, key=lambda entry: (-entry[0], entry[1]))


@pytest.mark.parametrize("by", search.TEXT_RANKINGS)
@pytest.mark.parametrize("k", [1, 7, 500])
@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(categories=frozenset({"cat", "bus"})),
        Filters(file_contains="PART1/"),
        Filters(licenses=frozenset({2})),
        Filters(frozenset({"dog"}), "part0", frozenset({1, 3})),
    ],
)
def test_rank_images__is_brute_force(by: Ranking, k: int, filters: Filters) -> None:
    store = memory_store.random(120)
    for seed in range(3):
        vector = memory_store.unit(np.random.default_rng(seed), 1, 8)[0]
        for exclude in ((), (1 + 3 * seed,), (1, 1, 4 + 3 * seed)):
            expected = brute_force(store, vector, by, filters, exclude)[:k]
            hits = search.rank_images(store, vector, k=k, by=by, filters=filters, exclude=exclude)
            assert ids(hits) == [image_id for _, image_id in expected]
            assert [hit.score for hit in hits] == pytest.approx([score for score, _ in expected], abs=1e-6)
            assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
            assert all(sum(part.share for part in hit.parts) == pytest.approx(hit.score, abs=1e-6) for hit in hits)


def test_rank_images__red_finds_the_red_picture() -> None:
    store = memory_store.coloured(SHOP)
    for by in search.TEXT_RANKINGS:
        assert search.rank_images(store, query("red"), k=1, by=by)[0].record.file_name == "red/1.jpg"


def test_rank_images__captions_find_what_the_picture_does_not_show() -> None:
    hits = search.rank_images(memory_store.coloured(SHOP), query("blue"), k=2, by=Ranking.CAPTION)
    assert sorted(ids(hits)) == [1, 3]
    assert {hit.record.image_id: hit.caption for hit in hits} == {1: "something blue", 3: "the blue sea"}


def test_rank_images__each_picture_once_though_many_captions_fit() -> None:
    store = memory_store.coloured([("red", ["red"] * 6), ("blue", ["red"]), ("green", ["green"])])
    assert ids(search.rank_images(store, query("red"), k=2, by=Ranking.CAPTION)) == [1, 2]


def test_rank_images__beside_an_image_score_stands_the_nearest_caption() -> None:
    hits = search.rank_images(memory_store.coloured(SHOP), query("red"), k=5)
    assert {hit.record.image_id: hit.caption for hit in hits} == {
        1: "a red bus",
        2: "a green field",
        3: "the blue sea",
        4: None,
        5: "a red and green sign",
    }


def test_rank_images__without_caption_vectors_the_first_caption_is_shown() -> None:
    store = memory_store.coloured(SHOP)
    store.caption_index = VectorIndex.build(store.caption_index.vectors()[:0])
    assert search.rank_images(store, query("blue"), k=1)[0].caption == "the blue sea"
    assert search.rank_images(store, query("blue"), k=3, by=Ranking.CAPTION) == ()
    assert ids(search.rank_images(store, query("blue"), k=1, by=Ranking.FUSED)) == [3]


def test_rank_images__pictures_without_captions_are_neither_helped_nor_buried() -> None:
    store = memory_store.coloured([("red", []), ("orange", ["orange"]), ("blue", ["blue"])])
    assert ids(search.rank_images(store, query("red"), k=3, by=Ranking.FUSED)) == [2, 1, 3]


def test_rank_images__says_which_side_found_it() -> None:
    store = memory_store.coloured([("red", ["red"]), ("red", ["blue"]), ("blue", ["red"]), ("blue", ["blue"])])
    hits = search.rank_images(store, query("red"), k=2, by=Ranking.FUSED)
    assert (hits[0].record.image_id, hits[0].found_by) == (1, "both")
    assert {hit.found_by for hit in search.rank_images(store, query("red"), k=2)} == {"image"}
    assert {hit.found_by for hit in search.rank_images(store, query("red"), k=2, by=Ranking.CAPTION)} == {"caption"}
    assert hits[1].found_by in ("image", "caption")


def test_rank_images__equal_scores_come_in_row_order() -> None:
    store = memory_store.coloured([("blue", ["blue"]), *[("red", ["red"])] * 9])
    for by in (Ranking.CAPTION, Ranking.FUSED):
        assert ids(search.rank_images(store, query("red"), k=4, by=by)) == [2, 3, 4, 5]


@pytest.mark.parametrize("by", search.TEXT_RANKINGS)
@pytest.mark.parametrize("k", [-3, 0, 1])
def test_rank_images__k_is_clamped_from_below(by: Ranking, k: int) -> None:
    assert len(search.rank_images(memory_store.coloured(SHOP), query("red"), k=k, by=by)) == 1


@pytest.mark.parametrize("by", search.TEXT_RANKINGS)
def test_rank_images__empty_store_and_filters_that_let_nothing_through(by: Ranking) -> None:
    assert search.rank_images(memory_store.random(0), np.eye(8, dtype=np.float32)[0], k=5, by=by) == ()
    nothing = Filters(categories=frozenset({"zebra"}))
    assert search.rank_images(memory_store.coloured(SHOP), query("red"), k=5, by=by, filters=nothing) == ()


@pytest.mark.parametrize("by", search.TEXT_RANKINGS)
@pytest.mark.parametrize("vector", [np.zeros(3, np.float32), np.full(4, np.nan, np.float32)])
def test_rank_images__a_foreign_vector_is_refused(by: Ranking, vector: NDArray[np.float32]) -> None:
    with pytest.raises(errors.QueryError, match=r"width 4|NaN"):
        search.rank_images(memory_store.coloured(SHOP), vector, k=1, by=by)


def test_rank_captions__is_brute_force_within_filters() -> None:
    store = memory_store.random(60)
    vector = store.image_index.vectors()[4]
    filters = Filters(categories=frozenset({"sea"}))
    cosines = store.caption_index.vectors() @ vector
    allowed = [at for at, row in enumerate(store.caption_image_rows) if "sea" in store.records[row].categories]
    expected = sorted(allowed, key=lambda at: -cosines[at])[:9]
    hits = search.rank_captions(store, vector, k=9, filters=filters)
    assert [hit.caption.caption_id for hit in hits] == [store.captions[at].caption_id for at in expected]
    assert [hit.score for hit in hits] == pytest.approx(cosines[expected].tolist())
    assert all(hit.caption in hit.record.captions for hit in hits)
    assert [hit.rank for hit in hits] == list(range(1, 10))
    assert len(search.rank_captions(store, vector, k=10_000)) == len(store.captions)
    assert search.rank_captions(memory_store.random(3, captions=(0, 1)), vector, k=4) == ()


def result(**changes: object) -> search.SearchResult:
    store = memory_store.coloured(SHOP)
    values: dict[str, object] = {
        "hits": search.rank_images(store, query("red"), k=2),
        "query": "red",
        "by": Ranking.IMAGE,
        "k": 2,
        "collection": "shop",
        "model": "mean-colour",
        "index_kind": "exact",
        "encode_seconds": 0.0123,
        "search_seconds": 0.0004,
        "matching": 5,
    }
    return search.SearchResult(**(values | changes))  # type: ignore[arg-type]


def test_search_result__is_a_sequence() -> None:
    found = result()
    assert len(found) == 2
    assert [hit.rank for hit in found] == [1, 2]
    assert found[0].record.image_id == 1
    assert found[:1] == found.hits[:1]


def test_search_result__to_dict_is_the_json_object() -> None:
    made = result().to_dict()
    assert made["query"] == "red"
    assert (made["encode_ms"], made["search_ms"]) == (12.3, 0.4)
    assert made["hits"][0] == {
        "rank": 1,
        "score": pytest.approx(1.0, abs=1e-3),
        "image_id": 1,
        "file_name": "red/1.jpg",
        "caption": "a red bus",
        "captions": ["a red bus", "something blue"],
        "categories": ["red"],
        "found_by": "image",
        "probability": None,
        "band": None,
        "things": [],
        "parts": [{"term": 0, "side": "image", "share": pytest.approx(1.0, abs=1e-3)}],
    }
    assert made["typed"] is None
    asked = parse("2*red - blue")
    assert result(asked=asked).to_dict()["typed"] == "2*red - blue"
    assert result(asked=Query((Term(Handed(b"")),))).to_dict()["typed"] is None


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =cmd|' /C calc'!A0"])
def test_search_result__to_csv_defuses_formulas(text: str) -> None:
    entry = memory_store.record(7, [text], file_name=text.strip() + ".jpg")
    found = result(hits=(search.SearchHit(1, 0.5, entry, text, "image"),))
    header, cells = csv.reader(io.StringIO(found.to_csv()))
    line = dict(zip(header, cells, strict=True))
    assert line["caption"] == f"'{text}"
    assert line["file_name"].startswith("'")
    assert line["captions"].startswith("'")
    assert (line["rank"], line["score"], line["image_id"]) == ("1", "0.5", "7")


@pytest.mark.parametrize("by", search.TEXT_RANKINGS)
def test_rank_images__terms_divide_every_score(by: Ranking) -> None:
    store = memory_store.random(200, dim=32)
    assert any(not record.captions for record in store.records)
    for seed in range(5):
        chance = np.random.default_rng(seed)
        weights = chance.uniform(-2, 2, 4)
        vectors = memory_store.unit(chance, 4, 32)
        asked = search.compose(vectors, weights)  # type: ignore[arg-type]
        hits = search.rank_images(store, asked.vector, k=200, by=by, terms=asked.terms)
        assert hits == tuple(
            replace(whole, parts=hit.parts)
            for whole, hit in zip(search.rank_images(store, asked.vector, k=200, by=by), hits, strict=True)
        )
        for hit in hits:
            assert sum(part.share for part in hit.parts) == pytest.approx(hit.score, abs=1e-6)
            assert [part.term for part in hit.parts if part.side == hit.parts[0].side] == [0, 1, 2, 3]
        length = np.linalg.norm(weights @ vectors)
        row = store.row_of(hits[0].record.image_id)
        cosines = store.caption_index.scores(asked.vector)
        best = max(np.flatnonzero(store.caption_image_rows == row), default=None, key=cosines.item)
        sides = {
            "image": store.image_index.vectors()[row],
            "caption": None if best is None else store.caption_index.vectors()[best],
        }
        factors = {"image": 0.2, "caption": 0.8} if by is Ranking.FUSED else {"image": 1.0, "caption": 1.0}
        for part in hits[0].parts:
            against = sides[part.side]
            if against is not None:
                expected = factors[part.side] * weights[part.term] * vectors[part.term] @ against / length
                assert part.share == pytest.approx(expected, abs=1e-6)


def test_rank_images__terms_where_nothing_has_captions() -> None:
    store = memory_store.random(20, captions=(0, 1))
    asked = search.compose(memory_store.unit(np.random.default_rng(1), 2, 8), [1, -0.5])
    for hit in search.rank_images(store, asked.vector, k=9, by=Ranking.FUSED, terms=asked.terms):
        assert sum(part.share for part in hit.parts) == pytest.approx(hit.score, abs=1e-6)
    assert search.rank_images(store, asked.vector, k=9, by=Ranking.CAPTION, terms=asked.terms) == ()


def test_compose__one_term_keeps_its_own_vector() -> None:
    vectors = memory_store.unit(np.random.default_rng(0), 1, 8)
    for weight in (1, 0.5, 7):
        assert (search.compose(vectors, [weight]).vector == vectors[0]).all()
        assert (search.compose(vectors, [-weight]).vector == -vectors[0]).all()


def test_compose__the_direction_of_the_weighted_sum() -> None:
    vectors = memory_store.unit(np.random.default_rng(0), 3, 8)
    asked = search.compose(vectors, [2, -1, 0.5])
    total = 2 * vectors[0] - vectors[1] + 0.5 * vectors[2]
    np.testing.assert_allclose(asked.vector, total / np.linalg.norm(total), atol=1e-6)
    np.testing.assert_allclose(asked.terms.sum(axis=0), asked.vector, atol=1e-7)
    np.testing.assert_allclose(asked.vector, search.compose(vectors, [20, -10, 5]).vector, atol=1e-7)
    with pytest.raises(errors.QueryError, match="cancel each other out"):
        search.compose(np.stack([vectors[0], vectors[0]]), [3, -3])
