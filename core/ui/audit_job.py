"""One audit for the whole process, in a thread that never calls Streamlit: a second tab sees the same job, and closing
a tab does not stop it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core import audit, errors
from core.progress import Progress

if TYPE_CHECKING:
    from pathlib import Path

    from core.audit import Audit
    from core.store import Store


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the job is: the identity of what it audits, "" before the first; `fault` is set once it failed."""

    running: bool
    subject: str
    name: str
    progress: Progress
    seconds: float
    fault: Exception | None


class AuditJob:
    """At most one audit at a time. The last one is at hand as `result`, the others are in the cache folder."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._subject = self._name = ""
        self._progress = Progress("starting", 0, 0)
        self._started = 0.0
        self._fault: Exception | None = None
        self._result: Audit | None = None

    def start(self, store: Store, cache: Path, *, again: bool = False) -> bool:
        """Begin; False when another one is under way."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return False
            self._subject, self._name = audit.identity(store), store.manifest.name
            self._progress, self._fault, self._result = Progress("starting", 0, 0), None, None
            self._started = time.monotonic()
            self._stop.clear()
            self._thread = threading.Thread(
                target=self._run, args=(store, cache, again), name="coco-lens-audit", daemon=True
            )
            self._thread.start()
            return True

    def wait(self, seconds: float) -> None:
        """Return when it is done, at the latest after `seconds`."""
        if self._thread is not None:
            self._thread.join(seconds)

    def cancel(self) -> None:
        """Stop at the next report. Nothing is kept of an unfinished audit."""
        self._stop.set()

    def moment(self) -> Moment:
        """The state now."""
        running = self._thread is not None and self._thread.is_alive()
        seconds = time.monotonic() - self._started
        return Moment(running, self._subject, self._name, self._progress, seconds, self._fault)

    def result(self, store: Store) -> Audit | None:
        """The audit of exactly this store, if it was the last one."""
        return self._result if self._subject == audit.identity(store) else None

    def _run(self, store: Store, cache: Path, again: bool) -> None:
        try:
            self._result = audit.remembered(store, cache, again=again, report=self._report)
        except Exception as error:  # shown by the page that watches, by the rules of `states`
            self._fault = error

    def _report(self, progress: Progress) -> None:
        self._progress = progress
        if self._stop.is_set():
            raise errors.Cancelled("The audit was stopped. Nothing of it is kept; it begins anew when you start it.")


@st.cache_resource(max_entries=1, show_spinner=False)
def job() -> AuditJob:
    """The one job of this process."""
    return AuditJob()
