from __future__ import annotations

import contextlib

import pytest

from core import errors, facets
from core.facets.terms import Field
from core.records import Box, Caption, Category, ImageRecord, License


def record(image_id: int, captions: tuple[str, ...] = (), **more: object) -> ImageRecord:
    spoken = tuple(Caption(image_id * 10 + nth, text) for nth, text in enumerate(captions))
    return ImageRecord(image_id, f"part{image_id % 2}/{image_id}.jpg", captions=spoken, **more)  # type: ignore[arg-type]


RECORDS = (
    record(
        1, ("A red bus", "on the wide street"), width=640, height=480, categories=("bus", "person"), license=1,
        boxes=(Box("bus", 0, 0, 1, 1), Box("person", 0, 0, 1, 1), Box("person", 2, 0, 1, 1)),
    ),
    record(
        2, ("Dogs don't bus red",), width=480, height=640, categories=("dog",), license=2,
        boxes=(Box("dog", 0, 0, 1, 1),),
    ),
    record(3, ("A dog-sled", "Sunset"), width=300, height=300, categories=("dog", "person", "traffic light")),
    record(4, (), license=7),
)  # fmt: skip
COLUMNS = facets.Columns.build(
    RECORDS,
    [
        Category(1, "person", "human"), Category(6, "bus", "vehicle"), Category(18, "dog", "animal"),
        Category(10, "traffic light"),
    ],
    [License(1, "CC BY"), License(2, "CC0")],
)  # fmt: skip


def found(text: str) -> list[int]:
    held = facets.mask(COLUMNS, facets.parse(text))
    return [one.image_id for one, passes in zip(RECORDS, held, strict=True) if passes]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", [1, 2, 3, 4]),
        ("  ", [1, 2, 3, 4]),
        ("category:DOG", [2, 3]),
        ("category:dog,bus", [1, 2, 3]),
        ("category:dog category:person", [3]),
        ("category:dog or category:person", [1, 2, 3]),
        ('category:"traffic light"', [3]),
        ("-category:person", [2, 4]),
        ("not category:person", [2, 4]),
        ("-(category:person or category:dog)", [4]),
        ("supercategory:vehicle", [1]),
        ("category:dog (license:CC0 or width>1000)", [2]),
        ('category:dog (license:"CC BY" or width>299) -category:person', [2]),
        ("category:dog and not category:person", [2]),
        ("a OR b", [1, 2, 3]),
        ("license:7", [4]),
        ("license:1", [1]),
        ("license:none", [3]),
        ("orientation:portrait,square", [2, 3]),
        ("orientation:unknown", [4]),
        ("file:PART0/", [2, 4]),
        ("objects:3..5", [1]),
        ("objects:1,3", [1, 2]),
        ("objects:0", [3, 4]),
        ("captions:2..", [1, 3]),
        ("captions<1", [4]),
        ("width >= 480", [1, 2]),
        ("side=640", [1, 2]),
        ("height:..300", [3, 4]),
        ("id:2,4", [2, 4]),
        ("id:1,2,3,7,8,4..9", [1, 2, 3, 4]),
        ("do", [2, 3]),
        ("dog", [2, 3]),
        ("word:dog", [3]),
        ("RED bu", [1, 2]),
        ('"red bus"', [1]),
        ('"red  BUS"', [1]),
        ('"bus on"', []),
        ("dog-sl", [3]),
        ('"dog-sl"', []),
        ("don't", [2]),
        ("don", [2]),
        ("word:don", []),
        ("unheard", []),
        ("oranges", []),
        ("street wide", [1]),
    ],
)
def test_mask__of_a_text(text: str, ids: list[int]) -> None:
    assert found(text) == ids


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dog",
        'category:"traffic light",dog -(red or "a \\"b\\"") width>640',
        "id:1..4,-2",
        "a or b c or not (d e)",
        "--x",
        "x,y",
        "captions<=3 side:5..6",
        "or,",
    ],
)
def test_format_filter__reads_back_as_an_equal_filter(text: str) -> None:
    asked = facets.parse(text)
    assert facets.parse(facets.format_filter(asked)) == asked


@pytest.mark.parametrize(
    ("text", "problem", "position"),
    [
        ("red category:", "category: needs a value right after it", 13),
        ("category:,dog", "needs a value", 9),
        ("dog (bus", "a bracket is not closed", 8),
        ("dog )", "never opened", 4),
        ("()", "nothing between these brackets", 1),
        ('dog "red', "this quote is not closed", 4),
        ('""', "nothing between these quotes", 0),
        ("dog or", "nothing after 'or'", 6),
        ("colour:red", "nothing called 'colour'", 0),
        ("  categry:dog", "did you mean category?", 2),
        ("width:wide", "width needs a whole number", 6),
        ("width>1.5", "whole number", 6),
        ("width:9..3", "write width:3..9", 6),
        ("license>3", "license has no size", 0),
        ("dog ?", "no letter or digit", 4),
        ("dog , bus", "a comma stands between values", 4),
    ],
)
def test_parse__points_at_the_place(text: str, problem: str, position: int) -> None:
    with pytest.raises(errors.QuerySyntaxError, match=problem.replace("(", r"\(").replace("?", r"\?")) as caught:
        facets.parse(text)
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("text", "problem", "position"),
    [
        ("red category:dgo", "near ones: dog", 13),
        ("category:bus,traffic", 'near ones: "traffic light"', 13),
        ("license:MIT", "there are", 8),
        ("orientation:flat", "there are landscape", 12),
    ],
)
def test_mask__points_at_a_name_that_is_not_there(text: str, problem: str, position: int) -> None:
    with pytest.raises(errors.QuerySyntaxError, match=problem) as caught:
        found(text)
    assert caught.value.position == position


