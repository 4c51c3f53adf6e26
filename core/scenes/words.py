"""Small English grammar: articles and verb forms for the words of the catalog."""

from __future__ import annotations

# Written with a vowel first but spoken with a consonant, and the reverse.
_SPOKEN_CONSONANT = ("uni", "use", "eu", "one-", "ufo")
_SPOKEN_VOWEL = ("suv", "hour")
_DOUBLED = frozenset({"run", "swim", "jog", "sit", "hop", "strut", "stop"})
_OTHER_PARTICIPLES = {"lie": "lying", "be": "being"}


def article(phrase: str) -> str:
    """`phrase` with "a" or "an" before it, by the sound of its first word."""
    first = phrase.lower()
    vowel = first.startswith(("a", "e", "i", "o", "u")) and not first.startswith(_SPOKEN_CONSONANT)
    if vowel or first.startswith(_SPOKEN_VOWEL):
        return f"an {phrase}"
    return f"a {phrase}"


def finite(verb: str, many: bool) -> str:
    """The present tense of a verb phrase: "ride a bike" to "rides a bike" or "ride a bike"."""
    head, _, rest = verb.partition(" ")
    if head == "be":
        head = "are" if many else "is"
    elif head and not many:
        if head.endswith(("s", "x", "ch", "sh", "o", "z")):
            head += "es"
        elif head.endswith("y") and head[-2] not in "aeiou":
            head = head[:-1] + "ies"
        else:
            head += "s"
    return f"{head} {rest}".strip()


def participle(verb: str) -> str:
    """The -ing form of a verb phrase: "ride a bike" to "riding a bike"; "be parked" to "parked"."""
    head, _, rest = verb.partition(" ")
    if not head or head == "be":
        return rest
    if head in _OTHER_PARTICIPLES:
        head = _OTHER_PARTICIPLES[head]
    elif head in _DOUBLED:
        head += head[-1] + "ing"
    elif head.endswith("e"):
        head = head[:-1] + "ing"
    else:
        head += "ing"
    return f"{head} {rest}".strip()
