"""English captions for a scene, in the plain register of COCO and Flickr8k."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import TypeAlias

from core.scenes.backdrop import Backdrop
from core.scenes.catalog import Noun
from core.scenes.layout import Group
from core.scenes.relations import relation
from core.scenes.verbs import verbs
from core.scenes.words import article, finite, participle

COUNT = 5
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
_LOOSE = {2: ("a couple of", "two"), 3: ("three", "a few", "several")}
_MANY = ("several", "some", "many")

_BEFORE_COLOUR = frozenset({"little", "small", "old"})
# Places that say little, and words that say nothing.
_VAGUE = frozenset(
    {"in the sky", "in the air", "in the water", "on the wall", "on the floor", "on the road", "on the table"}
    | {"on a table", "on the shore", "on the sand", "by the water", "on the grass", "in the city", "in the kitchen"}
)
_COMMON = frozenset({"the", "and", "with", "there", "are", "its", "under", "near", "above", "over", "behind", "front"})
_REMOTE = frozenset({"sky", "space", "wall", "far"})
# What opens a caption of one thing near the eye.
_NEAR = ("a close up of", "a close up of", "a close view of", "up close ,", "a large picture of")
# An adverbial opens a sentence well only when it is one of place or time.
_OPENERS = ("at ", "on ", "under ", "in ", "near ", "by ", "beneath ", "beside ")

Teller: TypeAlias = Callable[[Random, Backdrop, Sequence[Group], float], tuple[str, ...]]
"""Says what a scene shows: `describe` or `describe_close`."""


def describe(rng: Random, backdrop: Backdrop, groups: Sequence[Group], aspect: float) -> tuple[str, ...]:
    """Five different captions, the first naming every group, number, colour and the light.

    `groups` hold at least one object each; `aspect` is the picture's width over height. Nothing is named
    that is not in the picture.
    """
    teller = _Teller(rng, backdrop, groups, aspect)
    return _told(teller, (teller.full, teller.related, teller.listed, teller.short, teller.there))


def describe_close(rng: Random, backdrop: Backdrop, groups: Sequence[Group], aspect: float) -> tuple[str, ...]:
    """As `describe`, for one thing near the eye; two of the five say that it is."""
    teller = _Teller(rng, backdrop, groups, aspect)
    return _told(teller, (teller.close, teller.full, teller.listed, teller.close, teller.short))


def _told(teller: _Teller, kinds: Sequence[Callable[[], str]]) -> tuple[str, ...]:
    """One sentence of each kind, all different."""
    rng = teller.rng
    found: list[str] = []
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


def name_of(group: Group, noun: Noun, shade: str) -> str:
    """The noun phrase of a group: "a red car", "three bunches of purple grapes", "two small blue planes".

    `noun` is one of its glyph's, `shade` its colour or "" to leave it unsaid.
    """
    count = len(group.placements)
    word = noun.one if count == 1 else noun.many
    if shade and shade not in word.split():
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
    return article(word) if count == 1 else f"{_NUMBERS[count]} {word}"


class _Teller:
    """Says one scene in several ways, drawing every choice of words from `rng`."""

    def __init__(self, rng: Random, backdrop: Backdrop, groups: Sequence[Group], aspect: float) -> None:
        self.rng, self.backdrop, self.aspect = rng, backdrop, aspect
        # The most striking first: what takes most room, people before things of their size.
        self.groups = sorted(groups, key=lambda group: -_weight(group))

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
        extra = [part for part in (self._light(), detail) if part and _adds(part, text)]
        self.rng.shuffle(extra)
        if not extra:
            return text
        if self.rng.random() < 0.25 and extra[0].startswith(_OPENERS):
            return f"{extra[0]} , {text}"
        keep = 2 if len(self.groups) == 1 or self.rng.random() < 0.4 else 1
        return " ".join([text, *extra[:keep]])

    def related(self) -> str:
        """Two groups, how they stand to each other and where; one alone with its side of the picture."""
        if len(self.groups) == 1:
            group = self.groups[0]
            side = self._side(group)
            if side and self.rng.random() < 0.6:
                text = f"{side} there {self._be(group)} {self._name(group)} {self._place_of(group)}"
                return self._with_extra(text, 0.5)
            return self._with_extra(self._zone_clause(self.groups), 0.7)
        pairs = [(a, b) for a in self.groups for b in self.groups if a is not b]
        self.rng.shuffle(pairs)
        # The most striking group is in the pair if it stands clearly to any other.
        pairs.sort(key=lambda pair: (not _acts(*pair), self.groups[0] not in pair))
        for first, second in pairs:
            words = relation(first, second)
            if words:
                doing = self._doing(first) if self.rng.random() < 0.6 and not _acts(first, second) else ""
                near = self._name(first)
                far = self._name(second) if _acts(second, first) else self._names([second])
                where = self._place_of(second if first.zone.name == "sky" else first)
                if first.zone.name == "sky" and second.zone.name == "far":
                    where = ""
                return self._with_extra(f"{near} {doing} {self.rng.choice(words)} {far} {where}", 0.4)
        return self._with_extra(self._apart(*self.groups[:2]), 0.35)

    def listed(self) -> str:
        """The place first: "a sunny beach with two dogs and a kite"."""
        place = self._place()
        if len(self.groups) <= 2 and self.rng.random() < 0.3:
            scene = self._where_clause()
            if scene:
                return f"{place} where {scene}"
        names = self._names(self.rng.sample(self.groups, len(self.groups)))
        # "a kitchen with yellow tiles and two apples"
        painted = [detail for detail in self.backdrop.details if detail.startswith("with ") and _adds(detail, place)]
        if painted and self.rng.random() < 0.3:
            link = "and" if len(self.groups) == 1 else ", with"
            return f"{place} {self.rng.choice(painted)} {link} {names}"
        return f"{place} with {names}"

    def short(self) -> str:
        """What strikes most, one group or two, in few words: its colour and the place."""
        group = self.groups[0]
        exact = self.rng.random() < 0.75
        pair = self._actors()
        if pair and self.rng.random() < 0.7:
            return self._with_extra(f"{self._names(pair)} {self._place_of(pair[0])}", 0.25)
        if len(self.groups) > 1 and self.rng.random() < 0.45:
            return self._short_pair(group, self.groups[1], exact)
        text, where = self._name(group, exact=exact), self._place_of(group)
        style = self.rng.random()
        if style < 0.4:
            verb = finite(self._verb(group), len(group.placements) > 1)
            text = f"{text} {verb} {where}" if verb else f"{text} {where}"
        elif style < 0.75:
            text = f"{text} {self._doing(group)} {where}"
        else:
            text = f"{text} {where}"
        return self._with_extra(text, 0.6 if len(self.groups) == 1 else 0.35)

    def there(self) -> str:
        """A statement about the two most striking groups and the place, the light in half."""
        group = self.groups[0]
        start = self.rng.choice((f"there {self._be(group)}",) * 4 + ("we see", "you can see"))
        if len(self.groups) == 1:
            doing = self._doing(group) if self.rng.random() < 0.4 else ""
            return self._with_extra(f"{start} {self._name(group)} {doing} {self._place_of(group)}", 0.7)
        pair = self._actors()
        if pair and group in pair:
            return self._with_extra(f"{start} {self._names(pair)} {self._place_of(pair[0])}", 0.5)
        others = self.groups[1:]
        other = others[0] if self.rng.random() < 0.7 else self.rng.choice(others)
        text = f"{start} {self._names([group])}"
        if group.zone.phrases != other.zone.phrases:
            text += f" {self._place_of(group)}"
        return self._with_extra(f"{text} and {self._names([other])} {self._place_of(other)}", 0.5)

    def close(self) -> str:
        """The most striking group, near: "a close up of a kangaroo in the desert"."""
        group = self.groups[0]
        near = self.rng.choice(_NEAR)
        doing = self._doing(group) if self.rng.random() < 0.3 else ""
        return self._with_extra(f"{near} {self._name(group)} {doing} {self._place_of(group)}", 0.6)

    def _short_pair(self, group: Group, other: Group, exact: bool) -> str:
        """Two groups and one place, which must be true of both or told apart."""
        name, second = self._name(group, exact=exact), self._name(other, exact=exact)
        if _acts(group, other) or _acts(other, group):
            group, other = (group, other) if _acts(group, other) else (other, group)
            return f"{self._names([group, other])} {self._place_of(group)}"
        if group.zone.phrases == other.zone.phrases:
            return self._with_extra(f"{name} and {second} {self._place_of(group)}", 0.25)
        if "over" in relation(group, other):
            group, other, name, second = other, group, second, name
        if "over" in relation(other, group):
            return f"{name} {self.rng.choice(('under', 'beneath', 'below'))} {second} {self._place_of(group)}"
        return f"{name} {self._place_of(group)} and {second} {self._where(other)}"

    def _apart(self, first: Group, second: Group) -> str:
        """Two groups of which none is clearly above, beside or before the other."""
        if first.zone.phrases == second.zone.phrases:
            return f"{self._names([first, second])} {self._place_of(first)}"
        verbs_of = [finite(self._verb(one), len(one.placements) > 1) for one in (first, second)]
        if all(verbs_of) and self.rng.random() < 0.6:
            one = f"{self._name(first)} {verbs_of[0]} {self._place_of(first)}"
            return f"{one} while {self._name(second)} {verbs_of[1]} {self._where(second)}"
        return f"{self._names([first])} {self._place_of(first)} and {self._names([second])} {self._where(second)}"

    def _where_clause(self) -> str:
        """A sentence to follow "a beach where": the first group's verb, the other beside it."""
        group = self.groups[0]
        verb = finite(self._verb(group), len(group.placements) > 1)
        if not verb:
            return ""
        if len(self.groups) == 1:
            return f"{self._name(group)} {verb}"
        words = relation(group, self.groups[1])
        if _acts(group, self.groups[1]):
            return ""
        link = self.rng.choice(words) if words else "with"
        if link == "with" and group.zone.phrases != self.groups[1].zone.phrases:
            return ""
        return f"{self._name(group)} {verb} {link} {self._name(self.groups[1])}"

    def _with_extra(self, text: str, share: float) -> str:
        """`text` and, in `share` of all cases, the light or a detail that it does not tell yet."""
        if self.rng.random() >= share:
            return text
        lights = [part for part in self.backdrop.light.phrases if part and _adds(part, text)]
        details = [part for part in self.backdrop.details if _adds(part, text)]
        # What hangs in the sky is not "beside a path", nor is what stands far behind.
        if any(group.zone.name in _REMOTE for group in self.groups):
            details = []
        pools = [pool for pool in (lights, lights, details) if pool]
        return f"{text} {self.rng.choice(self.rng.choice(pools))}" if pools else text

    def _by_zone(self) -> list[list[Group]]:
        zones: dict[tuple[str, ...], list[Group]] = {}
        doer_of = {id(group.deed.partner): group for group in self.groups if group.deed is not None}
        for group in self.groups:
            # A kite belongs to the one who flies it, not to the sky's other things.
            place = doer_of.get(id(group), group).zone
            zones.setdefault(place.phrases, []).append(group)
        # What flies or hangs comes after what stands.
        return sorted(zones.values(), key=lambda groups: all(group.zone.airborne for group in groups))

    def _zone_clause(self, groups: Sequence[Group]) -> str:
        standing = next((group for group in groups if not group.zone.airborne), groups[0])
        where = self._place_of(standing)
        if len(groups) > 1:
            words = relation(groups[0], groups[1]) if len(groups) == 2 else ()
            if any(group.deed is not None for group in groups):
                return f"{self._names(groups)} {where}"
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
        name = name_of(group, noun, group.colour if colour else "")
        if count == 1 or exact:
            return name
        return f"{self.rng.choice(_LOOSE.get(count, _MANY))} {name.partition(' ')[2]}"

    def _names(self, groups: Sequence[Group]) -> str:
        """The groups' noun phrases joined; people are said to do something."""
        names, told = [], set()
        for group in groups:
            if id(group) in told:
                continue
            doer = next((one for one in groups if _acts(one, group)), group)
            if doer.deed is not None and any(doer.deed.partner is other for other in groups):
                told |= {id(doer), id(doer.deed.partner)}
                words = self.rng.choice(doer.deed.words)
                names.append(f"{self._name(doer)} {words} {self._name(doer.deed.partner)}")
                continue
            names.append(self._name(group))
            if group.glyph.category.supercategory == "person" and self.rng.random() < 0.85:
                verb = self._verb(group)
                # "a swimmer swimming" says nothing new.
                if verb[:4] not in names[-1]:
                    names[-1] += f" {participle(verb)}"
        if len(names) == 1:
            return names[0]
        return f"{', '.join(names[:-1])} and {names[-1]}"

    def _actors(self) -> list[Group]:
        """The two groups of an act, the doer first; empty where there is none."""
        doers = [group for group in self.groups if group.deed is not None]
        return [doers[0], doers[0].deed.partner] if doers and doers[0].deed else []

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

    def _place_of(self, group: Group) -> str:
        """Where `group` is, nearly always in words that name the place itself."""
        telling = [phrase for phrase in group.zone.phrases if phrase not in _VAGUE]
        if not telling or self.rng.random() < 0.12:
            return self._where(group)
        return self.rng.choice(telling).replace("{adj}", self.rng.choice(self.backdrop.light.adjectives))

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


def _acts(first: Group, second: Group) -> bool:
    """Whether `first` does something with `second`."""
    return first.deed is not None and first.deed.partner is second


def _weight(group: Group) -> float:
    """How much of the picture a group takes; people count for more."""
    area = sum(one.width * one.height for one in group.placements)
    return area * (1.5 if group.glyph.category.supercategory == "person" else 1.0)


def _adds(part: str, text: str) -> bool:
    """Whether `part` says something with none of `text`'s longer words: "a sunny beach on a sunny day"."""
    said = set(re.findall(r"[\w-]{3,}", text)) - _COMMON
    return not said & set(re.findall(r"[\w-]{3,}", part))


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
