"""A whole split from a local server: archives, unpacking, the second run, the command."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import cli, dataset, download
from core.download import catalog, unpacking
from core.download.catalog import Split
from core.download.patience import Patience
from core.download.webfile import WebFile
from core.errors import DownloadError
from tests import colour_encoder
from tests.download.faulty_site import Site, serving

QUICK = Patience(connect=5, silence=10, gain=1, tries=3, pause=0)
COLOURS = ("red", "green", "blue")


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def jpeg(colour: str) -> bytes:
    made = io.BytesIO()
    colour_encoder.picture(colour).save(made, "JPEG")
    return made.getvalue()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Serves a val2017 of three pictures, and lets the catalog state its sizes and sums."""
    images = [{"id": nth, "file_name": f"{nth:012}.jpg"} for nth in range(1, 4)]
    spoken = [{"id": 10 + nth, "image_id": nth, "caption": f"a {COLOURS[nth - 1]} square"} for nth in range(1, 4)]
    boxes = [{"id": 1, "image_id": 1, "category_id": 5, "bbox": [0, 0, 3, 3]}]
    categories = [{"id": 5, "name": "square"}]
    told = {"images": images, "annotations": boxes, "categories": categories}
    packed = zipped(
        {
            "annotations/captions_val2017.json": json.dumps({"images": images, "annotations": spoken}).encode(),
            "annotations/instances_val2017.json": json.dumps(told).encode(),
            "annotations/person_keypoints_val2017.json": b"{}",
        }
    )
    pictures = zipped({"val2017/": b""} | {f"val2017/{nth:012}.jpg": jpeg(COLOURS[nth - 1]) for nth in range(1, 4)})
    monkeypatch.setitem(
        catalog.SPLITS,
        "val2017",
        Split(
            "val2017",
            of(f"{catalog.ORIGIN}/zips/val2017.zip", pictures),
            of(f"{catalog.ORIGIN}/annotations/annotations_trainval2017.zip", packed),
            20_000,
            20_000,
        ),
    )
    with serving(Site({"/zips/val2017.zip": pictures, "/annotations/annotations_trainval2017.zip": packed})) as served:
        yield served


def of(address: str, body: bytes) -> WebFile:
    return WebFile(address, len(body), hashlib.sha256(body).hexdigest())


def test_download_coco__pictures_captions_instances(site: Site, tmp_path: Path) -> None:
    done = download.download_coco("val2017", tmp_path / "coco", mirror=f"{site.address}/", patience=QUICK)
    assert (done.pictures, done.fetched) == (3, 2)
    records = dataset.load_records(done.images, done.captions, done.instances)
    assert [record.captions[0].text for record in records.records] == [f"a {colour} square" for colour in COLOURS]
    assert records.records[0].categories == ("square",)
    assert not list((tmp_path / "coco" / "downloads").glob("*.zip")), "the archives are not kept"
    asked = len(site.asked)
    again = download.download_coco("val2017", tmp_path / "coco", mirror=site.address, patience=QUICK)
    assert (again.pictures, again.fetched, len(site.asked)) == (3, 0, asked)


def test_download_coco__a_lost_picture_is_brought_again(site: Site, tmp_path: Path) -> None:
    done = download.download_coco("val2017", tmp_path, mirror=site.address, patience=QUICK)
    (done.images / "000000000002.jpg").write_bytes(b"cut")
    assert download.download_coco("val2017", tmp_path, mirror=site.address, patience=QUICK).fetched == 1
    assert (done.images / "000000000002.jpg").read_bytes() == jpeg("green")


