"""Names for groups of pictures, from the words of their captions that set each apart from the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import keywords, lift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.records import ImageRecord

_WORDS = 3  # of a name
_LOOKED_AT = 12


def names(groups: Sequence[Sequence[ImageRecord]], whole: lift.Frequencies) -> tuple[str, ...]:
    """One name a group, no two alike: up to three caption words that are clearly more frequent in it than in the
    `whole`, one of each word's forms; categories where captions say nothing; else its number, from 1."""
    found: list[str] = []
    for number, group in enumerate(groups, 1):
        told = lift.word_lift(whole, group, _LOOKED_AT) or lift.category_lift(whole, group, _LOOKED_AT)
        words = _different([one.name for one in told])
        name = ", ".join(words[:_WORDS])
        for more in range(_WORDS + 1, len(words) + 1):
            if name not in found:
                break
            name = ", ".join(words[:more])
        found.append(name if name and name not in found else f"Cluster {number}")
    return tuple(found)


def _different(words: Sequence[str]) -> list[str]:
    """Without a second form of the same word: "dog" says what "dogs" does."""
    kept: dict[tuple[str, ...], str] = {}
    for word in words:
        kept.setdefault(keywords.stems(word), word)
    return list(kept.values())
