from __future__ import annotations

import threading
import time

import pytest

from core import errors, progress
from core.progress import Progress
from core.ui import jobs
from core.ui.jobs import Job


def job() -> Job[int]:
    return Job("test-job", "It was stopped.")


def test_job__one_at_a_time_and_cancel() -> None:
    one, begun, go_on = job(), threading.Event(), threading.Event()

    def work(report: progress.Report) -> int:
        report(Progress("encoding", 1, 3))
        begun.set()
        go_on.wait(5)
        report(Progress("encoding", 2, 3))
        return 1

    before = one.moment().number
    assert one.start(work, subject="a", name="A")
    assert one.moment().number == before + 1
    assert not one.start(work, subject="b")
    assert (one.moment().running, one.moment().subject, one.moment().name) == (True, "a", "A")
    assert begun.wait(5)  # a job that is cancelled before its first report is over at once
    one.cancel()
    assert one.moment().stopping
    go_on.set()
    one.wait(5)
    assert isinstance(one.moment().fault, errors.Cancelled)
    assert str(one.moment().fault) == "It was stopped."
    assert not one.moment().stopping
    assert one.start(lambda report: report(Progress("encoding", 3, 3)) or 7, subject="b")
    one.wait(5)
    done = one.moment()
    assert (done.fault, done.finished, done.progress.done) == (None, True, 3)
    assert one.result("b") == 7
    assert one.result("a") is None
    one.forget()
    assert (one.result("b"), one.moment().finished, one.moment().subject) == (None, False, "")


def test_job__fault_is_kept_for_the_page() -> None:
    one = job()

    def work(_: progress.Report) -> int:
        raise errors.SourceError("no pictures")

    one.start(work)
    one.wait(5)
    assert str(one.moment().fault) == "no pictures"
    assert one.result() is None
    assert not one.moment().finished


def test_job__rate_counts_what_was_done_since_the_stage_began(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    one, go_on, seen = job(), threading.Event(), threading.Event()

    def work(report: progress.Report) -> int:
        report(Progress("reading", 900, 900))
        now[0] += 5
        report(Progress("encoding", 256, 1000))  # found done by an earlier run
        now[0] += 4
        report(Progress("encoding", 296, 1000))
        seen.set()
        go_on.wait(5)
        return 0

    one.start(work)
    seen.wait(5)
    moment = one.moment()
    assert (moment.rate, moment.remaining, moment.seconds) == (10.0, 70.4, 9.0)
    go_on.set()
    one.wait(5)
    now[0] += 50
    assert one.moment().seconds == 9.0  # how long it took


def test_job__lists_what_was_left_out_up_to_a_limit() -> None:
    one = job()

    def work(report: progress.Report) -> int:
        report(Progress("encoding", 1, 2, 1, left_out=(("a.jpg", "damaged"),)))
        report(Progress("encoding", 2, 2, 5000, left_out=tuple((f"{n}.jpg", "damaged") for n in range(5000))))
        return 0

    one.start(work)
    one.wait(5)
    assert one.moment().left_out[0] == ("a.jpg", "damaged")
    assert len(one.moment().left_out) == jobs.MAX_LISTED
