"""A picture from a web address, without lending the machine's network to whoever wrote the address.

Only http and https, only public internet addresses, and the address that was checked is the one connected to: a name is
resolved once, so that it cannot answer differently the second time. Each redirect is checked the same way.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from contextlib import suppress
from urllib.parse import SplitResult, urljoin, urlsplit

from core.errors import PictureError, PictureTooLargeError

MAX_BYTES = 20_000_000
MAX_SECONDS = 10.0
MAX_REDIRECTS = 3
_CHUNK = 65_536
_GONE_AT_FLICKR = "photo_unavailable"  # where its servers lead to, with a picture that says so
_PORTS = {"http": 80, "https": 443}


def fetch_picture(address: str) -> bytes:
    """The bytes behind `address`, at most 20 MB within 10 seconds; `images.open_image` says whether they are a picture.

    Raises `PictureError` with one short reason: another scheme or port, a name that leads to a private, loopback or
    otherwise special address, no answer, an answer other than 200, one that ends early, Flickr's stand-in for removed
    photos, and `PictureTooLargeError` over the limit.
    """
    deadline = time.monotonic() + MAX_SECONDS
    for _ in range(MAX_REDIRECTS + 1):
        parts = _checked(address)
        if parts.path.rpartition("/")[2].startswith(_GONE_AT_FLICKR):
            raise PictureError("Flickr no longer has this photo")
        connection = _connect(parts, _public_address(parts), deadline)
        # A server that sends a byte now and then never runs into a socket's timeout, not even with its first line.
        watch = threading.Timer(_left(deadline), _cut, [connection.sock])
        watch.daemon = True
        watch.start()
        try:
            target = parts.path or "/"
            connection.request(
                "GET",
                f"{target}?{parts.query}" if parts.query else target,
                headers={"Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "coco-lens"},
            )
            response = connection.getresponse()
            if response.status in (301, 302, 303, 307, 308):
                address = urljoin(address, response.getheader("Location", ""))
                continue
            if response.status != 200:
                raise PictureError(f"the address answered {response.status} {response.reason}")
            return _read(response, deadline)
        except (OSError, http.client.HTTPException, ValueError) as error:
            _left(deadline)
            raise PictureError(f"the address could not be read ({type(error).__name__})") from error
        finally:
            watch.cancel()
            connection.close()
    raise PictureError(f"more than {MAX_REDIRECTS} redirects")


def _checked(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise PictureError("not a usable web address") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise PictureError("only http and https addresses are fetched")
    if parts.username is not None or parts.password is not None:
        raise PictureError("addresses with a user name are not fetched")
    if port not in (None, _PORTS[parts.scheme]):
        raise PictureError(f"only the ordinary port {_PORTS[parts.scheme]} is fetched from, not {port}")
    if any(ord(character) <= 32 or ord(character) == 127 for character in address):
        raise PictureError("not a usable web address")
    return parts


def _public_address(parts: SplitResult) -> str:
    """The numeric address to connect to. Every one the name has must be public: a mixed answer is an attack."""
    try:
        found = socket.getaddrinfo(parts.hostname, _PORTS[parts.scheme], type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise PictureError("the name of the address is not known") from error
    numbers = [str(entry[4][0]) for entry in found]
    for number in numbers:
        if not _is_public(ipaddress.ip_address(number.split("%")[0])):
            raise PictureError("the address leads to a private network")
    return numbers[0]


def _is_public(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(number, ipaddress.IPv6Address):
        # An IPv4 address inside an IPv6 one leads to the same machine, so it is judged as what it carries.
        inside = number.ipv4_mapped or number.sixtofour or (number.teredo[1] if number.teredo else None)
        if inside is not None:
            return _is_public(inside)
        if number in ipaddress.ip_network("64:ff9b::/96"):
            return _is_public(ipaddress.IPv4Address(int(number) & 0xFFFFFFFF))
    return number.is_global and not number.is_multicast and not number.is_reserved


def _connect(parts: SplitResult, number: str, deadline: float) -> http.client.HTTPConnection:
    """A connection to that very number; certificate and Host header are still those of the name."""
    host = parts.hostname or ""
    port = _PORTS[parts.scheme]
    try:
        plain = socket.create_connection((number, port), timeout=_left(deadline))
        secure = parts.scheme == "https"
        wire = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if secure else plain
    except (OSError, ValueError) as error:
        raise PictureError(f"the address does not answer ({type(error).__name__})") from error
    connection = http.client.HTTPConnection(host, port, timeout=_left(deadline))
    connection.sock = wire
    return connection


def _cut(wire: socket.socket) -> None:
    with suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)


def _read(response: http.client.HTTPResponse, deadline: float) -> bytes:
    parts: list[bytes] = []
    total = 0
    while True:
        _left(deadline)
        part = response.read1(_CHUNK)
        if not part:
            _left(deadline)
            if response.length:
                raise PictureError("the connection ended early")
            return b"".join(parts)
        total += len(part)
        if total > MAX_BYTES:
            raise PictureTooLargeError(f"over the limit of {MAX_BYTES // 1_000_000} MB for a fetched picture")
        parts.append(part)


def _left(deadline: float) -> float:
    """Seconds until the deadline; raises `PictureError` past it."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise PictureError(f"the address took longer than {MAX_SECONDS:.0f} s")
    return left
