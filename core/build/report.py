"""What a build did."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.records import Skipped


@dataclass(frozen=True, slots=True)
class BuildReport:
    """`images` and `captions` are what the collection holds now; `skipped`, this run's inputs left out, with reasons.

    `seconds` is the whole run. `pictures_per_second` counts what this run encoded and only the time it encoded in; 0
    when there was nothing to encode. `resumed_from` pictures were found done by an interrupted run.
    `added`, `already_there` and `removed` count pictures of a change."""

    name: str
    folder: Path
    images: int
    captions: int
    skipped: tuple[Skipped, ...]
    seconds: float
    pictures_per_second: float
    resumed_from: int = 0
    added: int = 0
    already_there: int = 0
    removed: int = 0
