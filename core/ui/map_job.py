"""One computation for Embedding Explorer at a time in the whole process (map, clusters, outliers), in a thread that
never calls Streamlit: a second tab sees the same job, and closing a tab does not stop it."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core import errors
from core.progress import Progress, Report

_KEPT = 8  # results in memory; the others are in their files


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be computed. `subject` tells it from every other, of other versions of a collection too; `title` is
    shown, `load` reads what was kept or returns None, `work` computes and keeps."""

    subject: str
    title: str
    load: Callable[[], Any]
    work: Callable[[Report], Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the job is; `subject` is "" before the first; `fault` is set once it failed."""

    running: bool
    subject: str
    title: str
    progress: Progress
    seconds: float
    fault: Exception | None


class MapJob:
    """At most one task under way. The last few results are at hand."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._task: Task | None = None
        self._progress = Progress("starting", 0, 0)
        self._started = 0.0
        self._fault: Exception | None = None
        self._results: OrderedDict[str, Any] = OrderedDict()

    def start(self, task: Task) -> bool:
        """Begin; False when another one is under way."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return False
            self._task, self._fault, self._progress = task, None, Progress("starting", 0, 0)
            self._started = time.monotonic()
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, args=(task,), name="coco-lens-map", daemon=True)
            self._thread.start()
            return True

    def wait(self, seconds: float) -> None:
        """Return when it is done, at the latest after `seconds`."""
        if self._thread is not None:
            self._thread.join(seconds)

    def cancel(self) -> None:
        """Stop at the next report. Nothing is kept of unfinished work."""
        self._stop.set()

    def moment(self) -> Moment:
        """The state now."""
        running = self._thread is not None and self._thread.is_alive()
        subject, title = (self._task.subject, self._task.title) if self._task else ("", "")
        return Moment(running, subject, title, self._progress, time.monotonic() - self._started, self._fault)

    def result(self, task: Task) -> Any:
        """What the task makes, where it was made before; else None."""
        with self._lock:
            if task.subject in self._results:
                self._results.move_to_end(task.subject)
                return self._results[task.subject]
        found = task.load()
        if found is not None:
            self._keep(task, found)
        return found

    def _keep(self, task: Task, found: Any) -> None:
        with self._lock:
            self._results[task.subject] = found
            while len(self._results) > _KEPT:
                self._results.popitem(last=False)

    def _run(self, task: Task) -> None:
        try:
            self._keep(task, task.work(self._report))
        except Exception as error:  # shown by the page that watches, by the rules of `states`
            self._fault = error

    def _report(self, progress: Progress) -> None:
        self._progress = progress
        if self._stop.is_set():
            raise errors.Cancelled("This was stopped, and nothing of it is kept. It begins anew when you start it.")


@st.cache_resource(max_entries=1, show_spinner=False)
def job() -> MapJob:
    """The one job of this process."""
    return MapJob()
