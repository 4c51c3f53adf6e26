"""The typed form: what it means, and how it points at what it cannot read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import QuerySyntaxError
from core.query import Crop, File, Known, Query, Subject, Term, Text, parse


def terms(*found: tuple[Subject, float]) -> Query:
    return Query(tuple(Term(subject, weight) for subject, weight in found))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2*dog + beach - person", terms((Text("dog"), 2), (Text("beach"), 1), (Text("person"), -1))),
        (
            'a dog on the beach - "a red + blue kite"',
            terms((Text("a dog on the beach"), 1), (Text("a red + blue kite"), -1)),
        ),
        ("- person", terms((Text("person"), -1))),
        ("-person + dog", terms((Text("person"), -1), (Text("dog"), 1))),
        ("−2*dog − cat", terms((Text("dog"), -2), (Text("cat"), -1))),
        ("+ dog", terms((Text("dog"), 1))),
        ("  0.5*dog\n+ .25 * cat  ", terms((Text("dog"), 0.5), (Text("cat"), 0.25))),
        ("img:139 - IMG:-2", terms((Known(139), 1), (Known(-2), -1))),
        ("3*file:photos/dog.jpg", terms((File("photos/dog.jpg"), 3))),
        ('file:"my photos/[1] \\"dog\\".jpg" + cat', terms((File('my photos/[1] "dog".jpg'), 1), (Text("cat"), 1))),
        (r"file:C:\photos\dog.jpg", terms((File(r"C:\photos\dog.jpg"), 1))),
        ('"say \\"hi\\" \\\\ \\u{1F600}\\u{a}"', terms((Text('say "hi" \\ 😀\n'), 1))),
        ("狗 + 🐶 - собака", terms((Text("狗"), 1), (Text("🐶"), 1), (Text("собака"), -1))),
        ("dog\u00a0+\u00a0cat", terms((Text("dog"), 1), (Text("cat"), 1))),
    ],
)
def test_parse__terms(typed: str, meant: Query) -> None:
    assert parse(typed) == meant


@pytest.mark.parametrize(
    "sentence",
    [
        "a dog on the beach",
        "a t-shirt and a 12-inch record",
        "two  blanks\nand a line",
        'a sign that says "stop + go" in red',
        '12" record',
        "M*A*S*H",
        "a plank of 2*4 inches",
        "it is 10:30",
        "title: the sea",
        "C++ and +1 and a+b",
        "dog -person",
        "[0,0,1,1]",
        r"a \ backslash",
        "--",
        "it's",
    ],
)
def test_parse__a_plain_sentence_stays_as_it_is(sentence: str) -> None:
    assert parse(sentence) == terms((Text(sentence), 1))
    assert parse(f"{sentence} + cat") == terms((Text(sentence), 1), (Text("cat"), 1))


def test_parse__crops() -> None:
    assert parse("img:1[0.1, .2,0.5,5e-1] - 2*file:a.jpg[0,0,1,1]") == Query(
        (Term(Known(1), 1, Crop(0.1, 0.2, 0.5, 0.5)), Term(File("a.jpg"), -2, Crop(0, 0, 1, 1)))
    )


@pytest.mark.parametrize(
    ("typed", "place", "says"),
    [
        ("", 0, "empty"),
        (" \n", 0, "empty"),
        ("dog +", 4, "'+' has nothing after it"),
        ("dog - ", 4, "'-' has nothing after it"),
        ("-", 0, "'-' has nothing after it"),
        ("dog + - cat", 6, "'-' has no term before it"),
        ("- - cat", 2, "'-' has no term before it"),
        ("dog + 2*", 8, "nothing to weigh"),
        ("2*+ dog", 2, "a sign needs blanks on both sides"),
        ('"a"- b', 3, "a sign needs blanks on both sides"),
        ("dog + foo:bar", 6, "no prefix 'foo:'"),
        ("http://a/b.jpg", 0, "no prefix 'http:'"),
        ("img:", 4, "needs the id"),
        ("dog + img:12a", 10, "needs the id"),
        ("img:1234567890123456789", 4, "needs the id"),
        ("img:1 dog", 6, "after a picture"),
        ("dog img:1", 4, "term of its own"),
        ("dog file:a.jpg", 4, "term of its own"),
        ("file:", 0, "needs the path"),
        ("2*file: a.jpg", 2, "needs the path"),
        ('file:""', 0, "needs the path"),
        ("file:a[1].jpg", 9, "path with blanks or brackets in quotes"),
        ("file:my photos/a.jpg", 8, "path with blanks or brackets in quotes"),
        ("0*dog", 0, "weight 0 is no number above 0"),
        ("cat + inf*dog", 6, "weight inf is no number above 0"),
        ("nan*dog", 0, "weight nan"),
        ("1e999*dog", 0, "weight 1e999"),
        ("1e6*dog", 0, "not between 0.001 and 1000"),
        ("0.0001*dog", 0, "not between 0.001 and 1000"),
        ("0,5*dog", 0, "with a point"),
        ("1.2.3*dog", 0, "weight 1.2.3"),
        ("cat + -2*dog", 6, "sign apart from the weight"),
        ('dog + "cat', 6, "not closed"),
        ('dog + file:"cat.jpg', 11, "not closed"),
        ('"cat\\"', 0, "not closed"),
        ('dog + ""', 6, "nothing between these quotes"),
        ('" "', 0, "nothing between these quotes"),
        ('"a\\n"', 2, "backslash"),
        ('dog + file:"C:\\dog.jpg"', 14, "backslash"),
        ('"\\u{110000}"', 1, "backslash"),
        ("img:1[0.1,0.2]", 5, "four numbers"),
        ("img:1[0.1,0.2,0.3,x]", 5, "four numbers"),
        ("img:1[0,0,1,1", 5, "crop is not closed"),
        ("dog + img:1[0.5,0,0.6,1]", 11, "no part of the picture"),
        (" + ".join("a" * 17), 65, "17 terms; at most 16"),
    ],
)
def test_parse__errors_point_at_the_place(typed: str, place: int, says: str) -> None:
    for before in ("", "  \t"):
        with pytest.raises(QuerySyntaxError) as caught:
            parse(before + typed)
        assert says in caught.value.problem
        if typed.strip():
            assert caught.value.position == len(before) + place
            problem, shown, caret = str(caught.value).splitlines()
            assert problem == f"{caught.value.problem} (at character {len(before) + place + 1})"
            assert caret.strip() == "^"
            assert (shown + " ")[len(caret) - 1] == (typed + " ")[place]
        else:
            assert str(caught.value) == caught.value.problem


def test_parse__the_caret_minds_wide_characters_and_long_queries() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse('狗狗 + "cat')
    assert str(caught.value).splitlines()[1:] == ['  狗狗 + "cat', "         ^"]
    with pytest.raises(QuerySyntaxError) as caught:
        parse(f"{'dog ' * 500}+ 0*cat + {'bus ' * 500}\n")
    _, shown, caret = str(caught.value).splitlines()
    assert len(shown) < 90
    assert shown[len(caret) - 1 :].startswith("0*cat")
    assert shown.startswith("  …")
    assert shown.endswith("…")


@settings(deadline=None)  # the first one builds the parser
@given(st.text(alphabet=st.sampled_from('ab +-−*"\\[]:,.0129éimgfile\n\u00a0'), max_size=30) | st.text(max_size=30))
def test_parse__anything_is_a_query_or_a_query_error(typed: str) -> None:
    try:
        parse(typed)
    except QuerySyntaxError as error:
        place, problem = error.position, error.problem
    else:
        return
    assert 0 <= place <= len(typed)
    assert problem