@pytest.mark.parametrize(
    "text", ["(" * 500 + "a" + ")" * 500, "-" * 1999 + "a", "\x00", "(((", '"\\', "|", "&", "a:b:c", ":"]
)
def test_parse__hostile_text_is_refused_or_read(text: str) -> None:
    with contextlib.suppress(errors.QuerySyntaxError):
        facets.mask(COLUMNS, facets.parse(text))


def counts(text: str, field: Field, **modes: facets.Mode) -> dict[str, int]:
    _, counted = facets.count(COLUMNS, facets.parse(text), {Field(name): mode for name, mode in modes.items()})
    return {choice.shown: choice.pictures for one in counted if one.facet.field is field for choice in one.choices}


def test_count__everything() -> None:
    assert counts("", Field.CATEGORY) == {"dog": 2, "person": 2, "bus": 1, "traffic light": 1}
    assert counts("", Field.SUPERCATEGORY) == {"human": 2, "animal": 2, "vehicle": 1}
    assert counts("", Field.OBJECTS) == {"0": 2, "1": 1, "3–5": 1}
    assert counts("", Field.CAPTIONS) == {"0": 1, "1": 1, "2": 2}
    assert counts("", Field.SIDE) == {"unknown": 1, "up to 320 px": 1, "321–640 px": 2}
    assert counts("", Field.ORIENTATION) == {"landscape": 1, "portrait": 1, "square": 1, "unknown": 1}
    assert counts("", Field.LICENSE) == {"7": 1, "CC BY": 1, "CC0": 1, "none": 1}
    words = counts("", Field.WORD)
    assert (words["red"], words["bus"], words["dog"]) == (2, 2, 1)
    assert "the" not in words


def test_count__a_choice_of_any_does_not_narrow_its_own_facet() -> None:
    assert counts("category:dog", Field.CATEGORY) == {"dog": 2, "person": 2, "bus": 1, "traffic light": 1}
    assert counts("category:dog", Field.LICENSE) == {"CC0": 1, "none": 1}
    assert counts("category:dog license:CC0", Field.CATEGORY) == {"dog": 1}


def test_count__a_choice_of_all_does() -> None:
    assert counts("category:dog", Field.CATEGORY, category=facets.Mode.ALL) == {
        "dog": 2,
        "person": 1,
        "traffic light": 1,
    }
    assert counts("category:dog category:person", Field.CATEGORY)["person"] == 1


def test_count__every_number_is_what_choosing_gives() -> None:
    for text in ("", "category:dog", "-category:bus", "red or sunset", "category:dog category:person"):
        asked = facets.parse(text)
        for one in facets.count(COLUMNS, asked)[1]:
            for choice in one.choices:
                value = facets.parse(f"{one.facet.field}:{choice.text}").root.parts[0].values[0]  # type: ignore[union-attr]
                values = (value,)
                if one.mode is facets.Mode.ALL:
                    values = tuple(dict.fromkeys((*facets.chosen(asked, one.facet.field)[0], value)))
                chosen = facets.choose(asked, one.facet.field, values, one.mode)
                assert int(facets.mask(COLUMNS, chosen).sum()) == choice.pictures, (text, one.facet.field, choice)


def test_choose__keeps_the_rest_of_the_text() -> None:
    asked = facets.parse("red category:dog -file:x")
    values = (facets.Named("dog"), facets.Named("traffic light"))
    any_ = facets.choose(asked, Field.CATEGORY, values, facets.Mode.ANY)
    assert any_.text == 'red category:dog,"traffic light" -file:x'
    all_ = facets.choose(any_, Field.CATEGORY, values, facets.Mode.ALL)
    assert all_.text == 'red category:dog category:"traffic light" -file:x'
    assert facets.chosen(all_, Field.CATEGORY) == (values, facets.Mode.ALL)
    assert facets.choose(all_, Field.CATEGORY, (), facets.Mode.ALL).text == "red -file:x"
    steps = (facets.Range(3, 5), facets.Range(11, None))
    assert facets.choose(facets.EVERYTHING, Field.OBJECTS, steps, facets.Mode.ANY).text == "objects:3..5,11.."


def test_of_ids() -> None:
    assert found(facets.of_ids([4, 2])) == [2, 4]


def test_columns__of_nothing() -> None:
    empty = facets.Columns.build(())
    held, counted = facets.count(empty, facets.parse('dog "a b" width>3'))
    assert len(held) == 0
    assert counted == ()
