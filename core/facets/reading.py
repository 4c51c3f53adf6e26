"""A filter in its typed form, read by a grammar."""

from __future__ import annotations

import difflib
import functools
import re
from typing import TYPE_CHECKING, NoReturn, cast

from core.facets.terms import All, AnyOf, Field, Filter, Has, Named, Node, Not, Range, Value, Words
from core.query.pointing import error_at

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

# The lexer offers only what the grammar has room for: after `category:` comes a value, elsewhere the same letters are a
# word of the captions. A minus counts at the start of a part, so that "t-shirt" stays one word.
_GRAMMAR = r"""
start: either?
either: both (OR both)*
both: part (AND? part)*
part: (MINUS | NOT) part -> without
    | OPEN either CLOSE -> group
    | FIELD value (COMMA value)* -> has
    | COMPARED -> compared
    | QUOTED -> phrase
    | WORD -> word
?value: VALUE | QUOTED

OR.4: /or(?![^\s()])|\|/i
AND.4: /and(?![^\s()])|&/i
NOT.4: /not(?=[\s(])/i
MINUS.4: /[-−](?=[^\s-])/
COMPARED.3: /[a-z]+\s*(?:>=|<=|>|<|=)\s*[^\s()"]+/i
FIELD.3: /[a-z]+:/i
QUOTED.3: /"(?:[^"\\]|\\.)*"/s
OPEN: "("
CLOSE: ")"
COMMA: ","
VALUE: /[^\s,()"]+/
WORD: /[^\s,()"|&][^\s()"]*/

%ignore /\s+/
"""

MAX_DEPTH = 40
_COMPARED = re.compile(r"([a-z]+)\s*(>=|<=|>|<|=)\s*(\S+)", re.IGNORECASE)
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_RANGE = re.compile(r"(-?[0-9]{1,18})?\.\.(-?[0-9]{1,18})?")
_LITERAL = "put it in quotes if it is meant as words of a caption"


def parse(text: str) -> Filter:
    """The filter that a person typed; blank text asks for nothing. Raises `QuerySyntaxError`, which points at the
    place, for what cannot be read.

    - `dog`: captions with a word that begins so; `"red bus"`: with these words in a row
    - `category:dog`, `license:"CC BY"`, `orientation:portrait`, `file:train/`, `word:dog` (the whole word)
    - `category:dog,cat`: any of these
    - `width>640`, `objects:3..5`, `captions:0`, `id:139,285`
    - parts in a row must all hold; `or` between them: either; `-` or `not` before one: it must not; brackets group
    """
    import lark

    typed = text.rstrip()
    try:
        tree = _parser().parse(typed)
    except lark.UnexpectedInput as error:
        place = len(typed) if error.pos_in_stream is None or _at_end(error) else error.pos_in_stream
        problem, place = _explained(typed, place)
        raise error_at(problem, text, place) from None
    root = _Reader(text).read(tree)
    return Filter(root if isinstance(root, All) else All((root,)), text)


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
    last = before.split()[-1] if before else ""
    if before.endswith((":", ",")) and (not rest or rest[0] in "),"):
        return f"{last.lstrip('(-')} needs a value right after it, as in category:dog", place
    if rest.startswith('"'):
        return 'this quote is not closed; add a "', place
    if not rest:
        if before.count("(") > before.count(")") and not before.endswith("("):
            return "a bracket is not closed; add a )", place
        return f"there is nothing after {last!r}; write what must hold, or {_LITERAL}", place
    if rest[0] == ")":
        empty = before.endswith("(")
        return ("there is nothing between these brackets" if empty else "this bracket was never opened"), place
    if rest[0] == ",":
        return "a comma stands between values only, as in category:dog,cat", place
    return f"something must stand before {rest.split()[0]!r}; write what must hold, or {_LITERAL}", place


class _Reader:
    """The grammar's tree to values, errors pointing into the text as it was typed."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, tree: Tree[Token]) -> Node:
        return self._node(tree.children[0], 0) if tree.children else All()

    def _node(self, found: object, depth: int) -> Node:
        tree = cast("Tree[Token]", found)
        place = tree.meta.start_pos
        if depth > 3 * MAX_DEPTH:  # a bracket is three levels of the grammar
            self._fail(f"brackets and minus signs are nested more than {MAX_DEPTH} deep", place)
        tokens = cast("list[Token]", tree.children)
        if tree.data in ("either", "both"):
            parts = tuple(self._node(child, depth + 1) for child in tree.children if not isinstance(child, str))
            return parts[0] if len(parts) == 1 else (AnyOf if tree.data == "either" else All)(parts)
        if tree.data == "without":
            return Not(self._node(tree.children[1], depth + 1))
        if tree.data == "group":
            return self._node(tree.children[1], depth + 1)
        if tree.data == "has":
            named = self._field(tokens[0][:-1], place)
            return Has(named, tuple(self._value(named, token) for token in tokens[1:] if token != ","), place)
        if tree.data == "compared":
            return self._compared(tokens[0], place)
        if tree.data == "phrase":
            return Words(self._unquoted(tokens[0], place), phrase=True, at=place)
        if not any(letter.isalnum() for letter in tokens[0]):
            self._fail(f"{str(tokens[0])!r} has no letter or digit to look for", place)
        return Words(str(tokens[0]), at=place)

    def _field(self, written: str, place: int) -> Field:
        name = written.lower()
        if name not in set(Field):
            near = difflib.get_close_matches(name, list(Field), n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(Field)}"
            self._fail(f"there is nothing called {written!r} to filter by; {hint}", place)
        return Field(name)

    def _value(self, named: Field, token: Token) -> Value:
        place = cast(int, token.start_pos)
        if not named.is_number:
            return Named(self._unquoted(token, place) if token.startswith('"') else str(token), place)
        if _INTEGER.fullmatch(token):
            return Range(int(token), int(token), place)
        range_ = _RANGE.fullmatch(token)
        if range_ is None or not (range_[1] or range_[2]):
            self._fail(f"{named} needs a whole number or a range, as in {named}:3 or {named}:3..5", place)
        low, high = (int(end) if end else None for end in range_.groups())
        if low is not None and high is not None and low > high:
            self._fail(f"this range is empty; write {named}:{high}..{low}", place)
        return Range(low, high, place)

    def _compared(self, token: Token, place: int) -> Has:
        parts = cast("re.Match[str]", _COMPARED.fullmatch(token))
        named = self._field(parts[1], place)
        value = place + parts.start(3)
        if not named.is_number:
            self._fail(f"{named} has no size to compare; write {named}:{parts[3]}", place)
        if not _INTEGER.fullmatch(parts[3]):
            self._fail(f"{named} is compared with a whole number, as in {named}>640", value)
        number = int(parts[3])
        ranges = {
            ">": Range(number + 1, None, value),
            ">=": Range(number, None, value),
            "<": Range(None, number - 1, value),
            "<=": Range(None, number, value),
            "=": Range(number, number, value),
        }
        return Has(named, (ranges[parts[2]],), place)

    def _unquoted(self, quoted: str, place: int) -> str:
        inside = re.sub(r"\\(.)", r"\1", quoted[1:-1], flags=re.DOTALL)
        if not inside.strip():
            self._fail("there is nothing between these quotes", place)
        return inside

    def _fail(self, problem: str, place: int) -> NoReturn:
        raise error_at(problem, self._text, place)
