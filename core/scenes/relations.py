"""How two groups of objects stand to each other in the picture."""

from __future__ import annotations

from core.scenes.layout import Group


def relation(first: Group, second: Group) -> tuple[str, ...]:
    """Phrases for where `first` is, seen from `second`, or what it does with it; empty where none clearly holds."""
    if first.deed is not None and first.deed.partner is second:
        return first.deed.words
    if second.deed is not None and second.deed.partner is first:
        return second.deed.back
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
