from __future__ import annotations

import math
from itertools import combinations

import pytest

from core import lift
from tests import memory_store


def test_category_lift__finds_what_the_hits_share() -> None:
    store = memory_store.coloured([("red", ())] * 5 + [("blue", ())] * 45)
    found = lift.category_lift(lift.count(store.records), [*store.records[:4], store.records[20]])
    assert [(one.name, one.hits, one.everywhere, round(one.lift, 3)) for one in found] == [("red", 4, 5, 8.0)]


def test_category_lift__nothing_stands_out() -> None:
    store = memory_store.coloured([("red", ()), ("blue", ())] * 10)
    whole = lift.count(store.records)
    assert lift.category_lift(whole, store.records[:10]) == ()
    assert lift.category_lift(whole, store.records) == ()
    assert lift.category_lift(whole, ()) == ()


def test_category_lift__one_picture_is_no_pattern() -> None:
    store = memory_store.coloured([("red", ())] + [("blue", ())] * 99)
    assert lift.category_lift(lift.count(store.records), store.records[:5]) == ()


def test_category_lift__chance_is_that_of_drawing_at_random() -> None:
    store = memory_store.coloured([("red", ())] * 6 + [("blue", ())] * 8)
    found = [*store.records[:5], store.records[10]]
    draws = [sum(row < 6 for row in drawn) for drawn in combinations(range(14), len(found))]
    assert len(draws) == math.comb(14, 6)
    as_many = sum(red >= 5 for red in draws) / len(draws)
    whole = lift.count(store.records)
    assert lift.category_lift(whole, found) == ()  # one draw in 62, two colours looked at: above 0.01
    told = lift.category_lift(whole, store.records[:6])
    assert [one.name for one in told] == ["red"]
    assert told[0].chance == pytest.approx(1 / math.comb(14, 6))  # only red was looked at
    assert 2 * as_many > 0.01


def test_category_lift__many_names_need_more_to_be_clear() -> None:
    rare = [memory_store.record(number, categories=(f"thing {number // 2}",)) for number in range(400)]
    whole = lift.count(rare)
    found = [rare[0], rare[1], *rare[10:50:2]]
    assert lift.category_lift(whole, found) == ()  # two of two, by chance 1 in 345, but 21 names were looked at


def test_word_lift__words_of_captions_once_a_picture_without_the_querys_own() -> None:
    entries = [("red", ("A boat on the lake", "the Boat, the boat's sail"))] * 6
    entries += [("blue", ("the sky over a house", "a house on the hill"))] * 60
    store = memory_store.coloured(entries)
    whole = lift.count(store.records)
    assert whole.words["boat"] == 6
    assert {"the", "a", "on", "over"}.isdisjoint(whole.words)
    found = lift.word_lift(whole, store.records[:6])
    assert {one.name for one in found} == {"boat", "boat's", "lake", "sail"}
    assert {one.hits for one in found} == {6}
    left = lift.word_lift(whole, store.records[:6], most=2, without=("BOAT", "lake"))
    assert {one.name for one in left} == {"boat's", "sail"}


def test_words_of__any_alphabet_without_figures() -> None:
    assert lift.words_of("Ein Straßenbahn-Zug, 3 dogs & «été»!") == {"ein", "strassenbahn-zug", "dogs", "été"}
