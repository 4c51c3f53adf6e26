"""Decode many pictures in child processes: a picture that crashes or hangs a decoder costs itself, not the run.

The children are started as plain programs, not through `multiprocessing`: that would import the parent's main module
again in each child, which under Streamlit is a page. Starting one takes about 0.1 s, so small jobs get one child and
keep the same promise.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from core import config, threads
from core.decoding import frames
from core.errors import ConfigurationError, PictureError, PictureTooLargeError

if TYPE_CHECKING:
    from io import BufferedReader, BufferedWriter

DEFAULT_OPENER = "core.images:open_for_encoder"
TIMEOUT = 30.0  # seconds for one picture; the slowest allowed one takes 1.5 s on a slow core
_MAX_WORKERS = 12
_PICTURES_PER_WORKER = 32  # fewer do not pay a child's start
_AHEAD_PER_WORKER = 16  # decoded pictures that may wait: at 900 × 672 pixels that is 29 MB per child


def default_workers() -> int:
    """One child per core but one, which the encoder needs."""
    return max(1, min(threads.usable_cores() - 1, _MAX_WORKERS))


def decode_all(
    paths: Sequence[Path],
    side: int,
    workers: int | None = None,
    *,
    timeout: float = TIMEOUT,
    opener: str = DEFAULT_OPENER,
) -> Generator[Image.Image | PictureError, None, None]:
    """One item per path, in order: the upright RGB picture shrunk for an encoder of input `side`, or why there is none.

    Decoding goes on while the caller works with what it has; at most some 16 pictures per child wait. A crash or a
    picture over `timeout` seconds ends its child only, and is the `PictureError` of that picture. Close the iterator
    (`contextlib.closing`) to stop early. `opener`, "module:function" of `(Path, side) -> Image`, is for tests.
    Raises `ConfigurationError` when no child can be started at all.
    """
    count = min(workers or default_workers(), -(-len(paths) // _PICTURES_PER_WORKER))
    if not paths:
        return
    children = _Children(side, opener, timeout)
    waiting: deque[Future[Image.Image | PictureError]] = deque()
    pool = ThreadPoolExecutor(count, thread_name_prefix="decode")  # one thread per child, to wait for its answers
    try:
        for path in paths:
            if len(waiting) >= count * _AHEAD_PER_WORKER:
                yield waiting.popleft().result()
            waiting.append(pool.submit(children.decode, path))
        while waiting:
            yield waiting.popleft().result()
    finally:
        children.stop()
        pool.shutdown(wait=True, cancel_futures=True)


class _Children:
    """One child per calling thread, started when first needed and again after each that died."""

    def __init__(self, side: int, opener: str, timeout: float) -> None:
        self._side, self._opener, self._timeout = side, opener, timeout
        self._own = threading.local()
        self._all: set[_Child] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def decode(self, path: Path) -> Image.Image | PictureError:
        child: _Child | None = getattr(self._own, "child", None)
        if child is None or not child.alive:
            child = self._own.child = self._start()
        return child.decode(path, self._timeout)

    def _start(self) -> _Child:
        with self._lock:
            if self._stopped:
                raise PictureError("decoding was stopped")
            child = _Child(self._side, self._opener)
            self._all = {one for one in self._all if one.alive} | {child}
        child.greet()
        return child

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            for child in self._all:
                child.end()


class _Child:
    def __init__(self, side: int, opener: str) -> None:
        path = [str(config.project_root()), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "core.decoding.child", str(side), opener],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # decoders write remarks about damaged files there, thousands of lines for some
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path), "OMP_NUM_THREADS": "1"},
        )
        self._ended = False

    @property
    def alive(self) -> bool:
        """False also when it died while idle, killed by the system for want of memory, say."""
        return not self._ended and self._process.poll() is None

    @property
    def _pipes(self) -> tuple[BufferedWriter, BufferedReader]:
        return self._process.stdin, self._process.stdout  # type: ignore[return-value]  # both are PIPE

    def greet(self) -> None:
        try:
            frames.read(self._pipes[1])
        except EOFError as error:
            self.end()
            raise ConfigurationError(
                f"a picture decoder could not be started (exit {self._process.returncode}); "
                f"try: {sys.executable} -m core.decoding.child 224 {DEFAULT_OPENER}"
            ) from error

    def decode(self, path: Path, timeout: float) -> Image.Image | PictureError:
        # The parent knows which picture the child has in hand: that is the note by which a crash is blamed on a file.
        late = threading.Event()
        watch = threading.Timer(timeout, self._stop_late, [late])
        watch.daemon = True
        watch.start()
        try:
            to_child, from_child = self._pipes
            frames.write(to_child, frames.PICTURE, os.fsencode(path))
            kind, answer = frames.read(from_child)
        except (OSError, EOFError, ValueError):
            self.end()
            if late.is_set():
                return PictureError(f"decoding took longer than {timeout:g} s and was stopped")
            return PictureError(f"the decoder crashed on it (exit {self._process.returncode})")
        finally:
            watch.cancel()
        if late.is_set():  # answered in the last moment, and killed all the same
            self.end()
        if kind != frames.PICTURE:
            error = PictureTooLargeError if kind == frames.TOO_LARGE else PictureError
            return error(answer.decode("utf-8", "replace"))
        try:
            return Image.frombytes("RGB", frames.SIZE.unpack_from(answer), answer[frames.SIZE.size :])
        except (ValueError, struct.error):
            return PictureError("the decoder answered with no picture")

    def _stop_late(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()

    def end(self) -> None:
        """Kill the child and take its exit code; safe to call twice and from another thread."""
        self._ended = True
        self._process.kill()
        self._process.wait()
        for pipe in self._pipes:
            try:
                pipe.close()
            except (OSError, ValueError):  # an unsent file name, or a thread still reading
                continue
