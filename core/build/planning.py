"""What a build is asked, noted while it is under way so that it can be taken up again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core import store
from core.errors import SourceError
from core.progress import Progress
from core.records import RecordSet


def read(records: RecordSet) -> Progress:
    """What to report once the source was read: how much there is, and what it named that cannot be used."""
    number = len(records.records)
    left_out = tuple((one.file_name, one.reason) for one in records.skipped)
    return Progress("Reading the source", number, number, len(left_out), "records", left_out)


@contextmanager
def noted(db: Path, plan: store.Plan) -> Iterator[None]:
    """The plan is noted while pictures are encoded, and stays when that is interrupted. Where not one of them can be
    read there is nothing to take up: it is forgotten."""
    store.note_plan(db, plan)
    try:
        yield
    except SourceError:
        store.forget_work(db, plan.name)
        raise
