"""What Embedding Explorer computes is remembered, read where it was kept, and made one at a time."""

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
def maps() -> map_job.Maps:
    return map_job.Maps()


def test_maps__stopped_keeps_nothing_and_begins_anew(maps: map_job.Maps) -> None:
    told, go_on = threading.Event(), threading.Event()

    def work(report: Report) -> str:
        told.set()
        go_on.wait(30)
        report(Progress("late", 1, 2))
        return "made"

    first = task("a", work)
    assert maps.start(first)
    assert told.wait(30)
    assert (maps.job.moment().subject, maps.job.moment().name) == ("a", "Making a")
    assert not maps.start(task("b", work))
    maps.job.cancel()
    go_on.set()
    maps.job.wait(30)
    assert isinstance(maps.job.moment().fault, errors.Cancelled)
    assert maps.result(first) is None
    assert maps.start(task("a", lambda report: "made at last"))
    maps.job.wait(30)
    assert maps.result(first) == "made at last"
    assert maps.job.moment().fault is None


def test_maps__a_few_are_remembered_and_others_read_where_they_were_kept(maps: map_job.Maps) -> None:
    for number in range(20):
        maps.start(task(str(number), lambda report, number=number: number))
        maps.job.wait(30)
    assert maps.result(task("19", None)) == 19
    assert maps.result(task("0", None)) is None
    assert maps.result(map_job.Task("0", "", lambda: "kept", None)) == "kept"  # type: ignore[arg-type]
    assert maps.result(task("0", None)) == "kept"
