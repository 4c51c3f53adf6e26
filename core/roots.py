"""Which folders the dashboard may read and write, for whoever can open its page may type any path into it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from core.errors import UnsafePathError

SETTING = "COCO_LENS_ROOTS"


def inside(typed: str, roots: Sequence[Path], also: Sequence[Path] = ()) -> Path:
    """The path that was typed, absolute and with every link followed, where it lies in one of `roots` (links in those
    followed too) or of `also`, our own folders. `~` is the home folder; whether anything is there is not asked.

    Raises `UnsafePathError` naming the roots and the setting for any other: outside, up and out with `..`, through a
    link, not a path at all.
    """
    try:
        found = Path(typed.strip()).expanduser().resolve()
        if typed.strip() and any(found.is_relative_to(root.resolve()) for root in (*roots, *also)):
            return found
    except (OSError, RuntimeError, ValueError) as error:  # a NUL, a link that points at itself, no such user's home
        raise UnsafePathError(f"not a usable path: {_shown(typed)} ({type(error).__name__})") from error
    if not typed.strip():
        raise UnsafePathError("no folder was named; type the path of one")
    raise UnsafePathError(
        f"{_shown(typed)} is outside of the folders that the dashboard may use ({listed(roots)}). To allow others, set "
        f"{SETTING} to their paths, with {os.pathsep!r} between them, and start the dashboard again; the command "
        "line takes any folder"
    )


def listed(roots: Sequence[Path]) -> str:
    """The roots as people read them."""
    return ", ".join(map(str, roots))


def _shown(typed: str) -> str:
    return ascii(typed if len(typed) <= 200 else typed[:197] + "...")
