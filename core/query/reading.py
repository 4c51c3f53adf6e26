"""The typed form of a query, read by a grammar."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NoReturn, cast

from core.errors import QueryError
from core.query.pointing import error_at
from core.query.terms import Crop, File, Known, Query, Subject, Term, Text

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

# A sign counts only between blanks (and a minus at the very start), so that "t-shirt" and "+1" stay words. Marks inside
# a sentence are part of it; a term that is one quoted text means what is inside. The lexer offers only what the grammar
# has room for, so `2*` is a weight at the start of a term and a word in the middle of one.
_GRAMMAR = r"""
start: (SIGN | LEADING_MINUS)? term (SIGN term)*
term: WEIGHT? (picture | text)
picture: (IMG | FILE) CROP?
text: (WORD | QUOTED)+

LEADING_MINUS.4: /\A[-−](?=[^\s-])/
SIGN.4: /(?<!\S)[-+−](?!\S)/
WEIGHT.3: /[-+−]?(?:[0-9][0-9.,]*(?:e[-+]?[0-9]+)?|\.[0-9]+|inf(?:inity)?|nan)\s*\*/i
IMG.3: /img:[^\s\[\]"]*/i
FILE.3: /file:(?:"(?:[^"\\]|\\.)*"|[^\s\[\]"]+)/is
CROP.3: /\[[^\[\]]*\]/
QUOTED.3: /"(?:[^"\\]|\\.)*"/s
WORD: /(?![-+−](?!\S))(?!")(?!(?:img|file):)\S+/i

%ignore /\s+/
"""

_PREFIX = re.compile(r"([^\W\d_]+):(?=[\w/\\.~\"])")
_ESCAPE = re.compile(r"\\(u\{([0-9a-fA-F]{1,6})\}|.)", re.DOTALL)
_INTEGER = re.compile(r"-?[0-9]{1,18}")  # all of them fit an int64
_NUMBER = re.compile(r"[0-9]*\.?[0-9]+(?:e[-+]?[0-9]+)?|[0-9]+\.", re.IGNORECASE)
_MINUS = ("-", "−")
_LITERAL = "put it in quotes if it is meant as text"


def parse(text: str) -> Query:
    """The query that a person typed. Raises `QuerySyntaxError`, which points at the place, for what cannot be read.

    - `a dog on the beach`: one text, as it stands; `"a red + blue kite"`: one text, what is inside the quotes
    - `dog + beach - person`: signs between blanks join terms; a minus may also stand at the very start
    - `2*dog`, `0.5*beach`: weights, 1 unless given
    - `img:139`: a picture of the collection; `file:dog.jpg`, `file:"my photos/dog.jpg"`: a picture file
    - `img:139[0.1,0.2,0.5,0.5]`: a part of a picture: left, top, width, height as shares of it
    - inside quotes: `\\"`, `\\\\`, and `\\u{a0}` for any character by its number
    """
    import lark

    typed = text.strip()
    offset = len(text) - len(text.lstrip())
    if not typed:
        raise error_at("the query is empty; type what the picture should show", text, 0)
    try:
        tree = _parser().parse(typed)
    except lark.UnexpectedInput as error:
        place = len(typed) if error.pos_in_stream is None or _at_end(error) else error.pos_in_stream
        problem, place = _explained(typed, place)
        raise error_at(problem, text, offset + place) from None
    reader = _Reader(text, offset, typed)
    return reader.query(tree)


@functools.cache
def _parser() -> Lark:
    import lark

    return lark.Lark(_GRAMMAR, parser="lalr", lexer="contextual", propagate_positions=True)


def _at_end(error: object) -> bool:
    token = getattr(error, "token", None)
    return token is not None and token.type == "$END"


def _explained(typed: str, place: int) -> tuple[str, int]:
    """What is wrong where the grammar could not go on, and the place to point at."""
    before, rest = typed[:place].rstrip(), typed[place:]
    if not rest:
        if before.endswith("*"):
            return "the weight has nothing to weigh; write a text or a picture after it", place
        return f"the sign {before[-1]!r} has nothing after it; write a term, or {_LITERAL}", len(before) - 1
    if rest[0] == '"':
        return 'this quote is not closed; add a ", or write \\" for one inside a quoted text', place
    lowered = rest.lower()
    if lowered.startswith('file:"'):
        return 'this quote is not closed; add a "', place + len("file:")
    if lowered.startswith("file:") and (len(rest) == 5 or rest[5].isspace() or rest[5] in "[]"):
        return "file: needs the path of a picture right after it; put one with blanks or brackets in quotes", place
    if lowered.startswith(("img:", "file:")):
        return f"a picture is a term of its own: write + or - before it, or {_LITERAL}", place
    if rest[0] == "[":
        return "this crop is not closed; write it as [left,top,width,height]", place
    if rest[0] in "+-−":
        if not before or (typed[place - 1].isspace() and before[-1] in "+-−"):
            return f"the sign {rest[0]!r} has no term before it; write one, or {_LITERAL}", place
        return f"a sign needs blanks on both sides and a term after it; {_LITERAL}", place
    return "after a picture comes + or - and the next term; put a path with blanks or brackets in quotes", place


class _Reader:
    """The grammar's tree to values, errors pointing into the text as it was typed."""

    def __init__(self, text: str, offset: int, typed: str) -> None:
        self._text, self._offset, self._typed = text, offset, typed

    def query(self, tree: Tree[Token]) -> Query:
        terms: list[Term] = []
        sign = 1
        for child in tree.children:
            if isinstance(child, str):
                sign = -1 if child in _MINUS else 1
            else:
                terms.append(self._term(child, sign))
        try:
            return Query(tuple(terms))
        except QueryError as error:
            self._fail(str(error), len(self._typed))

    def _term(self, tree: Tree[Token], sign: int) -> Term:
        *weights, what = tree.children
        weight = sign * (self._weight(cast("Token", weights[0])) if weights else 1.0)
        inner = cast("Tree[Token]", what)
        tokens = cast("list[Token]", inner.children)
        place = inner.meta.start_pos
        try:
            if inner.data == "text":
                return Term(Text(self._words(tokens, place, inner.meta.end_pos)), weight)
            return Term(self._picture(tokens[0]), weight, self._crop(tokens[1]) if len(tokens) > 1 else None)
        except QueryError as error:
            if hasattr(error, "position"):
                raise
            self._fail(str(error), place)

    def _weight(self, token: Token) -> float:
        written = token[:-1].rstrip()
        place = cast(int, token.start_pos)
        if written[0] in "+-−":
            self._fail(f"write the sign apart from the weight, between blanks: {written[0]} {written[1:]}*…", place)
        if "," in written:
            self._fail("write the weight with a point, as in 0.5*dog", place)
        if not _NUMBER.fullmatch(written) or not 0 < float(written) < float("inf"):
            self._fail(f"the weight {written} is no number above 0; write - before a term to ask for less of it", place)
        try:
            return abs(Term(Text("-"), float(written)).weight)
        except QueryError as error:
            self._fail(str(error), place)

    def _words(self, tokens: list[Token], start: int, end: int) -> str:
        first = tokens[0]
        if first.type == "QUOTED":
            inside = self._unquoted(first, cast(int, first.start_pos)) if len(tokens) == 1 else self._typed[start:end]
            if not inside.strip():
                self._fail("there is nothing between these quotes", start)
            return inside
        prefix = _PREFIX.match(first)
        if prefix:
            self._fail(f"there is no prefix {prefix[0]!r}; there are img: and file:; {_LITERAL}", start)
        return self._typed[start:end]

    def _picture(self, token: Token) -> Subject:
        kind, _, rest = token.partition(":")
        place = cast(int, token.start_pos) + len(kind) + 1
        if kind.lower() == "file":
            return File(self._unquoted(rest, place) if rest.startswith('"') else rest)
        if not _INTEGER.fullmatch(rest):
            self._fail("img: needs the id of a picture right after it, as in img:139", place)
        return Known(int(rest))

    def _crop(self, token: Token) -> Crop:
        place = cast(int, token.start_pos)
        numbers = [part.strip() for part in token[1:-1].split(",")]
        if len(numbers) != 4 or not all(_NUMBER.fullmatch(number) for number in numbers):
            self._fail("a crop is four numbers, [left,top,width,height], as in [0.1,0.2,0.5,0.5]", place)
        try:
            return Crop(*map(float, numbers))
        except QueryError as error:
            self._fail(str(error), place)

    def _unquoted(self, quoted: str, place: int) -> str:
        """What stands between the quotes. `place` is where `quoted` starts."""

        def meant(escape: re.Match[str]) -> str:
            if escape[1] in ('"', "\\"):
                return escape[1]
            number = int(escape[2], 16) if escape[2] else -1
            if not 0 <= number <= 0x10FFFF:
                self._fail(
                    'a backslash in quotes stands only before " and \\, or as in \\u{a0}; double it to mean itself',
                    place + 1 + escape.start(),
                )
            return chr(number)

        return _ESCAPE.sub(meant, quoted[1:-1])

    def _fail(self, problem: str, place: int) -> NoReturn:
        """`place` counts in the text without the blanks around it."""
        raise error_at(problem, self._text, self._offset + place) from None
