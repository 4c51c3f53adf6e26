"""Long jobs on a terminal: a bar with rate and remaining time; a few plain lines where there is no terminal."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core import progress

if TYPE_CHECKING:
    from tqdm import tqdm

_LINE_SECONDS = 15.0  # between two lines in a log file


@contextlib.contextmanager
def shown() -> Iterator[progress.Report]:
    """A report that draws on standard error while the `with` block runs."""
    watcher = _Bars() if sys.stderr.isatty() else _Lines()
    try:
        yield watcher
    finally:
        watcher.close()


class _Bars:
    """One tqdm bar per stage."""

    def __init__(self) -> None:
        self._stage = ""
        self._bar: tqdm[Any] | None = None

    def __call__(self, at: progress.Progress) -> None:
        from tqdm import tqdm

        if self._bar is None or at.stage != self._stage:
            self.close()
            self._stage = at.stage
            self._bar = tqdm(
                desc=at.stage,
                total=at.total or None,
                initial=at.done,
                unit=f" {at.unit}",
                dynamic_ncols=True,
                smoothing=0.1,
            )
        if at.skipped:
            self._bar.set_postfix_str(f"{at.skipped:,} skipped", refresh=False)
        self._bar.update(at.done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.refresh()
            self._bar.close()
            self._bar = None


class _Lines:
    """A line when a stage begins, every quarter of a minute, and when the stage is done."""

    def __init__(self) -> None:
        self._stage = ""
        self._began = self._spoke = 0.0
        self._first = 0
        self._last: progress.Progress | None = None

    def __call__(self, at: progress.Progress) -> None:
        now = time.monotonic()
        if at == self._last:
            return
        self._last = at
        if at.stage != self._stage:
            self._stage, self._began, self._first = at.stage, now, at.done
        elif now - self._spoke < _LINE_SECONDS and not (at.total and at.done >= at.total):
            return
        self._spoke = now
        print(_line(at, now - self._began, at.done - self._first), file=sys.stderr, flush=True)

    def close(self) -> None:
        pass


def _line(at: progress.Progress, seconds: float, done: int) -> str:
    parts = [f"{at.done:,} of {at.total:,} {at.unit}"] if at.total else [f"{at.done:,} {at.unit}"] if at.done else []
    if done > 0 and seconds > 0:
        rate = done / seconds
        parts.append(f"{rate:,.1f} a second")
        if at.total > at.done:
            parts.append(f"{(at.total - at.done) / rate:,.0f} s to go")
    if at.skipped:
        parts.append(f"{at.skipped:,} skipped")
    return f"{at.stage}: {', '.join(parts)}" if parts else f"{at.stage} …"
