"""New scenes for every epoch, drawn by a process of their own while the epoch before is learnt."""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import connection
from types import TracebackType

from core.training import material
from core.training.recipe import Recipe, Source


class Supply:
    """Draws the scenes of a fresh source, one round after another.

    Rounds count from 0; round r takes the seeds after the held-out ones and after those of the rounds before, so no
    two rounds share a scene, and a resumed run gets the very scenes that an uninterrupted one would. At most one round
    is drawn ahead: it waits in memory.
    """

    def __init__(self, source: Source, recipe: Recipe) -> None:
        self._source, self._recipe = source, recipe
        # A fresh interpreter: forking a process in which torch has threads can hang.
        self._pool = ProcessPoolExecutor(
            1, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_parent
        )
        self._drawn: dict[int, Future[material.Material]] = {}

    def __enter__(self) -> Supply:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def seeds(self, number: int) -> range:
        """The seeds of that round."""
        start = self._source.first_seed + self._source.hold_out + number * self._source.count
        return range(start, start + self._source.count)

    def ahead(self, number: int) -> None:
        """Begins that round if nobody has yet."""
        if number not in self._drawn:
            self._drawn[number] = self._pool.submit(
                material.from_scenes, self._source, self._recipe, self.seeds(number)
            )

    def take(self, number: int) -> material.Material:
        """That round as material to train on; waits until it is drawn."""
        self.ahead(number)
        return self._drawn.pop(number).result()


def _end_with_parent() -> None:
    """A run that is killed cannot tell its drawing process to stop: that one watches the run itself."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
