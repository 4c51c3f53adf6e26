"""Pictures that are only addresses: fetched once, broken ones marked once."""

from __future__ import annotations

import io
import ipaddress
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import cli, dataset, encoder, remote
from core.dataset import absent
from core.errors import Cancelled, DownloadError
from core.progress import Progress
from tests import colour_encoder
from tests.download.faulty_site import Site, serving


def jpeg(colour: str) -> bytes:
    made = io.BytesIO()
    colour_encoder.picture(colour).save(made, "JPEG")
    return made.getvalue()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A local site that, for this test only, counts as public."""
    files = {"/red.jpg": jpeg("red"), "/blue.jpg": jpeg("blue"), "/page.jpg": b"<html>gone</html>"}
    with serving(Site(files)) as served:
        allowed = remote._is_public
        local = ipaddress.ip_address("127.0.0.1")
        monkeypatch.setattr(remote, "_is_public", lambda number: number == local or allowed(number))
        monkeypatch.setitem(remote._PORTS, "http", int(served.address.rpartition(":")[2]))
        yield served


def listing(path: Path, *pictures: dict[str, object]) -> Path:
    images = [{"id": number, "file_name": f"{number}.jpg", **one} for number, one in enumerate(pictures, start=1)]
    spoken = [{"id": one["id"], "image_id": one["id"], "caption": "red"} for one in images]
    path.write_text(json.dumps({"images": images, "annotations": spoken}), encoding="utf-8")
    return path


def test_fetch_missing__coco_first_then_flickr(site: Site, tmp_path: Path) -> None:
    at, root = site.address, tmp_path / "pictures"
    told = listing(
        tmp_path / "c.json",
        {"coco_url": f"{at}/red.jpg", "flickr_url": f"{at}/blue.jpg"},
        {"coco_url": f"{at}/none.jpg", "flickr_url": f"{at}/blue.jpg"},
        {"coco_url": f"{at}/page.jpg", "flickr_url": f"{at}/blue.jpg"},
        {"coco_url": f"{at}/page.jpg", "flickr_url": f"{at}/none.jpg"},
        {},
    )
    done = dataset.fetch_missing(told, root)
    assert (done.fetched, done.known) == (3, 0)
    assert [(root / f"{number}.jpg").read_bytes() for number in (1, 2, 3)] == [jpeg("red"), jpeg("blue"), jpeg("blue")]
    assert [(one.image_id, one.file_name) for one in done.broken] == [(4, "4.jpg")]
    assert "no picture; then the address answered 404" in done.broken[0].reason
    assert not list(root.glob("*.part"))
    records = dataset.load_records(root, told)
    assert [one.image_id for one in records.records] == [1, 2, 3]

    asked = len(site.asked)
    again = dataset.fetch_missing(told, root)
    assert (again.fetched, again.known, len(site.asked)) == (0, 1, asked), "neither is asked for again"
    site.files["/none.jpg"] = jpeg("red")
    assert dataset.fetch_missing(told, root, retry=True).fetched == 1


def test_fetch_missing__private_addresses_and_other_schemes_are_not_asked(site: Site, tmp_path: Path) -> None:
    told = listing(
        tmp_path / "c.json",
        {"coco_url": "http://169.254.169.254/latest/meta-data"},
        {"coco_url": "http://127.0.0.2/red.jpg"},
        {"coco_url": "file:///etc/passwd"},
        {"coco_url": f"{site.address}/red.jpg"},
    )
    done = dataset.fetch_missing(told, tmp_path / "pictures")
    assert done.fetched == 1
    assert [one.reason for one in done.broken] == ["the address leads to a private network"] * 2
    assert len(site.asked) == 1


@pytest.mark.parametrize("name", ["../out.jpg", "/tmp/out.jpg", "C:\\out.jpg", "..\\out.jpg", "a.py", ".bashrc", ""])
def test_fetch_missing__nothing_is_written_outside_or_as_another_kind(site: Site, tmp_path: Path, name: str) -> None:
    told = listing(tmp_path / "c.json", {"file_name": name, "coco_url": f"{site.address}/red.jpg"})
    assert dataset.fetch_missing(told, tmp_path / "pictures").fetched == 0
    assert not site.asked
    assert not list(tmp_path.rglob("out.jpg"))


def test_fetch_missing__without_a_network_nothing_is_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(_: str) -> bytes:
        raise remote.PictureError("the name of the address is not known")

    monkeypatch.setattr(remote, "fetch_picture", offline)
    told = listing(tmp_path / "c.json", *({"coco_url": "http://a.example/1.jpg"} for _ in range(5)))
    with pytest.raises(DownloadError, match="none of the 5 missing pictures"):
        dataset.fetch_missing(told, tmp_path / "pictures")
    assert not (tmp_path / "pictures" / absent.MARKS).exists()


def test_fetch_missing__one_that_hangs_does_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = threading.Semaphore(0)

    def fetched(address: str) -> bytes:
        if address.endswith("slow.jpg"):
            for _ in range(20):  # until every other picture has come
                assert others.acquire(timeout=30)
            raise remote.PictureError("the address took longer than 10 s")
        others.release()
        return jpeg("red")

    monkeypatch.setattr(remote, "fetch_picture", fetched)
    slow = {"coco_url": "http://a.example/slow.jpg"}
    told = listing(tmp_path / "c.json", slow, *({"coco_url": "http://a.example/1.jpg"} for _ in range(20)))
    done = dataset.fetch_missing(told, tmp_path / "pictures", connections=2)
    assert (done.fetched, len(done.broken)) == (20, 1)


def test_fetch_missing__stopped_keeps_what_came(site: Site, tmp_path: Path) -> None:
    def stop(at: Progress) -> None:
        if at.done >= 3:
            raise Cancelled("stopped")

    told = listing(tmp_path / "c.json", *({"coco_url": f"{site.address}/red.jpg"} for _ in range(30)))
    with pytest.raises(Cancelled):
        dataset.fetch_missing(told, tmp_path / "pictures", connections=1, report=stop)
    came = len(list((tmp_path / "pictures").glob("*.jpg")))
    assert 3 <= came < 30
    assert dataset.fetch_missing(told, tmp_path / "pictures").fetched == 30 - came


def test_build__fetch_missing(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(encoder, "load_encoder", lambda *_, **__: colour_encoder.ColourEncoder())
    told = listing(tmp_path / "c.json", {"coco_url": f"{site.address}/red.jpg"}, {"coco_url": f"{site.address}/no.jpg"})
    words = ["build", "web", "--images", str(tmp_path / "new"), "--db", str(tmp_path / "clip_db"), "--fetch-missing"]
    assert cli.main([*words, "--captions", str(told)]) == 0
    out = capsys.readouterr().out
    assert "Fetched 1 pictures" in out
    assert "1 cannot be had" in out
    assert "web: 1 pictures" in out
    assert cli.main(words) == 2
    assert "--captions" in capsys.readouterr().err
