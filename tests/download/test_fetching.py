"""A file over broken, lying, silent and endless connections, and onto a full disk."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import pytest

from core.download import fetching, room
from core.download.part_file import PartFile
from core.download.patience import Patience
from core.download.webfile import WebFile
from core.errors import Cancelled, DownloadError
from core.progress import Progress
from tests import small_disk
from tests.download.faulty_site import Site, serving

BODY = random.Random(1).randbytes(300_000)
PIECE = 20_000
QUICK = Patience(connect=10, silence=10, gain=1, tries=4, pause=0)
HASTY = Patience(connect=10, silence=0.1, gain=1000, tries=2, pause=0)


def wanted(site: Site, body: bytes = BODY, path: str = "/file.zip") -> WebFile:
    return WebFile(site.address + path, len(body), hashlib.sha256(body).hexdigest())


def fetch(site: Site, target: Path, *, connections: int = 3, tries: int = 4, **more: object) -> None:
    patience = Patience(connect=10, silence=10, gain=1, tries=tries, pause=0)
    fetching.fetch(wanted(site), target, connections=connections, patience=patience, piece=PIECE, **more)  # type: ignore[arg-type]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "downloads" / "file.zip"


def test_fetch__whole_over_several_connections(target: Path) -> None:
    seen: list[Progress] = []
    with serving(Site({"/file.zip": BODY})) as site:
        fetch(site, target, report=seen.append)
        assert target.read_bytes() == BODY
        assert len(site.asked) == 15
        fetch(site, target)
        assert len(site.asked) == 15, "what is there is not fetched again"
    assert [path.name for path in target.parent.iterdir()] == ["file.zip"]
    assert {one.stage for one in seen} == {"Fetching file.zip", "Checking file.zip"}


def test_fetch__fifty_cuts_at_random_bytes_lose_nothing(target: Path) -> None:
    with serving(Site({"/file.zip": BODY}, cuts=50)) as site:
        fetch(site, target, tries=51)
        assert site.cuts == 0
        assert target.read_bytes() == BODY
        # Every byte that the server sent was kept: none was asked for twice.
        assert site.sent == len(BODY)


def test_fetch__runs_that_end_go_on_where_they_were(target: Path) -> None:
    class Stops:
        left = 3

        def __call__(self, at: Progress) -> None:
            self.left -= 1
            if self.left < 0:
                raise Cancelled("stopped")

    runs = 0
    with serving(Site({"/file.zip": BODY}, cuts=40)) as site:
        while not target.exists():
            runs += 1
            try:
                fetch(site, target, connections=1, tries=2, report=Stops() if runs % 2 else lambda _: None)
            except (Cancelled, DownloadError):
                assert target.with_name("file.zip.part.json").exists()
            assert runs < 100
        assert target.read_bytes() == BODY
        assert site.sent < len(BODY) + runs * PIECE


def test_fetch__note_of_another_file_or_damaged_is_not_believed(target: Path) -> None:
    target.parent.mkdir()
    with serving(Site({"/file.zip": BODY})) as site:
        file = wanted(site)
        for note in (
            b"",
            b"[1]",
            b"{}",
            b"\xff" * 9,
            b"[" * 100_000,
            json.dumps({"size": len(BODY), "sha256": "0" * 64, "piece": PIECE, "came": [PIECE] * 15}).encode(),
            json.dumps({"size": len(BODY), "sha256": file.sha256, "piece": PIECE, "came": [PIECE + 1] * 15}).encode(),
            json.dumps({"size": len(BODY), "sha256": file.sha256, "piece": PIECE, "came": [-1] * 15}).encode(),
            json.dumps({"size": len(BODY), "sha256": file.sha256, "piece": PIECE, "came": [True] * 15}).encode(),
            json.dumps({"size": len(BODY), "sha256": file.sha256, "piece": PIECE, "came": [PIECE]}).encode(),
        ):
            target.with_name("file.zip.part").write_bytes(bytes(len(BODY)))
            target.with_name("file.zip.part.json").write_bytes(note)
            assert PartFile(target, file, PIECE).came == 0
        fetch(site, target)
    assert target.read_bytes() == BODY


def test_fetch__server_without_ranges(target: Path) -> None:
    with serving(Site({"/file.zip": BODY}, ranges=False, cuts=3)) as site:
        fetch(site, target, connections=2, tries=5)
    assert target.read_bytes() == BODY


def test_fetch__server_without_ranges_that_always_breaks_ends(target: Path) -> None:
    with serving(Site({"/file.zip": BODY}, ranges=False, cuts=10_000)) as site:
        with pytest.raises(DownloadError, match="4 tries in a row"):
            fetch(site, target)
        kept = PartFile(target, wanted(site), PIECE).came
        assert kept > 0
        site.cuts, site.ranges, site.sent = 0, True, 0
        fetch(site, target)
        assert site.sent == len(BODY) - kept
    assert target.read_bytes() == BODY


def test_fetch__wrong_sum_is_refused_and_removed(target: Path) -> None:
    with serving(Site({"/file.zip": BODY[:-1] + b"!"})) as site:
        with pytest.raises(DownloadError, match="expected the sum sha256") as raised:
            fetch(site, target)
        assert wanted(site).sha256 in str(raised.value)
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("status", [404, 403, 410])
def test_fetch__final_answers_are_not_asked_again(target: Path, status: int) -> None:
    with serving(Site({"/file.zip": BODY}, answer=status)) as site:
        with pytest.raises(DownloadError, match=str(status)):
            fetch(site, target, connections=1)
        assert len(site.asked) == 1


def test_fetch__busy_servers_are_asked_again(target: Path) -> None:
    with serving(Site({"/file.zip": BODY}, answers=[503, 429, 500])) as site:
        fetch(site, target, connections=1)
    assert target.read_bytes() == BODY


def test_fetch__another_size_is_refused_before_fetching(target: Path) -> None:
    with serving(Site({"/file.zip": BODY}, lie=5)) as site, pytest.raises(DownloadError, match="300,005"):
        fetch(site, target)


def test_fetch__silent_server_ends_with_what_came_kept(target: Path) -> None:
    with serving(Site({"/file.zip": BODY}, drip=100)) as site:
        with pytest.raises(DownloadError, match="brought nothing"):
            fetching.fetch(wanted(site), target, connections=1, patience=HASTY, piece=PIECE)
        kept = PartFile(target, wanted(site), PIECE).came
        assert 0 < kept <= 200
        site.drip = None
        fetch(site, target)
        assert site.sent == len(BODY) - kept


@pytest.mark.parametrize("ranges", [True, False])
def test_fetch__endless_answers_are_left_at_the_stated_size(target: Path, ranges: bool) -> None:
    with serving(Site({"/file.zip": BODY}, endless=True, ranges=ranges)) as site:
        fetch(site, target)
    assert target.read_bytes() == BODY


def test_fetch__no_server_and_no_address(target: Path) -> None:
    nowhere = WebFile("http://127.0.0.1:9/file.zip", 10, "0" * 64)
    with pytest.raises(DownloadError, match="no answer"):
        fetching.fetch(nowhere, target, patience=QUICK)
    for address in ("ftp://127.0.0.1/x", "file:///etc/passwd", "x"):
        with pytest.raises(DownloadError, match="only http"):
            fetching.fetch(WebFile(address, 10, "0" * 64), target, patience=QUICK)


def test_fetch__full_disk_names_it_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    body = random.Random(2).randbytes(390_000)
    with small_disk.mounted(tmp_path / "disk") as disk, serving(Site({"/file.zip": body})) as site:
        file, target = wanted(site, body), disk / "file.zip"
        (disk / "other").write_bytes(bytes(200_000))
        with pytest.raises(DownloadError, match="the disk is full"):
            fetching.fetch(file, target, connections=2, patience=QUICK, piece=PIECE)
        (disk / "other").unlink()
        fetching.fetch(file, target, connections=2, patience=QUICK, piece=PIECE)
        assert target.read_bytes() == body


def test_room__is_asked_for_before(tmp_path: Path) -> None:
    room.check(tmp_path / "not" / "there", 1, "it")
    with pytest.raises(DownloadError, match="--to"):
        room.check(tmp_path, 10**18, "it")
