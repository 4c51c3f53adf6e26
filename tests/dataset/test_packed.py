"""Shards and Hugging Face data sets, put into a folder and written as COCO files."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from core import cli, dataset, encoder, store
from core.cli import sources
from core.dataset import packed
from core.errors import ConfigurationError, SourceError
from core.progress import Progress
from core.records import Box, Caption, Category, ImageRecord, License, RecordSet
from tests import colour_encoder


def png(colour: str) -> bytes:
    made = io.BytesIO()
    colour_encoder.picture(colour).save(made, "PNG")
    return made.getvalue()


def tar(path: Path, files: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


SAMPLES = {
    "./0001.png": png("red"),
    "./0001.txt": b"a red one\nsecond",
    "./0001.cls": b"warm",
    "deep/0002.json": json.dumps({"caption": "green told", "other": 1}).encode(),
    "deep/0002.png": png("green"),
    "0003.png": png("blue"),
    "0003.depth.npy": b"ignored",
    "0004.txt": b"no picture",
}


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_unpack_shards__samples_to_records(tmp_path: Path, mode: str) -> None:
    seen: list[Progress] = []
    found = dataset.unpack_shards([tar(tmp_path / "a.tar", SAMPLES, mode)], tmp_path / "out", report=seen.append)
    told = {one.file_name: ([c.text for c in one.captions], one.categories) for one in found.records}
    assert told == {
        "a/0001.png": (["a red one", "second"], ("warm",)),
        "a/deep/0002.png": (["green told"], ()),
        "a/0003.png": ([], ()),
    }
    assert (tmp_path / "out" / "a" / "0001.png").read_bytes() == png("red")
    assert [one.reason for one in found.skipped] == ["a sample without a picture"]
    assert seen[-1].done == 1


@pytest.mark.parametrize(
    "name", ["../../0001.png", "/tmp/0001.png", "x/../../../0001.png", "a\\b\\..\\..\\..\\..\\1.png"]
)
def test_unpack_shards__names_that_lead_out(tmp_path: Path, name: str) -> None:
    shard = tar(tmp_path / "a.tar", {name: png("red"), "fine.png": png("green")})
    found = dataset.unpack_shards([shard], tmp_path / "x" / "out")
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.png"))
    # What would climb is skipped; what was absolute lies below the shard's folder, if anywhere.
    assert all(path.startswith("x/out/a/") for path in written)
    assert "x/out/a/fine.png" in written
    assert [one.file_name for one in found.records][-1:] == ["a/fine.png"] or len(found.records) == 2
    assert not Path("/tmp/0001.png").exists()


def test_unpack_shards__links_and_devices_are_left_out(tmp_path: Path) -> None:
    shard = tmp_path / "a.tar"
    with tarfile.open(shard, "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            member = tarfile.TarInfo(f"{kind.decode()}.png")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    with pytest.raises(SourceError, match="no pictures"):
        dataset.unpack_shards([shard], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_unpack_shards__cut_short_and_missing(tmp_path: Path) -> None:
    shard = tar(tmp_path / "a.tar", SAMPLES)
    shard.write_bytes(shard.read_bytes()[:700])
    with pytest.raises(SourceError, match="to its end"):
        dataset.unpack_shards([shard], tmp_path / "out")
    with pytest.raises(SourceError, match="no such file"):
        dataset.unpack_shards([tmp_path / "b.tar"], tmp_path / "out")
    with pytest.raises(SourceError, match="--shards"):
        dataset.unpack_shards([], tmp_path / "out")


def test_unpack_shards__a_picture_over_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.images.MAX_BYTES", 200)
    shard = tar(tmp_path / "a.tar", {"1.png": png("red") + bytes(300), "2.png": png("red")})
    found = dataset.unpack_shards([shard], tmp_path / "out")
    assert [one.file_name for one in found.records] == ["a/2.png"]
    assert "over the limit" in found.skipped[0].reason


def test_shard_paths__counted_and_starred(tmp_path: Path) -> None:
    assert [str(path) for path in sources.shard_paths(["p{008..010}-{0..1}.tar"])] == [
        f"p{number}-{part}.tar" for number in ("008", "009", "010") for part in (0, 1)
    ]
    for name in ("b.tar", "a.tar"):
        (tmp_path / name).touch()
    assert [path.name for path in sources.shard_paths([f"{tmp_path}/*.tar"])] == ["a.tar", "b.tar"]
    with pytest.raises(SourceError, match="no shard fits"):
        sources.shard_paths([f"{tmp_path}/*.zip"])
    with pytest.raises(SourceError, match="at most"):
        sources.shard_paths(["{0..999999}{0..9}.tar"])


def test_build__from_shards_then_again_from_what_they_became(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(encoder, "load_encoder", lambda *_, **__: colour_encoder.ColourEncoder())
    shard = tar(tmp_path / "a.tar", SAMPLES)
    words = ["build", "packed", "--images", str(tmp_path / "out"), "--db", str(tmp_path / "clip_db")]
    assert cli.main([*words, "--shards", str(shard)]) == 0
    assert "Left out 1" in capsys.readouterr().out
    opened = store.open_store(tmp_path / "clip_db" / "packed")
    assert len(opened.records) == 3
    assert [one.text for one in opened.captions].count("green told") == 1
    assert opened.categories[0].name == "warm"
    assert opened.manifest.source.captions is not None
    again = ["--captions", str(tmp_path / "out" / "captions.json"), "--instances", str(tmp_path / "out/instances.json")]
    assert cli.main([*words, *again]) == 0
    assert store.open_store(tmp_path / "clip_db" / "packed").records == opened.records


def test_write_coco__reads_back_the_same(tmp_path: Path) -> None:
    records = RecordSet(
        (
            ImageRecord(3, "a.png", 16, 12, (Caption(5, " spaced\n"),), ("cat", "dog"), (Box("dog", 1, 2, 3, 4),)),
            ImageRecord(7, "b.png", coco_url="http://a/b", flickr_url="https://f/b", license=4),
        ),
        (Category(1, "dog", "animal"), Category(2, "cat", "animal")),
        (License(4, "CC BY", "http://c"),),
    )
    for record in records.records:
        (tmp_path / record.file_name).write_bytes(png("red"))
    dataset.write_coco(records, tmp_path / "c.json", tmp_path / "i.json")
    assert dataset.load_records(tmp_path, tmp_path / "c.json", tmp_path / "i.json") == records


def test_suffix_of__known_formats() -> None:
    assert packed.suffix_of(png("red")) == ".png"
    assert packed.suffix_of(b"<html>") == ""


def test_unpack_huggingface__not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "datasets", None)
    with pytest.raises(ConfigurationError, match="requirements-datasets"):
        dataset.unpack_huggingface("imagenette", tmp_path)


@pytest.mark.filterwarnings("default")  # its own libraries' notes are no fault of ours
def test_unpack_huggingface__columns_by_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = pytest.importorskip("datasets", reason="the extra `datasets` is not installed")
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(hub.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    features = {"photo": hub.Image(), "what": hub.ClassLabel(names=["warm", "cold"]), "text": hub.Value("string")}
    rows = {
        "photo": [{"bytes": png(one), "path": None} for one in ("red", "blue")] + [{"bytes": b"no", "path": None}],
        "what": [0, 1, 1],
        "text": ["a red one", "a blue one", "x"],
    }
    (tmp_path / "set").mkdir()
    pq.write_table(pa.table(rows).cast(hub.Features(features).arrow_schema), tmp_path / "set" / "test-0.parquet")
    found = dataset.unpack_huggingface(str(tmp_path / "set"), tmp_path / "out", split="test")
    told = {one.file_name: ([c.text for c in one.captions], one.categories) for one in found.records}
    assert told == {
        "test/0000000.png": (["a red one"], ("warm",)),
        "test/0000001.png": (["a blue one"], ("cold",)),
    }
    assert [one.reason for one in found.skipped] == ["no picture in a known format"]
    with pytest.raises(SourceError, match="'train'"):
        dataset.unpack_huggingface(str(tmp_path / "set"), tmp_path / "out")
    with pytest.raises(SourceError, match="no column 'image' among photo"):
        dataset.unpack_huggingface(str(tmp_path / "set"), tmp_path / "out", split="test", image_column="image")
