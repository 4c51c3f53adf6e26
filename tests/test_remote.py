from __future__ import annotations

import contextlib
import http.server
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from core import remote
from core.errors import PictureError, PictureTooLargeError

REFUSED = [
    "file:///etc/passwd",
    "ftp://example.org/a.png",
    "gopher://example.org/",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "//example.org/a.png",
    "example.org/a.png",
    "",
    "http://",
    "https:///a.png",
    "http://user:secret@example.org/",
    "http://user@example.org/",
    "http://example.org:22/",
    "http://example.org:8080/",
    "https://example.org:80/",
    "http://example.org:99999/",
    "http://[::1",
    "http://exa mple.org/",
    "http://example.org/a\r\nHost: other",
    "http://example.org/\x00",
]
PRIVATE = [
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
]


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every connection that is tried."""
    tried: list[Any] = []

    def connect(address: Any, **_: Any) -> socket.socket:
        tried.append(address)
        raise OSError("no network in tests")

    monkeypatch.setattr(socket, "create_connection", connect)
    return tried


def named(monkeypatch: pytest.MonkeyPatch, *numbers: str) -> None:
    """Let every name resolve to these numbers."""
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_, **__: [(0, socket.SOCK_STREAM, 6, "", (number, 80)) for number in numbers]
    )


@pytest.mark.parametrize("address", REFUSED)
def test_fetch_picture__other_schemes_ports_and_shapes(address: str, canary: list[Any]) -> None:
    with pytest.raises(PictureError):
        remote.fetch_picture(address)
    assert canary == []


@pytest.mark.parametrize("number", PRIVATE)
def test_fetch_picture__private_networks(number: str, canary: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, number)
    with pytest.raises(PictureError, match="private network"):
        remote.fetch_picture("http://picture.example/a.png")
    named(monkeypatch, "93.184.216.34", number)
    with pytest.raises(PictureError, match="private network"):
        remote.fetch_picture("https://picture.example/a.png")
    assert canary == []


def test_fetch_picture__connects_to_the_number_that_was_checked(
    canary: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    named(monkeypatch, "93.184.216.34")
    with pytest.raises(PictureError, match="does not answer"):
        remote.fetch_picture("http://picture.example/a.png")
    assert canary == [("93.184.216.34", 80)]


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/picture":
            self.reply(200, b"bytes")
        elif self.path == "/large":
            self.reply(200, b"x" * 3000)
        elif self.path == "/hop":
            self.reply(302, b"", Location="/picture")
        elif self.path == "/loop":
            self.reply(302, b"", Location="/loop")
        elif self.path == "/inside":
            self.reply(302, b"", Location="http://169.254.169.254/latest/meta-data")
        elif self.path == "/gone":
            self.reply(302, b"", Location="/en-us/photo_unavailable.png")
        elif self.path == "/early":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"only this")
            self.close_connection = True
        elif self.path == "/drip":
            with contextlib.suppress(OSError):
                for letter in b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n" + b"X: " + b"x" * 3000:
                    self.wfile.write(bytes([letter]))
                    time.sleep(0.05)
        elif self.path == "/file":
            self.reply(302, b"", Location="file:///etc/passwd")
        else:
            self.reply(404, b"")

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A local site that, for this test only, counts as public."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    port = server.server_address[1]
    allowed = remote._is_public
    monkeypatch.setattr(
        remote, "_is_public", lambda number: number == ipaddress.ip_address("127.0.0.1") or allowed(number)
    )
    monkeypatch.setitem(remote._PORTS, "http", port)
    yield f"http://127.0.0.1:{port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_fetch_picture__bytes_and_redirects(site: str) -> None:
    assert remote.fetch_picture(f"{site}/picture") == b"bytes"
    assert remote.fetch_picture(f"{site}/hop") == b"bytes"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("nothing", "404"),
        ("loop", "redirects"),
        ("inside", "private network"),
        ("file", "only http and https"),
        ("gone", "Flickr no longer"),
        ("early", "ended early"),
    ],
)
def test_fetch_picture__refusals_of_a_site(site: str, path: str, reason: str) -> None:
    with pytest.raises(PictureError, match=reason):
        remote.fetch_picture(f"{site}/{path}")


def test_fetch_picture__limit_on_bytes(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "MAX_BYTES", 2000)
    with pytest.raises(PictureTooLargeError):
        remote.fetch_picture(f"{site}/large")


def test_fetch_picture__limit_on_time(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "MAX_SECONDS", 0.0)
    with pytest.raises(PictureError, match="took longer"):
        remote.fetch_picture(f"{site}/picture")


def test_fetch_picture__a_server_that_drips_is_left_at_the_limit(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "MAX_SECONDS", 0.5)
    with pytest.raises(PictureError, match="took longer"):
        remote.fetch_picture(f"{site}/drip")
