"""One answer of a server: the bytes of a file from a place on, as they come, within limits."""

from __future__ import annotations

import re
import time
from collections.abc import Generator
from contextlib import closing

import requests
import urllib3

from core.download.patience import Patience
from core.download.webfile import WebFile
from core.errors import DownloadError

_CHUNK = 262_144
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_FINAL = frozenset({400, 401, 403, 404, 405, 410, 416, 451})  # asking again would bring the same


class BrokenError(Exception):
    """This try is over; another one may go on. The text is the reason."""


class WholeOnlyError(Exception):
    """The server does not send parts of files."""


def read(wanted: WebFile, start: int, end: int, patience: Patience, *, whole: bool = False) -> Generator[bytes]:
    """The bytes from `start` up to `end` (excluded), in the order they come, never more than those.

    The first yield may come from the start of the file: with `whole`, an answer without a range is taken, and an empty
    first block says that it begins at 0. Raises `BrokenError` when the connection breaks, falls silent or drips,
    `WholeOnlyError` for an answer without a range unless `whole`, `DownloadError` when trying again is useless.
    """
    headers = {"Range": f"bytes={start}-{end - 1}", "Accept-Encoding": "identity", "User-Agent": "coco-lens"}
    try:
        answer = requests.get(
            wanted.address, headers=headers, stream=True, timeout=(patience.connect, patience.silence)
        )
    except requests.exceptions.InvalidURL as error:
        raise DownloadError(f"{wanted.address}: not a usable address; name another server with --mirror") from error
    except (requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema) as error:
        raise DownloadError(f"{wanted.address}: only http and https addresses are fetched") from error
    except (requests.RequestException, OSError, ValueError) as error:
        raise BrokenError(f"no answer ({type(error).__name__})") from error
    with closing(answer):
        yield from _body(answer, wanted, start, end, patience, whole=whole)


def _body(
    answer: requests.Response, wanted: WebFile, start: int, end: int, patience: Patience, *, whole: bool
) -> Generator[bytes]:
    first = _first_byte(answer, wanted, start)
    if first is None:
        if not whole:
            raise WholeOnlyError
        first = 0
    if first != start:
        yield b""
    left, fresh, since = end - first, 0, time.monotonic()
    while left:
        try:
            block = answer.raw.read1(min(_CHUNK, left), decode_content=False)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise BrokenError(f"the connection broke ({type(error).__name__})") from error
        if not block:
            raise BrokenError("the connection ended early")
        left -= len(block)
        fresh += len(block)
        yield block
        now = time.monotonic()
        if now - since > patience.silence:
            if fresh < patience.gain and left:
                raise BrokenError(f"only {fresh} bytes in {patience.silence:.0f} s")
            fresh, since = 0, now


def _first_byte(answer: requests.Response, wanted: WebFile, start: int) -> int | None:
    """Where the answer begins; None for one that is the whole file. Raises as `read`."""
    status = answer.status_code
    if status == 206:
        found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if not found or int(found[1]) != start:
            raise WholeOnlyError  # what it sends cannot be placed
        if found[3] != "*":
            _check_size(wanted, int(found[3]))
        return start
    if status == 200:
        length = answer.headers.get("Content-Length", "")
        if length.isdecimal():
            _check_size(wanted, int(length))
        return None
    if status in _FINAL:
        raise DownloadError(
            f"{wanted.address}: the server answered {status} {answer.reason}; "
            "if the file has moved, name a server that has it with --mirror"
        )
    raise BrokenError(f"the server answered {status} {answer.reason}")


def _check_size(wanted: WebFile, found: int) -> None:
    if found != wanted.size:
        raise DownloadError(
            f"{wanted.address}: expected {wanted.size:,} bytes, the server has {found:,}: another file, or a cut one; "
            "name another server with --mirror"
        )
