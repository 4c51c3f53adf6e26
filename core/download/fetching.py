"""One large file, over several connections at once, whatever breaks in between."""

from __future__ import annotations

import hashlib
import threading
import time
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import closing
from io import RawIOBase
from pathlib import Path

from core import progress
from core.download import room, stream
from core.download.part_file import PartFile, Piece
from core.download.patience import Patience
from core.download.webfile import WebFile
from core.errors import DownloadError
from core.progress import Progress

_LOOK = 0.2  # seconds between two reports


def missing_bytes(wanted: WebFile, target: Path) -> int:
    """How much of the file is still to come."""
    there = target.is_file() and target.stat().st_size == wanted.size
    return 0 if there else wanted.size - PartFile(target, wanted).came


def fetch(
    wanted: WebFile,
    target: Path,
    *,
    connections: int = 4,
    patience: Patience | None = None,
    piece: int = 0,
    report: progress.Report = progress.silent,
) -> None:
    """Bring the file to `target`: whole, of the stated size and sum, or not at all.

    Pieces of `piece` bytes (16 MB) come over up to `connections` connections. What has come stays in `target`.part when
    the run ends in any way, and a later call goes on from there. A server that sends no parts of files is read in one
    stream. Raises `DownloadError` when a server's answer is final or it brings nothing any more, when the disk is full,
    and for a wrong sum, after which the fetched bytes are removed; and what `report` raises to stop.
    """
    patience = patience or Patience()
    if target.is_file() and target.stat().st_size == wanted.size:
        found = _sum(target, wanted, report)
        if found == wanted.sha256:
            return
    part = PartFile(target, wanted, piece)
    part.prepare()
    try:
        _together(wanted, part, connections, patience, report)
    except stream.WholeOnlyError:
        _alone(wanted, part, patience, report)
    found = _sum(part.path, wanted, report)
    if found != wanted.sha256:
        part.forget()
        raise DownloadError(
            f"{wanted.address}: expected the sum sha256 {wanted.sha256}, found {found}: altered on the way or another "
            "file. What came is removed; the same command fetches it again, --mirror from another server"
        )
    part.become(target)


def _together(wanted: WebFile, part: PartFile, connections: int, patience: Patience, report: progress.Report) -> None:
    """Fill the pieces in threads, report from this one."""
    stop = threading.Event()
    report(_progress(wanted, part.came))
    with ThreadPoolExecutor(max(1, connections), thread_name_prefix="download") as pool:
        running = {pool.submit(_fill_pieces, wanted, part, patience, stop) for _ in range(max(1, connections))}
        failed: set[Future[None]] = set()
        try:
            while running and not failed:
                done, running = wait(running, timeout=_LOOK, return_when=FIRST_EXCEPTION)
                failed = {one for one in done if one.exception()}
                report(_progress(wanted, part.came))
        finally:
            stop.set()
            wait(running)
            part.note()
    faults = [fault for one in (*failed, *running) if (fault := one.exception())]
    # The disk or a final answer says more than that the server sends no parts.
    faults.sort(key=lambda fault: isinstance(fault, stream.WholeOnlyError))
    if faults:
        raise faults[0]


def _fill_pieces(wanted: WebFile, part: PartFile, patience: Patience, stop: threading.Event) -> None:
    fruitless = 0
    while not stop.is_set() and (piece := part.take()):
        while not piece.done and not stop.is_set():
            before = piece.at
            try:
                _fill(wanted, part, piece, patience, stop)
            except stream.BrokenError as error:
                fruitless = _judged(fruitless, piece.at - before, wanted, patience, error)
                stop.wait(patience.wait(fruitless))
            else:
                fruitless = 0


def _fill(wanted: WebFile, part: PartFile, piece: Piece, patience: Patience, stop: threading.Event) -> None:
    with closing(stream.read(wanted, piece.at, piece.end, patience)) as blocks:
        try:
            with part.path.open("r+b", buffering=0) as file:
                file.seek(piece.at)
                for block in blocks:
                    _write(file, block)
                    part.wrote(piece, len(block))
                    if stop.is_set():
                        return
        except OSError as error:
            raise room.fault(part.path, error) from error


def _alone(wanted: WebFile, part: PartFile, patience: Patience, report: progress.Report) -> None:
    """From a server that sends no parts, or not always: in one stream, from the first byte missing where it goes on
    there; else from the start, and what is there already is passed over."""
    fruitless = 0
    try:
        while (before := part.prefix) < wanted.size:
            try:
                _append(wanted, part, patience, report)
            except stream.BrokenError as error:
                fruitless = _judged(fruitless, part.prefix - before, wanted, patience, error)
                time.sleep(patience.wait(fruitless))
    finally:
        part.note()


def _append(wanted: WebFile, part: PartFile, patience: Patience, report: progress.Report) -> None:
    at = part.prefix
    with closing(stream.read(wanted, at, wanted.size, patience, whole=True)) as blocks:
        try:
            with part.path.open("r+b", buffering=0) as file:
                for block in blocks:
                    if not block:
                        at = 0
                    fresh = block[max(part.prefix - at, 0) :]
                    at += len(block)
                    if fresh:
                        file.seek(at - len(fresh))
                        _write(file, fresh)
                        part.extend(at)
                    report(_progress(wanted, at))
        except OSError as error:
            raise room.fault(part.path, error) from error


def _judged(fruitless: int, came: int, wanted: WebFile, patience: Patience, error: Exception) -> int:
    """Fruitless tries in a row, this one included. Raises `DownloadError` when it is the last."""
    fruitless = 0 if came >= patience.gain else fruitless + 1
    if fruitless >= patience.tries:
        raise DownloadError(
            f"{wanted.address}: {fruitless} tries in a row brought nothing; the last: {error}. "
            "What has come is kept: give the same command again later, or name another server with --mirror"
        ) from error
    return fruitless


def _write(file: RawIOBase, block: bytes) -> None:
    """An unbuffered file may take only a part of a block."""
    view = memoryview(block)
    while view:
        view = view[file.write(view) or 0 :]


def _sum(path: Path, wanted: WebFile, report: progress.Report) -> str:
    sums, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            sums.update(block)
            done += len(block)
            report(Progress(f"Checking {wanted.name}", done // 1_000_000, wanted.size // 1_000_000, unit="MB"))
    return sums.hexdigest()


def _progress(wanted: WebFile, came: int) -> Progress:
    return Progress(f"Fetching {wanted.name}", came // 1_000_000, wanted.size // 1_000_000, unit="MB")