def test_download_coco__asks_for_room_before(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.download.room.free", lambda _: 1000)
    with pytest.raises(DownloadError, match="are free"):
        download.download_coco("val2017", tmp_path, mirror=site.address, patience=QUICK)
    assert site.asked == []


def test_plan_coco__says_what_is_to_come_and_asks_nobody(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part, folder = catalog.SPLITS["val2017"], tmp_path / "coco"
    whole = part.annotations.size + part.pictures.size
    plan = download.plan_coco("val2017", folder)
    assert (plan.came, plan.missing, plan.unpacked, plan.short) == (0, whole, 40_000, 0)
    assert not folder.exists()
    download.download_coco("val2017", folder, captions_only=True, mirror=site.address, patience=QUICK)
    assert download.plan_coco("val2017", folder, captions_only=True).missing == 0
    assert download.plan_coco("val2017", folder).missing == part.pictures.size
    archive = folder / "downloads" / "val2017.zip"
    archive.write_bytes(bytes(part.pictures.size))
    assert (download.plan_coco("val2017", folder).came, download.plan_coco("val2017", folder).missing) == (
        part.pictures.size,
        1,  # still to be unpacked
    )
    archive.unlink()
    download.download_coco("val2017", folder, mirror=site.address, patience=QUICK)
    asked = len(site.asked)
    assert download.plan_coco("val2017", folder).missing == 0
    monkeypatch.setattr("core.download.room.free", lambda _: 1000)
    assert download.plan_coco("val2017", folder).short == 0
    assert download.plan_coco("val2017", tmp_path / "other").short == whole + 40_000 - 1000
    assert len(site.asked) == asked
    with pytest.raises(DownloadError, match="train2017"):
        download.plan_coco("val2014", folder)


def test_download_coco__unknown_split(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="train2017"):
        download.download_coco("val2014", tmp_path)


def test_command__prints_the_build_command(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "my coco"
    assert cli.main(["download", "coco", "--to", str(folder), "--mirror", site.address]) == 0
    out = capsys.readouterr().out
    assert f"python -m core build coco-val2017 --images '{folder}/val2017' --captions" in out
    assert "(3)" in out
    assert cli.main(["download", "coco", "--to", str(folder), "--mirror", site.address]) == 0
    assert "Everything is there already" in capsys.readouterr().out


def test_command__captions_only(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["download", "coco", "--captions-only", "--to", str(tmp_path), "--mirror", site.address]) == 0
    assert "--fetch-missing" in capsys.readouterr().out
    assert (tmp_path / "annotations" / "captions_val2017.json").is_file()
    assert not (tmp_path / "val2017").exists()


def test_command__missing_file_is_one_line(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["download", "coco", "--to", str(tmp_path), "--mirror", f"{site.address}/else"]) == 2
    assert "404" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", ["../out.jpg", "/out.jpg", "C:/out.jpg", "val2017/../../out.jpg", "val2017\\..\\o.jpg"]
)
def test_unpack__names_that_lead_out(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped({"val2017/fine.jpg": b"1", name: b"2"}))
    with pytest.raises(DownloadError, match="refused"):
        unpacking.unpack(archive, tmp_path / "into", lambda _: True, max_bytes=1000)
    assert not (tmp_path / "into").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_unpack__links_bombs_and_damage(tmp_path: Path) -> None:
    archive, into = tmp_path / "a.zip", tmp_path / "into"

    def refused(match: str) -> None:
        with pytest.raises(DownloadError, match=match):
            unpacking.unpack(archive, into, lambda name: name.endswith(".jpg"), max_bytes=100_000)

    with zipfile.ZipFile(archive, "w") as made:
        link = zipfile.ZipInfo("val2017/link.jpg")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    refused("a link")
    archive.write_bytes(zipped({"a.jpg": bytes(10_000_000)}))
    refused("unpack to 10.0 MB")
    archive.write_bytes(zipped({"a.txt": b"1"}))
    refused("none of the files")
    archive.write_bytes(b"no archive")
    refused("not a zip")
    whole = zipped({"a.jpg": bytes(range(256)) * 200})
    archive.write_bytes(whole[:60] + bytes([whole[60] ^ 255]) + whole[61:])
    refused("refused")
    assert not list(into.glob("**/*.jpg*"))


def test_unpack__a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "into").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "into" / "val2017").symlink_to(tmp_path / "outside")
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped({"val2017/a.jpg": b"1"}))
    with pytest.raises(DownloadError, match="leads out"):
        unpacking.unpack(archive, tmp_path / "into", lambda _: True, max_bytes=1000)
    assert not list((tmp_path / "outside").iterdir())
