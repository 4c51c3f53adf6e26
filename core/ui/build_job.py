"""One build for the whole process, in a thread that never calls Streamlit: a second tab sees the same job, and closing
a tab does not stop it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core import build, errors
from core.progress import Progress

SMALL = 2000
"""Pictures up to which a page may start a build: some minutes on two cores. Larger ones belong on the command line."""
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the job is. `fault` is set once it failed."""

    running: bool
    finished: bool
    progress: Progress
    seconds: float
    fault: Exception | None


class BuildJob:
    """At most one build at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._progress = Progress("waiting", 0, 0)
        self._fault: Exception | None = None
        self._started = 0.0
        self._finished = False
        self._stop = threading.Event()

    def start(self, work: Callable[[Callable[[Progress], None]], object]) -> bool:
        """Run `work` with a report; False when a job is under way."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return False
            self._progress, self._fault, self._finished = Progress("starting", 0, 0), None, False
            self._started = time.monotonic()
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, args=(work,), name="coco-lens-build", daemon=True)
            self._thread.start()
            return True

    def cancel(self) -> None:
        """Stop at the next report; what is encoded so far is kept for a later build."""
        self._stop.set()

    def moment(self) -> Moment:
        """The state now."""
        running = self._thread is not None and self._thread.is_alive()
        return Moment(running, self._finished, self._progress, time.monotonic() - self._started, self._fault)

    def _run(self, work: Callable[[Callable[[Progress], None]], object]) -> None:
        try:
            work(self._report)
        except Exception as error:  # shown by the page that watches, by the rules of `states`
            self._fault = error
        else:
            self._finished = True

    def _report(self, progress: Progress) -> None:
        self._progress = progress
        if self._stop.is_set():
            raise errors.Cancelled(
                "The build was stopped. What is encoded so far is kept; building again goes on there."
            )


@st.cache_resource(max_entries=1, show_spinner=False)
def job() -> BuildJob:
    """The one job of this process."""
    return BuildJob()


def count_pictures(folder: Path, limit: int = SMALL) -> int:
    """Files in `folder` and below that look like pictures; counting stops one past `limit`."""
    number = 0
    for path in folder.rglob("*"):
        number += path.suffix.lower() in _SUFFIXES
        if number > limit:
            break
    return number


def begin(name: str, folder: Path, captions: Path | None, db: Path) -> bool:
    """Start to build a collection; False when another build is under way."""
    return job().start(lambda report: build.build_collection(name, folder, captions, db=db, report=report))
