from __future__ import annotations

import csv
import io

import pytest

from core import browsing
from core.browsing import Order
from core.search import Filters
from tests import memory_store


@pytest.fixture
def store() -> memory_store.MemoryStore:
    return memory_store.coloured(
        [("red", ("A red bus", "on the street")), ("blue", ("the sea",)), ("red", ("=a sunset",)), ("green", ())]
    )


def ids(listing: browsing.Listing) -> list[int]:
    return [record.image_id for record in listing.records]


def test_list_records__everything_by_id(store: memory_store.MemoryStore) -> None:
    assert ids(browsing.list_records(store)) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("RED", [1]),
        ("bus street", [1]),
        ("s", [1, 2, 3]),
        ("un", []),
        ("sun", [3]),
        ("(", []),
        ("=a", []),
        ("  ", [1, 2, 3, 4]),
    ],
)
def test_list_records__words_begin_words_of_the_captions(
    store: memory_store.MemoryStore, words: str, found: list[int]
) -> None:
    assert ids(browsing.list_records(store, words=words)) == found


def test_list_records__filters(store: memory_store.MemoryStore) -> None:
    assert ids(browsing.list_records(store, Filters(categories=frozenset({"red"})))) == [1, 3]
    assert ids(browsing.list_records(store, Filters(categories=frozenset({"red"})), words="sunset")) == [3]


def test_list_records__orders(store: memory_store.MemoryStore) -> None:
    assert ids(browsing.list_records(store, order=Order.FILE)) == [2, 4, 1, 3]
    shuffled = ids(browsing.list_records(store, order=Order.RANDOM, seed=3))
    assert sorted(shuffled) == [1, 2, 3, 4]
    assert shuffled == ids(browsing.list_records(store, order=Order.RANDOM, seed=3))


def test_listing__pages() -> None:
    listing = browsing.list_records(memory_store.random(100))
    assert listing.pages == 3
    assert [len(listing.page(number)) for number in (1, 2, 3)] == [48, 48, 4]
    assert listing.page(0) == listing.page(1)
    assert listing.page(99) == listing.page(3)
    assert browsing.Listing(()).pages == 1
    assert browsing.Listing(()).page(1) == ()


def test_to_csv__one_line_per_picture_and_no_formulas(store: memory_store.MemoryStore) -> None:
    rows = list(csv.DictReader(io.StringIO(browsing.to_csv(store.records))))
    assert [row["image_id"] for row in rows] == ["1", "2", "3", "4"]
    assert rows[0]["captions"] == "A red bus | on the street"
    assert rows[2]["captions"] == "'=a sunset"
