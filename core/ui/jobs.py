"""Long work in a thread that never calls Streamlit, one piece at a time: a second tab sees the same job, and closing a
tab does not stop it.

A kind of job is a module that keeps one `Job` for the whole process in `st.cache_resource` (`build_job` is the
shortest); `job_watch` draws any of them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from core import errors, progress
from core.progress import Progress

MAX_LISTED = 1000
"""Inputs left out that a job lists by name; it counts the others."""

_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a job is. Before the first one nothing is running, finished, or at fault, and `subject` is "".

    `number` counts starts, and `forget`, so that a watcher who looks now and then misses none.
    `subject` tells what it works on from anything else, `name` is what people call that. `seconds` since it began; once
    it is over, how long it took. `rate` is units a second in this stage and `remaining` seconds of it, None where
    nothing can be said yet. `left_out` are the first inputs left out, each with its reason. `fault` is set once it
    failed or was stopped.
    """

    number: int
    running: bool
    stopping: bool
    finished: bool
    subject: str
    name: str
    progress: Progress
    seconds: float
    rate: float | None
    remaining: float | None
    left_out: tuple[tuple[str, str], ...]
    fault: Exception | None


class Job(Generic[_R]):
    """At most one piece of work at a time, whose value is `_R`. `stopped` is what a visitor who stopped it is told."""

    def __init__(self, thread: str, stopped: str) -> None:
        self._thread_name, self._stopped = thread, stopped
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._number = 0
        self._reset("", "")

    def start(self, work: Callable[[progress.Report], _R], *, subject: str = "", name: str = "") -> bool:
        """Run `work` with a report; False when one is under way, which goes on untouched."""
        with self._lock:
            if self._alive():
                return False
            self._reset(subject, name)
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, args=(work,), name=self._thread_name, daemon=True)
            self._thread.start()
            return True

    def cancel(self) -> None:
        """Stop at the next report."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Return when it is done, at the latest after `seconds`."""
        if self._thread is not None:
            self._thread.join(seconds)

    def moment(self) -> Moment:
        """The state now."""
        with self._lock:
            running = self._alive()
            now = time.monotonic() if running else self._ended
            at, rate, remaining = self._progress, None, None
            done, seconds = at.done - self._stage_first, now - self._stage_began
            if done > 0 and seconds > 0:
                rate = done / seconds
                remaining = (at.total - at.done) / rate if at.total else None
            return Moment(
                number=self._number,
                running=running,
                stopping=running and self._stop.is_set(),
                finished=self._finished,
                subject=self._subject,
                name=self._name,
                progress=at,
                seconds=now - self._began,
                rate=rate,
                remaining=remaining,
                left_out=tuple(self._left_out),
                fault=self._fault,
            )

    def result(self, subject: str = "") -> _R | None:
        """What the last work gave, if it was about `subject` and is done."""
        with self._lock:
            return self._result if self._finished and self._subject == subject else None

    def forget(self) -> None:
        """Forget what the last work gave or why it failed, unless one is under way."""
        with self._lock:
            if not self._alive():
                self._reset("", "")

    def _alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _reset(self, subject: str, name: str) -> None:
        self._number += 1
        self._subject, self._name = subject, name
        self._progress = Progress("Starting", 0, 0)
        self._began = self._stage_began = self._ended = time.monotonic()
        self._stage_first = 0
        self._left_out: list[tuple[str, str]] = []
        self._finished = False
        self._fault: Exception | None = None
        self._result: _R | None = None

    def _run(self, work: Callable[[progress.Report], _R]) -> None:
        try:
            made = work(self._report)
        except Exception as error:  # shown by the page that watches, by the rules of `states`
            with self._lock:
                self._fault, self._ended = error, time.monotonic()
        else:
            with self._lock:
                self._result, self._finished, self._ended = made, True, time.monotonic()

    def _report(self, at: Progress) -> None:
        with self._lock:
            if at.stage != self._progress.stage:
                self._stage_began, self._stage_first = time.monotonic(), at.done
            self._progress = at
            self._left_out += at.left_out[: MAX_LISTED - len(self._left_out)]
        if self._stop.is_set():
            raise errors.Cancelled(self._stopped)
