"""Plain English negations in a text, offered as minus terms: models of this kind read "without people" as people."""

from __future__ import annotations

import re

from core.errors import QueryError
from core.query.reading import parse
from core.query.terms import Query, Term, Text
from core.query.writing import format_query

# Words that announce what should be absent. A bare "no" or "not" counts only after a word that makes it one.
_NEGATION = re.compile(
    r"""
    (?:^|(?<=[\s,;]))(?:
        (?:but\s+|and\s+)?(?:without|w/o|except(?:\s+for)?|excluding)(?:\s+any(?:\s+of)?)?
      | (?:(?:but|and|or)\s+)?(?:with|having|has|have|(?:(?:where|when)\s+)?there\s+(?:is|are))\s+no
      | (?:but|and)\s+no(?:t)?
      | (?<=,\s)no(?:t)?
      | (?:(?:that|which|who)\s+)?(?:is|are)\s+not
      | not
    )(?=\s)
    | (?<=\s)-(?=[^\W\d])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”|«[^»]*»')
_IDIOMS_AFTER = re.compile(
    r"(?:an?\s+|any\s+)?(?:doubt|end|fail|exception|question|problem|delay|further|entry|parking|smoking|stopping|standing"
    r"|waiting|swimming|fishing|diving|trespassing|exit|access|u-?turns?|turns?|overtaking|vacancy|limits?|name|idea|one"
    r"|longer|matter|more|only|just|yet|even|always|all|every|everyone|everything|so|too|very|quite|really|much|many"
    r"|far|long|enough|to|that|intention|enter|disturb|touch|feed|cross|again|sure|bad|good)\b",
    re.IGNORECASE,
)
_IDIOMS_BEFORE = re.compile(
    r"\b(?:do|does|did|can|could|may|might|must|shall|should|will|would|or|why|if|whether|as|than|cannot|am|it|this|there)$",
    re.IGNORECASE,
)
_SAYING = re.compile(
    r"\b(?:says?|said|saying|reads?|reading|signs?|words?|titled?|called|named|text|label(?:led)?)$", re.IGNORECASE
)
_PLACE = (
    r"on|in|at|near|beside|by|under|behind|inside|outside|during|across|along|above|below|over|next\s+to"
    r"|in\s+front\s+of"
)
_THEN_PLACE = re.compile(rf"\s(?=(?:{_PLACE})\s)", re.IGNORECASE)
_STARTS_WITH_PLACE = re.compile(rf"(?:{_PLACE})\s", re.IGNORECASE)
# "on it", "in the background": places that belong to what is absent, or say nothing.
_EMPTY_PLACE = re.compile(
    rf"(?:{_PLACE})\s+(?:it|them|him|her|(?:the\s+)?(?:background|foreground|picture|photo|image|frame|scene|view|sight"
    r"|back|front|middle))\W*$",
    re.IGNORECASE,
)
_LOOSE_ENDS = re.compile(r"^(?:[\s,;.]|(?:and|but|or)\s)+|(?:[\s,;.]|\s(?:and|but|or|that|which|who|is|are))+$", re.I)
_SAYS_NOTHING = re.compile(
    r"(?:(?:an?|the|all|any|every|everything|anything|something|nothing|pictures?|photos?|images?|is|are|of|that|it|this"
    r"|there)(?:\s+|$))*",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"(?:an?|the)\s+", re.IGNORECASE)
_LISTED = re.compile(r"\s*,\s*(?:(?:or|nor)\s+)?|\s+(?:or|nor)\s+", re.IGNORECASE)
# Where what is absent ends and the sentence goes on: "no shirt | and white shorts", "wheels | leaning on a wall".
_THEN_MORE = re.compile(
    r"\s(?=(?:and|is|are|was|were|while|as)\s|(?!(?:railing|building|ceiling|clothing|lighting|awning|string|spring|ring"
    r"|king|wing|morning|evening|thing|bedding|filling|icing|topping|covering|parking)\b)[a-z]+ing\b)",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"\s+(?:on|around|nearby|visible|present|in\s+(?:it|them))$", re.IGNORECASE)
_MAX_WORDS = 3  # of one minus term, a first article aside: beyond it is a clause, which is no one thing


def suggestion(text: str) -> str | None:
    """The typed form with minus terms for what a text says should be absent ("dog without people" gives
    `dog - people`), or None: where nothing is negated, where it stands in quotes or is an idiom ("no entry sign"), and
    where the text already has signs, weights or pictures. It is an offer to show, not a reading to act on."""
    try:
        terms = parse(text).terms
    except QueryError:
        return None
    only = terms[0]
    if len(terms) > 1 or not isinstance(only.subject, Text) or only != Term(only.subject):
        return None
    sentence = only.subject.text
    if text.strip().startswith('"'):  # quoted as a whole: meant literally
        return None
    found = _split(" ".join(sentence.split()))
    if found is None:
        return None
    wanted, absent = found
    try:
        return format_query(Query((Term(Text(wanted)), *(Term(Text(one), -1) for one in absent))))
    except QueryError:  # more terms than a query has
        return None


def _split(sentence: str) -> tuple[str, list[str]] | None:
    """What is wanted, and what should be absent."""
    masked = _QUOTED.sub(lambda quoted: "\0" * len(quoted[0]), sentence)
    marks = [mark for mark in _NEGATION.finditer(masked) if not _is_idiom(masked, mark)]
    if not marks:
        return None
    wanted = [sentence[: marks[0].start()]]
    absent: list[str] = []
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        tail = sentence[mark.end() : following.start() if following else len(sentence)]
        things, rest = _things(tail.strip(" .;"), glued=mark[0] == "-")
        if not things:
            return None
        absent += things
        wanted.append(rest)
    left = _trimmed(" ".join(part for part in (_without_stops(one) for one in wanted) if part))
    if _SAYS_NOTHING.fullmatch(left):
        return None
    return left, list(dict.fromkeys(absent))


def _is_idiom(masked: str, mark: re.Match[str]) -> bool:
    before, after = masked[: mark.start()].rstrip(), masked[mark.end() :].lstrip()
    if not before or not after or mark[0] == "-":
        return not before or not after
    return bool(_IDIOMS_AFTER.match(after) or _IDIOMS_BEFORE.search(before) or _SAYING.search(before))


def _things(tail: str, *, glued: bool) -> tuple[list[str], str]:
    """What follows a negation, cut into the things it names and the rest of the sentence."""
    if glued:  # "-person walking": the minus is that of one word
        thing, _, rest = tail.partition(" ")
        return [thing], rest
    rest = ""
    if not _STARTS_WITH_PLACE.match(tail):  # "not on a leash" is a place itself
        tail, more = _cut(tail, _THEN_MORE)
        tail, place = _cut(_TRAILING.sub("", tail), _THEN_PLACE)
        place = "" if _EMPTY_PLACE.fullmatch(place) else place
        rest = " ".join(part for part in (place, more) if part)
    parts = [_trimmed(part) for part in _LISTED.split(tail)]
    if "," in tail and not re.search(r"\s(?:or|nor)\s", tail, re.IGNORECASE):
        # Without "or" a comma ends what is negated.
        rest = " ".join(part for part in (*parts[1:], rest) if part)
        parts = parts[:1]
    things = [part for part in parts if part]
    if any(len(_ARTICLE.sub("", thing).split()) > _MAX_WORDS for thing in things):
        return [], ""
    return things, rest


def _cut(tail: str, at: re.Pattern[str]) -> tuple[str, str]:
    """What stands before the first match that is not at the start, and what stands after it."""
    found = at.search(tail)
    return (tail[: found.start()], tail[found.end() :]) if found and found.start() else (tail, "")


def _without_stops(part: str) -> str:
    """A piece of the sentence without the commas and joining words at which it was cut; an "and" goes on."""
    return _LOOSE_ENDS.sub("", f"x{part}")[1:].strip(" ,;.")


def _trimmed(part: str) -> str:
    return _LOOSE_ENDS.sub("", part.strip()).strip()
