"""English captions for a scene, in the plain register of COCO and Flickr8k."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from core.scenes.backdrop import Backdrop
from core.scenes.layout import Group
from core.scenes.relations import relation
from core.scenes.verbs import verbs
from core.scenes.words import article, finite, participle

COUNT = 5
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
_LOOSE = {2: ("a couple of", "two"), 3: ("three", "a few", "several")}
_MANY = ("several", "some", "many")

_BEFORE_COLOUR = frozenset({"little", "small", "old"})
# An adverbial opens a sentence well only when it is one of place or time.
_OPENERS = ("at ", "on ", "under ", "in ", "near ", "by ", "beneath ", "beside ")


def describe(rng: Random, backdrop: Backdrop, groups: Sequence[Group], aspect: float) -> tuple[str, ...]:
    """Five different captions, the first naming every group, number, colour and the light.

    `groups` hold at least one object each; `aspect` is the picture's width over height. Nothing is named
    that is not in the picture.
    """
    teller = _Teller(rng, backdrop, groups, aspect)
    found: list[str] = []
    kinds = [teller.full, teller.related, teller.listed, teller.short, teller.there]
    for kind in kinds:
        for _ in range(12):
            text = _finish(rng, kind())
            if text.lower().strip(" .") not in {done.lower().strip(" .") for done in found}:
                found.append(text)
                break
    while len(found) < COUNT:
        # One lonely object leaves little to vary; a repeated wording in full still differs in
        # its light or detail.
        text = _finish(rng, teller.full())
        if text not in found:
            found.append(text)
    return tuple(found)


class _Teller:
    """Says one scene in several ways, drawing every choice of words from `rng`."""

    def __init__(self, rng: Random, backdrop: Backdrop, groups: Sequence[Group], aspect: float) -> None:
        self.rng, self.backdrop, self.aspect = rng, backdrop, aspect
        self.groups = sorted(groups, key=lambda group: -max(one.width * one.height for one in group.placements))

    def full(self) -> str:
        """Everything: groups by zone with numbers and colours, the light, a detail."""
        first, *rest = self._by_zone()
        text, detail = self._zone_clause(first), self._detail()
        # A detail said after another zone's clause would seem to be about that one.
        if rest and detail and not first[0].zone.airborne:
            text, detail = f"{text} {detail}", ""
        for zone_groups in rest:
            where = self._where(zone_groups[0])
            link = self.rng.choice(("with", "and", "and"))
            if len(zone_groups) == 1 and self.rng.random() < 0.4:
                text += f", {link} {self._name(zone_groups[0])} {self._doing(zone_groups[0])} {where}"
            else:
                text += f", {link} {self._names(zone_groups)} {where}"
        extra = [part for part in (self._light(), detail) if part]
        self.rng.shuffle(extra)
        if not extra:
            return text
        if self.rng.random() < 0.25 and extra[0].startswith(_OPENERS):
            return f"{extra[0]} , {text}"
        keep = 2 if len(self.groups) == 1 or self.rng.random() < 0.4 else 1
        return " ".join([text, *extra[:keep]])

    def related(self) -> str:
        """Two groups and how they stand to each other, or one group's side of the picture."""
        pairs = [(a, b) for a in self.groups for b in self.groups if a is not b]
        self.rng.shuffle(pairs)
        for first, second in pairs:
            words = relation(first, second)
            if words:
                doing = self._doing(first) if self.rng.random() < 0.6 else ""
                near, far = self._name(first), self._names([second])
                where = "" if first.zone.name == "sky" else self._where(second)
                return f"{near} {doing} {self.rng.choice(words)} {far} {where}"
        group = self.groups[0]
        side = self._side(group)
        if side and self.rng.random() < 0.7:
            return f"{side} there {self._be(group)} {self._name(group)} {self._where(group)}"
        return self._zone_clause([group])

    def listed(self) -> str:
        """The place first: "a sunny beach with two dogs and a kite"."""
        place = self._place()
        return f"{place} with {self._names(self.rng.sample(self.groups, len(self.groups)))}"

    def short(self) -> str:
        """One group in few words, its number perhaps loose and its colour perhaps unsaid."""
        group = self.rng.choice(self.groups[:2])
        name = self._name(group, colour=self.rng.random() < 0.5, exact=False)
        if self.rng.random() < 0.5:
            verb = finite(self._verb(group), len(group.placements) > 1)
            if verb:
                return f"{name} {verb} {self._where(group)}"
        return f"{name} {self._doing(group)} {self._where(group)}"

    def there(self) -> str:
        """A statement about some of the groups, with the light in one of three."""
        group = self.rng.choice(self.groups)
        text = f"there {self._be(group)} {self._name(group)} {self._where(group)}"
        others = [other for other in self.groups if other is not group]
        if others and self.rng.random() < 0.6:
            other = others[0]
            text = f"there {self._be(group)} {self._names([group])}"
            text += "" if group.zone.phrases == other.zone.phrases else f" {self._where(group)}"
            text += f" and {self._names([other])} {self._where(other)}"
        elif self.rng.random() < 0.5:
            text += f" {self._light() or self._detail()}"
        return text

    def _by_zone(self) -> list[list[Group]]:
        zones: dict[tuple[str, ...], list[Group]] = {}
        for group in self.groups:
            zones.setdefault(group.zone.phrases, []).append(group)
        # What flies or hangs comes after what stands.
        return sorted(zones.values(), key=lambda groups: groups[0].zone.airborne)

    def _zone_clause(self, groups: Sequence[Group]) -> str:
        where = self._where(groups[0])
        if len(groups) > 1:
            words = relation(groups[0], groups[1]) if len(groups) == 2 else ()
            if words and self.rng.random() < 0.5:
                name, other = self._name(groups[0]), self._name(groups[1])
                doing = self._doing(groups[0])
                return f"{name} {doing} {self.rng.choice(words)} {other} {where}"
            return f"{self._names(groups)} {where}"
        style, group = self.rng.random(), groups[0]
        if style < 0.25:
            verb = finite(self._verb(group), len(group.placements) > 1)
            return f"{self._name(group)} {verb or self._be(group)} {where}"
        if style < 0.5:
            return f"{self._name(group)} {self._be(group)} {self._doing(group)} {where}"
        return f"{self._name(group)} {self._doing(group)} {where}"

    def _name(self, group: Group, colour: bool = True, exact: bool = True) -> str:
        """The noun phrase: number, colour, noun."""
        count = len(group.placements)
        # A red car beside a blue one must not become "a car".
        kin = [other for other in self.groups if other.glyph.category == group.glyph.category]
        colour = colour or len(kin) > 1
        noun = self.rng.choice((group.glyph.nouns[0], self.rng.choice(group.glyph.nouns)))
        word = noun.one if count == 1 else noun.many
        shade = group.colour if colour and group.colour not in word.split() else ""
        if shade:
            # "a bunch of purple grapes", not "a purple bunch of grapes"
            # and "a small blue plane", not "a blue small plane".
            head, of, rest = word.partition(" of ")
            first, _, others = word.partition(" ")
            if of:
                word = f"{head}{of}{shade} {rest}"
            elif first in _BEFORE_COLOUR:
                word = f"{first} {shade} {others}"
            else:
                word = f"{shade} {word}"
        if count == 1:
            return article(word)
        number = _NUMBERS[count]
        if not exact:
            number = self.rng.choice(_LOOSE.get(count, _MANY))
        return f"{number} {word}"

    def _names(self, groups: Sequence[Group]) -> str:
        """The groups' noun phrases joined; people are said to do something."""
        names = [self._name(group) for group in groups]
        for at, group in enumerate(groups):
            if group.glyph.category.supercategory == "person" and self.rng.random() < 0.85:
                verb = self._verb(group)
                # "a swimmer swimming" says nothing new.
                if verb[:4] not in names[at]:
                    names[at] += f" {participle(verb)}"
        if len(names) == 1:
            return names[0]
        return f"{', '.join(names[:-1])} and {names[-1]}"

    def _verb(self, group: Group) -> str:
        return self.rng.choice(verbs(group))

    def _doing(self, group: Group) -> str:
        return participle(self._verb(group))

    def _be(self, group: Group) -> str:
        return "is" if len(group.placements) == 1 else "are"

    def _where(self, group: Group) -> str:
        adjective = self.rng.choice(self.backdrop.light.adjectives)
        phrase = self.rng.choice(group.zone.phrases)
        return phrase.replace("{adj}", adjective)

    def _place(self) -> str:
        name = self.rng.choice(self.backdrop.names)
        adjective = self.rng.choice(self.backdrop.light.adjectives)
        place = article(f"{adjective} {name}".strip())
        if not adjective and self.rng.random() < 0.4:
            place += f" {self._light()}"
        return self.rng.choice((place, place, f"a view of {place}", f"a picture of {place}"))

    def _light(self) -> str:
        return self.rng.choice(self.backdrop.light.phrases)

    def _detail(self) -> str:
        return self.rng.choice(self.backdrop.details) if self.backdrop.details else ""

    def _side(self, group: Group) -> str:
        middles = [one.middle for one in group.placements]
        if max(middles) < self.aspect * 0.36:
            return self.rng.choice(("on the left ,", "on the left side of the picture"))
        if min(middles) > self.aspect * 0.64:
            return self.rng.choice(("on the right ,", "on the right side of the picture"))
        if min(middles) > self.aspect * 0.42 and max(middles) < self.aspect * 0.58:
            return "in the middle of the picture"
        return ""


def _finish(rng: Random, text: str) -> str:
    """Right articles and spaces; a capital and a full stop in most, Flickr8k's bare style in some."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"\ba (?=\w)", "a ", text)
    words = re.sub(r"\b(a|an) (\w[\w'-]*)", lambda found: article(found.group(2)), text)
    words = words.replace(" ,", ",")
    style = rng.random()
    if style < 0.62:
        return words[0].upper() + words[1:] + "."
    if style < 0.82:
        return words[0].upper() + words[1:]
    return words.lower() + " ."
