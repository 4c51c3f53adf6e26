"""English captions for a scene, in the plain register of COCO and Flickr8k."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from core.scenes.backdrop import Backdrop
from core.scenes.layout import Group
from core.scenes.words import article, finite, participle

COUNT = 5
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
_LOOSE = {2: ("a couple of", "two", "a pair of"), 3: ("three", "a few", "several")}
_MANY = ("several", "some", "a group of")

# Verbs by the kind of thing where a glyph names none; "be parked" is "is parked" / "parked".
_VERBS = {
    "person": ("stand",),
    "animal": ("stand", "walk", "rest"),
    "building": ("stand",),
    "plant": ("grow", "stand"),
    "nature": ("lie", "rest"),
}
_FLOATING = ("float", "hover")


def describe(rng: Random, backdrop: Backdrop, groups: Sequence[Group]) -> tuple[str, ...]:
    """Five different captions, the first naming every group, number, colour and the light.

    `groups` hold at least one object each. Nothing is named that is not in the picture.
    """
    teller = _Teller(rng, backdrop, groups)
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


def relation(first: Group, second: Group) -> tuple[str, ...]:
    """Phrases for where `first` is, seen from `second`; empty where none clearly holds."""
    left = max(one.left + one.width for one in first.placements)
    right = min(one.left for one in first.placements)
    other_left = min(one.left for one in second.placements)
    other_right = max(one.left + one.width for one in second.placements)
    if first.zone.name == "sky" and second.zone.name not in ("sky", "space"):
        apart = max(right - other_right, other_left - left)
        return ("above", "over") if apart < 0 else ()
    if first.zone.airborne != second.zone.airborne:
        return ()
    if left <= other_left + 0.02 or right >= other_right - 0.02:
        gap = other_left - left if left <= other_left + 0.02 else right - other_right
        side = "left" if left <= other_left + 0.02 else "right"
        words: tuple[str, ...] = (f"to the {side} of", f"on the {side} side of", f"{side} of")
        near = _foot(first) - _foot(second)
        if gap < 0.12 and abs(near) < 0.15:
            words += ("next to", "beside", "near")
        return words
    if first.zone.airborne:
        if max(one.foot for one in first.placements) <= min(one.top for one in second.placements) + 0.03:
            return ("above",)
        if min(one.top for one in first.placements) >= max(one.foot for one in second.placements) - 0.03:
            return ("below", "under")
        return ()
    if _foot(first) > max(one.foot for one in second.placements) + 0.05:
        return ("in front of",)
    if max(one.foot for one in first.placements) < _foot(second) - 0.05:
        return ("behind",)
    return ()


def _foot(group: Group) -> float:
    return min(one.foot for one in group.placements)


class _Teller:
    """Says one scene in several ways, drawing every choice of words from `rng`."""

    def __init__(self, rng: Random, backdrop: Backdrop, groups: Sequence[Group]) -> None:
        self.rng, self.backdrop = rng, backdrop
        self.groups = sorted(
            groups, key=lambda group: -max(one.width * one.height for one in group.placements)
        )

    def full(self) -> str:
        """Everything: groups by zone with numbers and colours, the light, a detail."""
        first, *rest = self._by_zone()
        text = self._zone_clause(first)
        for zone_groups in rest:
            what = self._names(zone_groups)
            where = self._where(zone_groups[0])
            link = self.rng.choice(("with", "and", "and"))
            if len(zone_groups) == 1 and self.rng.random() < 0.4:
                text += f", {link} {what} {self._doing(zone_groups[0])} {where}".replace("  ", " ")
            else:
                text += f", {link} {what} {where}"
        extra = [part for part in (self._detail(), self._light()) if part]
        self.rng.shuffle(extra)
        if not extra:
            return text
        if self.rng.random() < 0.25 and extra[0] == extra[0].removeprefix("with"):
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
                near, far = self._name(first), self._name(second)
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
            text = f"there {self._be(group)} {self._name(group)} and {self._name(others[0])}"
            same = group.zone is others[0].zone
            text += f" {self._where(group)}" if same else f" {self._scene_where()}"
        elif self.rng.random() < 0.5:
            text += f" {self._light() or self._detail()}"
        return text

    def _by_zone(self) -> list[list[Group]]:
        zones: dict[str, list[Group]] = {}
        for group in self.groups:
            zones.setdefault(group.zone.name, []).append(group)
        return list(zones.values())

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
        if style < 0.35:
            verb = finite(self._verb(group), len(group.placements) > 1)
            return f"{self._name(group)} {verb or self._be(group)} {where}"
        return f"{self._name(group)} {self._doing(group)} {where}"

    def _name(self, group: Group, colour: bool = True, exact: bool = True) -> str:
        """The noun phrase: number, colour, noun."""
        count = len(group.placements)
        noun = self.rng.choice((group.glyph.nouns[0], self.rng.choice(group.glyph.nouns)))
        word = noun.one if count == 1 else noun.many
        shade = group.colour if colour and group.colour not in word.split() else ""
        if shade:
            # "a bunch of purple grapes", not "a purple bunch of grapes"
            head, of, rest = word.partition(" of ")
            word = f"{head}{of}{shade} {rest}" if of else f"{shade} {word}"
        if count == 1:
            return article(word)
        number = _NUMBERS[count]
        if not exact:
            number = self.rng.choice(_LOOSE.get(count, _MANY))
        if word.startswith(("pair", "group")) and number.endswith(" of"):
            number = _NUMBERS[count]
        return f"{number} {word}"

    def _names(self, groups: Sequence[Group]) -> str:
        names = [self._name(group) for group in groups]
        if len(names) == 1:
            return names[0]
        return f"{', '.join(names[:-1])} and {names[-1]}"

    def _verb(self, group: Group) -> str:
        return self.rng.choice(_verbs(group))

    def _doing(self, group: Group) -> str:
        return participle(self._verb(group))

    def _be(self, group: Group) -> str:
        return "is" if len(group.placements) == 1 else "are"

    def _where(self, group: Group) -> str:
        adjective = self.rng.choice(self.backdrop.light.adjectives)
        phrase = self.rng.choice(group.zone.phrases)
        return phrase.replace("{adj}", adjective)

    def _scene_where(self) -> str:
        """Where the scene is as a whole: the words of its widest zone."""
        widest = max(self.backdrop.zones, key=lambda zone: zone.share)
        adjective = self.rng.choice(self.backdrop.light.adjectives)
        return self.rng.choice(widest.phrases).replace("{adj}", adjective)

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
        # The picture's width is not known here; the rightmost possible middle is near 1.5.
        return "on the left ," if max(middles) < 0.33 else ""


def _verbs(group: Group) -> tuple[str, ...]:
    glyph, zone = group.glyph, group.zone.name
    kind, own = glyph.category.supercategory, glyph.verbs
    if zone == "plain":
        return own if kind == "person" else ("",)
    if zone == "sky" and kind == "animal":
        return own if {"fly", "flutter"} & set(own) else ("fly", "fly", "soar")
    if zone in ("deep", "water") and kind == "animal":
        return own if {"swim", "float", "wade", "crawl"} & set(own) else ("swim",)
    if own:
        return own
    if zone == "road" and kind == "vehicle":
        return ("drive", "travel", "be parked", "wait")
    if zone == "rail":
        return ("travel", "stand", "run")
    if kind == "vehicle":
        return ("stand", "be parked") if zone == "ground" else ("",)
    if zone in ("sky", "space"):
        return _FLOATING
    if zone == "wall":
        return ("hang", "")
    return _VERBS.get(kind, ("sit", "rest", "", ""))


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
