"""A local web server that breaks in the ways that real ones do."""

from __future__ import annotations

import http.server
import random
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Site:
    """`files` by path. `cuts` connections are broken at a random byte; `ranges` False sends whole files only; `answer`
    replaces every answer by that status; `drip` sends this many bytes and then nothing more; `endless` never stops;
    `lie` changes the length that is stated. `asked` lists the Range headers that came, `sent` counts bytes."""

    files: dict[str, bytes]
    cuts: int = 0
    ranges: bool = True
    answer: int = 0
    answers: list[int] = field(default_factory=list)
    drip: int | None = None
    endless: bool = False
    lie: int = 0
    asked: list[str | None] = field(default_factory=list)
    sent: int = 0
    address: str = ""
    released: threading.Event = field(default_factory=threading.Event)
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Serve while the `with` block runs; `site.address` is where."""

    class Answers(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            with suppress(OSError):
                _answer(site, self)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield site
    finally:
        site.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(site: Site, handler: http.server.BaseHTTPRequestHandler) -> None:
    with site.lock:
        site.asked.append(handler.headers.get("Range"))
        status = site.answers.pop(0) if site.answers else site.answer
    body = site.files.get(handler.path)
    if status or body is None:
        handler.send_response(status or 404)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    found = re.fullmatch(r"bytes=(\d+)-(\d+)", handler.headers.get("Range", ""))
    if found and site.ranges:
        start, end = int(found[1]), min(int(found[2]) + 1, len(body))
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(body) + site.lie}")
    else:
        start, end = 0, len(body)
        handler.send_response(200)
    part = body[start:end]
    if not site.endless:
        handler.send_header("Content-Length", str(len(part) + (site.lie if start == 0 and end == len(body) else 0)))
    handler.end_headers()
    with site.lock:
        if site.cuts > 0:
            site.cuts -= 1
            part = part[: site.chance.randrange(len(part))]
    if site.drip is not None:
        handler.wfile.write(part[: site.drip])
        handler.wfile.flush()
        site.released.wait(30)
        return
    handler.wfile.write(part)
    with site.lock:
        site.sent += len(part)
    while site.endless and not site.released.is_set():
        handler.wfile.write(b"x" * 65_536)
