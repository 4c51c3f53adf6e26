"""FILE.part, and beside it FILE.part.json: which bytes of it have come.

The file is filled in pieces from several connections. The note never claims more than what has been synced to the disk,
so whatever kills the process loses at most the few megabytes since the last note.
"""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from pathlib import Path

from core.download import room
from core.download.webfile import WebFile

PIECE = 16_000_000
_NOTE_EVERY = 8_000_000


class Piece:
    """The bytes from `start` up to `end` of a file; those before `at` have come."""

    __slots__ = ("at", "end", "start")

    def __init__(self, start: int, end: int, at: int) -> None:
        self.start, self.end, self.at = start, end, at

    @property
    def done(self) -> bool:
        return self.at >= self.end


class PartFile:
    """Shared by the threads that fill it. What came of the same file before is taken up."""

    def __init__(self, target: Path, wanted: WebFile, piece: int = 0) -> None:
        self.path = target.with_name(f"{target.name}.part")
        self._note = target.with_name(f"{target.name}.part.json")
        self._wanted = wanted
        self._size = piece or PIECE
        self._lock = threading.Lock()
        self._taken: set[int] = set()
        self._unnoted = 0
        starts = range(0, wanted.size, self._size)
        reached = self._noted(len(starts))
        self.pieces = [
            Piece(start, min(start + self._size, wanted.size), start + came)
            for start, came in zip(starts, reached, strict=True)
        ]

    @property
    def came(self) -> int:
        """Bytes there."""
        return sum(piece.at - piece.start for piece in self.pieces)

    def prepare(self) -> None:
        """Make the file at its full length, without using the room yet."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as file:
                file.truncate(self._wanted.size)
        except OSError as error:
            raise room.fault(self.path, error) from error

    def take(self) -> Piece | None:
        """The next piece that is not whole and in nobody's hands."""
        with self._lock:
            for number, piece in enumerate(self.pieces):
                if not piece.done and number not in self._taken:
                    self._taken.add(number)
                    return piece
        return None

    def wrote(self, piece: Piece, count: int) -> None:
        """Count bytes that were written at `piece.at`."""
        with self._lock:
            piece.at += count
            self._unnoted += count
            if self._unnoted < _NOTE_EVERY:
                return
        self.note()

    @property
    def prefix(self) -> int:
        """How far the file is there without a gap."""
        for piece in self.pieces:
            if not piece.done:
                return piece.at
        return self._wanted.size

    def extend(self, at: int) -> None:
        """Count everything before `at` as there: it was written in one stream."""
        for piece in self.pieces:
            if piece.start < at and piece.at < piece.end:
                self.wrote(piece, max(min(at, piece.end) - piece.at, 0))
            elif piece.start >= at:
                return

    def note(self) -> None:
        """Sync what was written, then note it. Raises `DownloadError` when the disk does not take it."""
        with self._lock:
            reached = [piece.at - piece.start for piece in self.pieces]
            self._unnoted = 0
            values = {"size": self._wanted.size, "sha256": self._wanted.sha256, "piece": self._size, "came": reached}
            aside = self._note.with_name(f"{self._note.name}.new")
            try:
                with self.path.open("r+b") as file:
                    os.fsync(file.fileno())
                with aside.open("w", encoding="ascii") as file_of_note:
                    json.dump(values, file_of_note)
                    file_of_note.flush()
                    os.fsync(file_of_note.fileno())
                aside.replace(self._note)
            except OSError as error:
                raise room.fault(self._note, error) from error

    def become(self, target: Path) -> None:
        """Take the place of the whole file."""
        try:
            self.path.replace(target)
        except OSError as error:
            raise room.fault(target, error) from error
        self._note.unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove it and its note."""
        for path in (self._note, self.path):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _noted(self, pieces: int) -> list[int]:
        """Bytes there of each piece; zeros where the note is absent, damaged, or about another file."""
        nothing = [0] * pieces
        try:
            if self.path.stat().st_size != self._wanted.size:
                return nothing
            noted = json.loads(self._note.read_text(encoding="ascii"))
            same = (noted["size"], noted["sha256"], noted["piece"]) == (
                self._wanted.size,
                self._wanted.sha256,
                self._size,
            )
            came = noted["came"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return nothing
        lengths = [min(self._size, self._wanted.size - start) for start in range(0, self._wanted.size, self._size)]
        fits = isinstance(came, list) and len(came) == pieces
        if not same or not fits or not all(type(at) is int for at in came):
            return nothing
        return came if all(0 <= at <= most for at, most in zip(came, lengths, strict=True)) else nothing
