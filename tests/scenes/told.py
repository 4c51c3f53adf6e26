"""What a caption names, told apart from the words for the place, the light and what people do."""

import functools
import re
from random import Random

import pytest

from core.errors import ConfigurationError
from core.scenes import catalog, draw, font, verbs, words

NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}


def font_missing() -> str:
    try:
        font.find_font()
    except ConfigurationError as error:
        return str(error)
    return ""


needs_font = pytest.mark.skipif(bool(font_missing()), reason=font_missing() or "the font is there")


def composed(seed, place, size=128):
    """A composition and its scene, for what Scene itself does not tell."""
    rng = Random(seed)
    composition = draw.compose(rng, place, 4 / 3, size)
    return composition, draw.paint(composition, rng)


COLOURS = "light blue|red|orange|yellow|green|blue|purple|pink|brown|black|white|gray"


@functools.cache
def all_nouns():
    """Every noun in lower case: its categories, and whether it can be one, many or either."""
    nouns = {}
    for glyph in catalog.glyphs():
        for noun in glyph.nouns:
            for word, many in ((noun.one, False), (noun.many, True)):
                names, forms = nouns.setdefault(word.lower(), (set(), set()))
                names.add(glyph.category.name)
                forms.add(many)
    # The fruit cannot be told from the colour without parsing the sentence.
    del nouns["orange"]
    return nouns


@functools.cache
def any_noun():
    # Longest first: "potted plant" before "plant".
    words_found = "|".join(re.escape(noun) for noun in sorted(all_nouns(), key=len, reverse=True))
    return re.compile(rf"\b(?:([\w-]+) )?(?:(?:{COLOURS}) )?({words_found})\b")


def mentions(text):
    """(number or None, category names, noun) of every noun phrase of the catalog in a caption."""
    found = []
    for match in any_noun().finditer(text.lower().replace("a couple of", "two")):
        names, forms = all_nouns()[match.group(2)]
        number = NUMBERS.get(match.group(1)) if True in forms else 1
        found.append((number, names, match.group(2)))
    return found


def without_scenery(text, composition):
    """A caption without the words for the place, the light and what people do."""
    scenery = [
        phrase.replace("{adj}", word).replace("  ", " ")
        for zone in composition.backdrop.zones
        for phrase in zone.phrases
        for word in composition.backdrop.light.adjectives
    ]
    scenery += [*composition.backdrop.details, *composition.backdrop.light.phrases, *composition.backdrop.names]
    for group in composition.groups:
        for verb in verbs.verbs(group):
            scenery += [words.participle(verb), words.finite(verb, True), words.finite(verb, False)]
    text = text.lower()
    for phrase in sorted(filter(None, scenery), key=len, reverse=True):
        # An article before the phrase may have changed with its adjective.
        text = re.sub(rf"\b{re.escape(phrase.lower())}\b", "~", text)
    return text
