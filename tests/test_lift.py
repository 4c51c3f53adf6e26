from __future__ import annotations

from core import lift
from tests import memory_store


def test_category_lift__finds_what_the_hits_share() -> None:
    store = memory_store.coloured([("red", ())] * 5 + [("blue", ())] * 45)
    found = lift.category_lift(store, [*store.records[:4], store.records[20]])
    assert [(entry.category, entry.hits, round(entry.lift, 3)) for entry in found] == [("red", 4, 8.0)]


def test_category_lift__nothing_stands_out() -> None:
    store = memory_store.coloured([("red", ()), ("blue", ())] * 10)
    assert lift.category_lift(store, store.records[:10]) == ()
    assert lift.category_lift(store, store.records) == ()
    assert lift.category_lift(store, ()) == ()


def test_category_lift__one_picture_is_no_pattern() -> None:
    store = memory_store.coloured([("red", ())] + [("blue", ())] * 99)
    assert lift.category_lift(store, store.records[:5]) == ()
