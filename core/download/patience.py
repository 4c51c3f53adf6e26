"""How long a download waits for a server, and how often it tries again."""

from __future__ import annotations

from dataclasses import dataclass

_LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Patience:
    """`connect` seconds for a connection; `silence` seconds in which at least `gain` bytes must come.

    A try that brings fewer than `gain` bytes is fruitless; after `tries` fruitless ones in a row the download stops.
    Between them it waits `pause` seconds, twice as long each time.
    """

    connect: float = 15.0
    silence: float = 30.0
    gain: int = 65_536
    tries: int = 8
    pause: float = 0.5

    def wait(self, fruitless: int) -> float:
        """Seconds before the next try after so many fruitless ones."""
        return min(self.pause * 2 ** max(fruitless - 1, 0), _LONGEST_PAUSE) if fruitless else 0.0
