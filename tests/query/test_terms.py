"""The values a query is made of, and what they refuse."""

import pickle

import pytest
from PIL import Image

from core.errors import QueryError
from core.query import MAX_TERMS, Crop, File, Handed, Known, Query, Term, Text


@pytest.mark.parametrize("weight", [0, -0.0, float("inf"), float("nan"), 1e-9, 1e9, -1e9])
def test_term__a_weight_outside_its_bounds_is_refused(weight: float) -> None:
    with pytest.raises(QueryError, match=r"between 0\.001 and 1000"):
        Term(Text("dog"), weight)


@pytest.mark.parametrize(
    "box",
    [(0, 0, 0, 1), (0, 0, 1, 0), (-0.1, 0, 1, 1), (0.6, 0, 0.5, 1), (0, 0.6, 1, 0.5), (0, 0, float("nan"), 1)],
)
def test_crop__boxes_that_are_no_part_of_the_picture(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(QueryError, match="no part of the picture"):
        Crop(*box)


def test_crop__rounding_at_the_edge_is_forgiven() -> None:
    assert 0.7 + 0.1 + 0.2 > 0.99
    assert Crop(0.9, 0.3, 0.1 + 1e-12, 0.7).left == 0.9


def test_term__a_text_has_no_crop() -> None:
    with pytest.raises(QueryError, match="no part to crop"):
        Term(Text("dog"), 1, Crop(0, 0, 1, 1))


@pytest.mark.parametrize("make", [lambda: Text(" \n"), lambda: File(" "), lambda: Query(())])
def test_query__nothing_is_refused(make: object) -> None:
    with pytest.raises(QueryError):
        make()  # type: ignore[operator]


def test_query__so_many_terms_and_no_more() -> None:
    terms = [Term(Known(number)) for number in range(MAX_TERMS + 1)]
    assert len(Query(terms[:-1]).terms) == MAX_TERMS  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="17 terms; at most 16"):
        Query(tuple(terms))


def test_query__says_what_is_in_it() -> None:
    asked = Query((Term(Text("dog")), Term(Known(3), -1), Term(File("a.jpg")), Term(Known(1))))
    assert (asked.texts, asked.known_ids, asked.has_pictures, asked.linkable) == (("dog",), (3, 1), True, True)
    assert not Query((Term(Text("dog")),)).has_pictures
    assert not Query((Term(Text("dog")), Term(Handed(b"bytes")))).linkable


@pytest.mark.parametrize("picture", [b"bytes", Image.new("RGB", (2, 2))])
def test_query__is_a_value(picture: object) -> None:
    asked = Query((Term(Handed(picture, "mine"), 2, Crop(0, 0, 1, 1)), Term(Text("dog"))))  # type: ignore[arg-type]
    copy = pickle.loads(pickle.dumps(asked))
    assert copy == asked
    assert hash(copy) == hash(asked)
    assert asked != Query(asked.terms[::-1])
    assert "bytes" not in repr(asked)
