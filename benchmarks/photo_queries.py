"""Which photos ask for which drawings: the queries of `benchmarks/model_quality.py`, part "drawing".

The rule, which looks at names and captions and never at a model's answers:

1. Held-out Caltech classes whose name is a category of the demo; at most 20 photos of each, evenly spread over its file
   names.
2. Up to 20 categories in all are filled from COCO photos. A photo is about a category of the demo when four fifths of
   its captions or more name it: the category's name or its usual plural, as whole words, in any case. Where names
   contain one another the longest counts (a "teddy bear" is no "bear"). The categories with most such photos are taken,
   equal ones by name; all their photos are queries.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from core.scenes import catalog

if TYPE_CHECKING:
    from core.records import ImageRecord

CATEGORIES = 20
PHOTOS_OF_A_CLASS = 20
_AGREEING = 4 / 5  # of a photo's captions

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class PhotoQueries:
    """The photos that ask for `category`: rows among the records of `source`."""

    category: str
    source: Literal["caltech", "coco"]
    rows: tuple[int, ...]


def choose(
    categories: Iterable[str], held_out: Iterable[str], caltech: Sequence[ImageRecord], coco: Sequence[ImageRecord]
) -> tuple[PhotoQueries, ...]:
    """The queries by the rule above, at most `CATEGORIES`; `held_out` are Caltech classes, `categories` the demo's."""
    known = set(categories)
    by_class = {spoken(name): name for name in held_out}
    made = []
    for category in sorted(known & by_class.keys()):
        rows = [row for row, record in enumerate(caltech) if by_class[category] in record.categories]
        rows.sort(key=lambda row: caltech[row].file_name)
        made.append(PhotoQueries(category, "caltech", tuple(evenly_spread(rows, PHOTOS_OF_A_CLASS))))
    about: dict[str, list[int]] = {}
    for row, record in enumerate(coco):
        for category in named([caption.display for caption in record.captions], known):
            about.setdefault(category, []).append(row)
    taken = {queries.category for queries in made}
    for category in sorted(about.keys() - taken, key=lambda name: (-len(about[name]), name)):
        made.append(PhotoQueries(category, "coco", tuple(about[category])))
    return tuple(made[:CATEGORIES])


def named(captions: Sequence[str], categories: Iterable[str]) -> set[str]:
    """The categories that four fifths of `captions` or more name."""
    category_of: dict[str, str] = {}
    for category in sorted(categories):
        for words in (spoken(category), catalog.plural(spoken(category))):
            category_of.setdefault(words, category)
    if not captions or not category_of:
        return set()
    longest_first = "|".join(re.escape(words) for words in sorted(category_of, key=len, reverse=True))
    pattern = re.compile(rf"\b(?:{longest_first})\b")
    votes: Counter[str] = Counter()
    for caption in captions:
        votes.update({category_of[words] for words in pattern.findall(caption.lower())})
    return {category for category, count in votes.items() if count >= _AGREEING * len(captions)}


def spoken(name: str) -> str:
    """The name of a class or category as a person would write it: "joshua_tree" is "joshua tree", and the "mouse
    (animal)" a "mouse"."""
    return name.replace("_", " ").partition(" (")[0].strip().lower()


def evenly_spread(items: Sequence[Item], most: int) -> list[Item]:
    """At most `most` of `items`, at equal steps from the first on, in their order."""
    count = min(most, len(items))
    return [items[number * len(items) // count] for number in range(count)]
