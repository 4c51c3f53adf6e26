"""What Embedding Explorer computes (map, clusters, outliers): one at a time in the process, the last few at hand."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.progress import Report
from core.ui.jobs import Job

_KEPT = 8  # results in memory; the others are in their files


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be computed. `subject` tells it from every other, of other versions of a collection too; `title` is
    shown, `load` reads what was kept or returns None, `work` computes and keeps."""

    subject: str
    title: str
    load: Callable[[], Any]
    work: Callable[[Report], Any]


def _idle() -> Job[Any]:
    return Job("coco-lens-map", "This was stopped, and nothing of it is kept. It begins anew when you start it.")


@dataclass(frozen=True, slots=True)
class Maps:
    """The job under way, and what the last tasks made."""

    job: Job[Any] = field(default_factory=_idle)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _results: OrderedDict[str, Any] = field(default_factory=OrderedDict)

    def start(self, task: Task) -> bool:
        """Begin; False when another one is under way."""
        return self.job.start(
            lambda report: self._keep(task.subject, task.work(report)), subject=task.subject, name=task.title
        )

    def result(self, task: Task) -> Any:
        """What the task makes, where it was made before; else None."""
        with self._lock:
            if task.subject in self._results:
                self._results.move_to_end(task.subject)
                return self._results[task.subject]
        found = task.load()
        return found if found is None else self._keep(task.subject, found)

    def _keep(self, subject: str, found: Any) -> Any:
        with self._lock:
            self._results[subject] = found
            while len(self._results) > _KEPT:
                self._results.popitem(last=False)
        return found


@st.cache_resource(max_entries=1, show_spinner=False)
def maps() -> Maps:
    """Those of this process."""
    return Maps()
