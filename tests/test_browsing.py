from __future__ import annotations

import pytest

from core import browsing, facets
from core.browsing import Order
from core.records import Box
from tests import memory_store


@pytest.fixture(scope="module")
def columns() -> facets.Columns:
    """Four pictures that every order puts in another sequence."""
    made = [
        memory_store.record(3, ("a red bus",), file_name="c.jpg", width=10, height=10, boxes=(Box("bus", 0, 0, 1, 1),)),
        memory_store.record(1, ("sea", "the sea"), file_name="b.jpg", width=30, height=10),
        memory_store.record(4, (), file_name="d.jpg", width=20, height=20, boxes=(Box("bus", 0, 0, 1, 1),) * 2),
        memory_store.record(2, ("a very long sentence",) * 3, file_name="a.jpg", width=5, height=5),
    ]
    return facets.Columns.build(made)


def ids(listing: browsing.Listing) -> list[int]:
    return [record.image_id for record in listing.records]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.ID, [1, 2, 3, 4]),
        (Order.FILE, [2, 1, 3, 4]),
        (Order.OBJECTS, [4, 3, 1, 2]),
        (Order.CAPTIONS, [2, 1, 3, 4]),
        (Order.WORDS, [2, 3, 1, 4]),
        (Order.LARGEST, [4, 1, 3, 2]),
    ],
)
def test_browse__orders(columns: facets.Columns, order: Order, expected: list[int]) -> None:
    assert ids(browsing.browse(columns, order=order)) == expected
    assert ids(browsing.browse(columns, order=order, reverse=True)) == expected[::-1]


def test_browse__random_is_the_same_for_the_same_seed_and_stays_when_filtered() -> None:
    columns = facets.Columns.build(memory_store.random(100).records)
    shuffled = ids(browsing.browse(columns, order=Order.RANDOM, seed=3))
    assert sorted(shuffled) == ids(browsing.browse(columns))
    assert shuffled == ids(browsing.browse(columns, order=Order.RANDOM, seed=3))
    assert shuffled != ids(browsing.browse(columns, order=Order.RANDOM, seed=4))
    cats = ids(browsing.browse(columns, facets.parse("category:cat"), Order.RANDOM, 3))
    assert cats == [image_id for image_id in shuffled if image_id in set(cats)]


def test_browse__filters_and_counts(columns: facets.Columns) -> None:
    listing = browsing.browse(columns, facets.parse("objects>0 or sea"), Order.LARGEST)
    assert ids(listing) == [4, 1, 3]
    assert {one.facet.title for one in listing.counts} >= {"Objects", "Captions", "Orientation"}


def test_listing__pages() -> None:
    listing = browsing.browse(facets.Columns.build(memory_store.random(100).records))
    assert listing.pages == 3
    assert [len(listing.page(number)) for number in (1, 2, 3)] == [48, 48, 4]
    assert listing.page(0) == listing.page(1)
    assert listing.page(99) == listing.page(3)
    nothing = browsing.browse(facets.Columns.build(()))
    assert (nothing.pages, nothing.page(1)) == (1, ())
