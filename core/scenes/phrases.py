"""Short queries that are true of a scene, as people type them into a search box."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from core.scenes.backdrop import Backdrop
from core.scenes.captions import name_of
from core.scenes.catalog import Noun
from core.scenes.layout import Group
from core.scenes.verbs import verbs
from core.scenes.words import article, participle

MOST, LONGEST = 8, 5


def short_phrases(rng: Random, backdrop: Backdrop, groups: Sequence[Group]) -> tuple[str, ...]:
    """4 to 8 different phrases of 1 to 5 words each: "dog", "two red buses", "a beach", "dog on the beach".

    They name groups, their categories and the place, nothing that is not in the picture. Unlike a
    caption they need not tell the scene from others.
    """
    found: list[str] = []
    # The groups' own phrases and the place come first; the rest fills up what is left.
    for phrase in (*_groups(rng, groups), *_place(rng, backdrop), *_more(rng, backdrop, groups)):
        short = " ".join(phrase.split())
        if 1 <= len(short.split()) <= LONGEST and short not in found and len(found) < MOST:
            found.append(short)
    return tuple(found)


def _groups(rng: Random, groups: Sequence[Group]) -> Iterator[str]:
    """Each group once: the bare noun, or with its colour, number or article."""
    for group in groups:
        noun = rng.choice(group.glyph.nouns)
        full = name_of(group, noun, group.colour)
        coloured, bare = full.partition(" ")[2], _bare(group, noun)
        first = rng.choice((full, full, coloured, bare))
        # A long noun with its number or article may pass the limit, and so may the noun itself.
        short = min((_bare(group, other) for other in group.glyph.nouns), key=lambda word: len(word.split()))
        yield next((one for one in (first, bare) if len(one.split()) <= LONGEST), short)


def _bare(group: Group, noun: Noun) -> str:
    return noun.one if len(group.placements) == 1 else noun.many


def _place(rng: Random, backdrop: Backdrop) -> Iterator[str]:
    # "a snowy field", but "snow".
    yield rng.choice((backdrop.place, article(rng.choice(backdrop.names))))
    phrases = [phrase for phrase in backdrop.light.phrases if phrase]
    if phrases:
        yield f"{rng.choice(backdrop.names)} {rng.choice(phrases)}"
    else:
        yield rng.choice(backdrop.names)


def _more(rng: Random, backdrop: Backdrop, groups: Sequence[Group]) -> Iterator[str]:
    for group in groups:
        # "mouse (animal)" keeps two categories apart; nobody types the bracket.
        yield group.glyph.category.name.partition(" (")[0]
    for group in groups:
        if group.deed is not None:
            partner = group.deed.partner.glyph.nouns[0].one
            yield f"{group.glyph.nouns[0].one} {rng.choice(group.deed.words)} {partner}"
    for group in groups:
        bare = _bare(group, group.glyph.nouns[0])
        if group.glyph.category.supercategory == "person":
            yield f"{bare} {participle(rng.choice(verbs(group)))}"
        yield f"{bare} {rng.choice(group.zone.phrases).replace('{adj}', '')}"
        yield bare
    yield backdrop.place
    yield article(backdrop.names[0])
    # Where one lonely thing and one name for the place leave too few.
    for phrase in groups[0].zone.phrases:
        yield phrase.replace("{adj}", "")
