from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from core import build, encoder
from core.build import zipped
from core.dataset import Listing
from core.errors import Cancelled, SourceError
from core.progress import Progress
from tests import colour_encoder


def picture(colour: str = "red") -> bytes:
    made = io.BytesIO()
    colour_encoder.picture(colour).save(made, "PNG")
    return made.getvalue()


def pack(path: Path, members: dict[str, bytes], **options: Any) -> Path:
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_unpack_zip__takes_what_belongs_to_a_collection(tmp_path: Path) -> None:
    captions = {"images": [{"id": 1, "file_name": "1.png"}], "annotations": []}
    archive = pack(
        tmp_path / "party.zip",
        {
            "party/pics/1.png": picture(),
            "party/captions.json": json.dumps(captions).encode(),
            "party/pics/1.txt": b"a red thing",
            "__MACOSX/party/._1.png": b"x",
            "party/.DS_Store": b"x",
            "party/virus.exe": b"x",
        },
    )
    found = build.look_into_zip(archive)
    assert (found.pictures, found.root, found.captioned) == (1, "party/pics", True)
    assert found.listings == (Listing("party/captions.json", "captions", "party/pics"),)
    assert build.unpack_zip(archive, tmp_path / "into") == 3
    assert sorted(path.name for path in (tmp_path / "into").rglob("*") if path.is_file()) == [
        "1.png",
        "1.txt",
        "captions.json",
    ]
    assert not (tmp_path / "into" / "__MACOSX").exists()
    with archive.open("rb") as stream:  # what an upload is
        assert build.look_into_zip(stream) == found
        assert build.unpack_zip(stream, tmp_path / "again") == 3


@pytest.mark.parametrize(
    "name", ["../out.png", "/out.png", "a/../../out.png", "C:\\out.png", "..\\out.png", "a\x01.png"]
)
def test_unpack_zip__names_that_lead_out(tmp_path: Path, name: str) -> None:
    archive = pack(tmp_path / "evil.zip", {"good.png": picture(), name: picture()})
    with pytest.raises(SourceError):
        build.unpack_zip(archive, tmp_path / "in" / "to")
    assert not list((tmp_path / "in").rglob("*.png"))
    assert not (tmp_path / "out.png").exists()


def test_unpack_zip__links_doubles_and_locked_members(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(SourceError, match="is a link"):
        build.unpack_zip(tmp_path / "link.zip", tmp_path / "into")
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        archive.writestr("a.png", picture())
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.png", picture("blue"))
    with pytest.raises(SourceError, match="there twice"):
        build.unpack_zip(tmp_path / "twice.zip", tmp_path / "into")
    locked = bytearray(pack(tmp_path / "plain.zip", {"a.png": picture()}).read_bytes())
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    locked[6] |= 1
    (tmp_path / "locked.zip").write_bytes(locked)
    with pytest.raises(SourceError, match="encrypted"):
        build.unpack_zip(tmp_path / "locked.zip", tmp_path / "into")
    assert not list((tmp_path / "into").iterdir())


def test_unpack_zip__bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = {"compression": zipfile.ZIP_DEFLATED}
    with pytest.raises(SourceError, match="would grow"):
        build.unpack_zip(pack(tmp_path / "growing.zip", {"a.png": bytes(30_000_000)}, **packed), tmp_path / "into")
    monkeypatch.setattr(zipped, "MAX_BYTES", 1000)
    with pytest.raises(SourceError, match="would unpack to"):
        build.unpack_zip(pack(tmp_path / "large.zip", {"a.png": bytes(2000)}), tmp_path / "into")
    monkeypatch.setattr(zipped, "MAX_FILES", 3)
    many = pack(tmp_path / "many.zip", {f"{number}.png": b"x" for number in range(4)})
    with pytest.raises(SourceError, match="4 files, and at most 3"):
        build.unpack_zip(many, tmp_path / "into")
    assert not list((tmp_path / "into").iterdir())


def test_unpack_zip__a_list_of_members_that_would_fill_the_memory(tmp_path: Path) -> None:
    plain = bytearray(pack(tmp_path / "plain.zip", {"a.png": picture()}).read_bytes())
    at = plain.index(b"PK\x05\x06")
    plain[at + 12 : at + 16] = struct.pack("<I", 900_000_000)
    (tmp_path / "listed.zip").write_bytes(plain)
    for look in (build.look_into_zip, lambda path: build.unpack_zip(path, tmp_path / "into")):
        with pytest.raises(SourceError, match="list of its members"):
            look(tmp_path / "listed.zip")


def test_unpack_zip__overlapping_members(tmp_path: Path) -> None:
    """Many names for the same packed bytes: small on the disk, endless when unpacked."""
    archive = bytearray(pack(tmp_path / "two.zip", {"a.png": picture(), "b.png": picture()}).read_bytes())
    second = archive.rindex(b"PK\x01\x02")
    archive[second + 42 : second + 46] = struct.pack("<I", 0)
    (tmp_path / "overlapping.zip").write_bytes(archive)
    with pytest.raises(SourceError):
        build.unpack_zip(tmp_path / "overlapping.zip", tmp_path / "into")


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip at all", b"PK\x05\x06" + bytes(18), b"PK\x03\x04" * 50])
def test_unpack_zip__no_zip(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.zip").write_bytes(content)
    with pytest.raises(SourceError):
        build.unpack_zip(tmp_path / "odd.zip", tmp_path / "into")
    try:
        found = build.look_into_zip(tmp_path / "odd.zip").pictures
    except SourceError:
        found = 0
    assert found == 0


def test_unpack_zip__every_cut_and_every_flipped_byte_is_refused_or_right(tmp_path: Path) -> None:
    whole = pack(tmp_path / "whole.zip", {"a.png": picture(), "b/c.png": picture("blue")}).read_bytes()
    contents = {picture(), picture("blue")}
    for number in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[number] ^= 0x55
        for kind, data in (("cut", whole[:number]), ("flip", bytes(damaged))):
            archive, into = tmp_path / f"{kind}{number}.zip", tmp_path / f"{kind}{number}"
            archive.write_bytes(data)
            try:
                build.look_into_zip(archive)
                build.unpack_zip(archive, into)
            except SourceError:
                continue
            finally:
                archive.unlink()
            assert {path.read_bytes() for path in into.rglob("*.png")} <= contents


def test_try_zip__times_some_of_its_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "load_encoder", lambda *_, **__: colour_encoder.ColourEncoder())
    monkeypatch.setattr(zipped, "MOST_TRIED", 5)
    archive = pack(tmp_path / "a.zip", {f"{n}/{n}.png": picture() for n in range(20)} | {"notes.txt": b"x"})
    found = build.try_zip(archive)
    assert (found.pictures, found.captions, found.tried) == (20, 0, 5)
    assert found.seconds == pytest.approx(20 * found.seconds_per_picture)
    for content in ({"a.txt": b"x"}, {"a.png": b"no picture"}, {"a.png": picture(), "../b.png": picture()}):
        with pytest.raises(SourceError):
            build.try_zip(pack(tmp_path / "b.zip", content))
    (tmp_path / "b.zip").write_bytes(b"no zip")
    with pytest.raises(SourceError):
        build.try_zip(tmp_path / "b.zip")


def test_unpack_zip__can_be_stopped(tmp_path: Path) -> None:
    def stop(_: Progress) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        build.unpack_zip(pack(tmp_path / "a.zip", {"a.png": picture()}), tmp_path / "into", report=stop)
