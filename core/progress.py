"""How a long job tells its watcher where it is, without knowing who watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of a long job: `done` of `total` units (0 when unknown) in `stage`, `skipped` of them left out.
    `left_out` are the inputs left out since the last report, each a file name and the reason."""

    stage: str
    done: int
    total: int
    skipped: int = 0
    unit: str = "pictures"
    left_out: tuple[tuple[str, str], ...] = ()


Report = Callable[[Progress], None]
"""Called from the job's own thread. It may raise `core.errors.Cancelled` to stop the job."""


def silent(_: Progress) -> None:
    """A report for callers that do not watch."""
