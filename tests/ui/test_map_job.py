"""One computation at a time, watched, stopped, remembered."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from core import errors
from core.progress import Progress, Report
from core.ui import map_job


def task(subject: str, work: Any) -> map_job.Task:
    return map_job.Task(subject, f"Making {subject}", lambda: None, work)


@pytest.fixture
def job() -> map_job.MapJob:
    return map_job.MapJob()


def test_job__one_at_a_time_and_its_progress(job: map_job.MapJob) -> None:
    told, go_on = threading.Event(), threading.Event()

    def work(report: Report) -> str:
        report(Progress("half way", 1, 2, unit="points"))
        told.set()
        go_on.wait(30)
        return "made"

    first = task("a", work)
    assert job.start(first)
    assert told.wait(30)
    moment = job.moment()
    assert (moment.running, moment.subject, moment.title) == (True, "a", "Making a")
    assert (moment.progress.stage, moment.progress.done, moment.progress.total) == ("half way", 1, 2)
    assert not job.start(task("b", work))
    assert job.result(first) is None
    go_on.set()
    job.wait(30)
    assert not job.moment().running
    assert job.result(first) == "made"


def test_job__stops_at_the_next_report_and_keeps_nothing(job: map_job.MapJob) -> None:
    told, go_on = threading.Event(), threading.Event()

    def work(report: Report) -> str:
        told.set()
        go_on.wait(30)
        report(Progress("late", 1, 2))
        return "made"

    first = task("a", work)
    job.start(first)
    assert told.wait(30)
    job.cancel()
    go_on.set()
    job.wait(30)
    assert isinstance(job.moment().fault, errors.Cancelled)
    assert job.result(first) is None
    assert job.start(task("a", lambda report: "made at last"))
    job.wait(30)
    assert job.result(first) == "made at last"
    assert job.moment().fault is None


def test_job__remembers_a_few_and_reads_what_was_kept(job: map_job.MapJob) -> None:
    for number in range(20):
        job.start(task(str(number), lambda report, number=number: number))
        job.wait(30)
    assert job.result(task("19", None)) == 19
    assert job.result(task("0", None)) is None
    assert job.result(map_job.Task("0", "", lambda: "kept", None)) == "kept"  # type: ignore[arg-type]
    assert job.result(task("0", None)) == "kept"
