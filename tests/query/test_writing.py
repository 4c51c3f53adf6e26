"""Every query that can be linked reads back as itself."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.errors import QueryError
from core.query import (
    MAX_TERMS,
    Crop,
    File,
    Handed,
    Known,
    Query,
    Subject,
    Term,
    Text,
    format_query,
    format_term,
    parse,
)

AWKWARD = st.text(alphabet=st.sampled_from('ab 2.5*+-−"\\[]:,\n\u00a0\u200bé狗imgfile{}u'), min_size=1, max_size=20)
WORDS = (AWKWARD | st.text(min_size=1, max_size=20)).filter(str.strip)
WEIGHTS = st.one_of(st.just(1.0), st.floats(0.001, 1000)).flatmap(lambda size: st.sampled_from([size, -size]))


@st.composite
def crops(draw: st.DrawFn) -> Crop:
    left, top = draw(st.floats(0, 0.9)), draw(st.floats(0, 0.9))
    return Crop(left, top, draw(st.floats(1e-9, 1 - left)), draw(st.floats(1e-9, 1 - top)))


@st.composite
def pictures(draw: st.DrawFn) -> Term:
    whole: Subject = draw(st.builds(Known, st.integers(-(10**17), 10**18 - 1)) | st.builds(File, WORDS))
    return Term(whole, draw(WEIGHTS), draw(st.none() | crops()))


QUERIES = st.lists(st.builds(Term, st.builds(Text, WORDS), WEIGHTS) | pictures(), min_size=1, max_size=MAX_TERMS).map(
    lambda terms: Query(tuple(terms))
)


@settings(deadline=None)  # the first one builds the parser
@given(QUERIES)
@example(Query((Term(Text("-person"), -1), Term(Text("2*dog")), Term(Text(" a  b ")))))
@example(Query((Term(Text("+")), Term(Text("a + b"), -0.001), Term(File("a b[0,0,1,1]"), 1, Crop(0, 0, 1, 1)))))
def test_format_query__reads_back(query: Query) -> None:
    typed = format_query(query)
    assert parse(typed) == query
    # An address and a command line carry one line of printable characters.
    assert typed.isprintable()
    assert parse(" ".join(typed.split())) == query


@pytest.mark.parametrize(
    ("query", "typed"),
    [
        (Query((Term(Text("a dog"), 2), Term(Text("beach")), Term(Text("person"), -1))), "2*a dog + beach - person"),
        (Query((Term(Text("person"), -0.5),)), "- 0.5*person"),
        (Query((Term(Text("a - b")),)), '"a - b"'),
        (Query((Term(Text('a "b"')),)), 'a "b"'),
        (Query((Term(Text('"b"')),)), '"\\"b\\""'),
        (Query((Term(Text("img:1")),)), '"img:1"'),
        (Query((Term(Text("a\nb")),)), '"a\\u{a}b"'),
        (Query((Term(File("my photos/a.jpg")),)), 'file:"my photos/a.jpg"'),
        (Query((Term(Known(7), 1, Crop(0, 0.25, 1, 0.5)),)), "img:7[0,0.25,1,0.5]"),
    ],
)
def test_format_query__is_as_a_person_would_type_it(query: Query, typed: str) -> None:
    assert format_query(query) == typed


def test_format_term__always_has_its_sign() -> None:
    assert [format_term(term) for term in parse("2*dog - img:1").terms] == ["+ 2*dog", "- img:1"]


def test_format_query__what_was_handed_in_has_no_typed_form() -> None:
    with pytest.raises(QueryError, match=r"holiday\.jpg was handed in, and no text can stand for it"):
        format_query(Query((Term(Handed(b"", "holiday.jpg")),)))
