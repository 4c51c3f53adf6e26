"""A reader sees the old store or the new one, whole, at every instant: kill -9, full disks and races included."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import store
from core.errors import Cancelled, StoreBusyError, StoreNotFoundError, StoreWriteError
from core.progress import Progress
from core.store import layout, switching, writing
from tests import colour_collection, kill_points, small_disk

ROOT = Path(__file__).resolve().parents[1]
MODES = ("exchange", "rename")


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of switching: the one step of Linux and macOS, and the two of other systems."""
    if request.param == "rename":
        monkeypatch.setattr(switching, "_exchange", lambda *_: False)
    return str(request.param)


def publish(db: Path, name: str) -> Path:
    return colour_collection.write(db, entries=kill_points.OLD if name == "old" else kill_points.NEW)


def leftovers(db: Path) -> list[str]:
    return sorted(path.name for path in db.iterdir() if path.name not in (".locks", "colours"))


def test_switch_in__replaces_in_either_way(tmp_path: Path, mode: str) -> None:
    db = tmp_path / "db"
    folder = publish(db, "old")
    assert kill_points.version(folder) == "old"
    assert kill_points.version(publish(db, "new")) == "new"
    assert leftovers(db) == []


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="folders cannot be exchanged here")
def test_exchange__works_on_this_file_system(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "name").write_text(name)
    if not switching._exchange(tmp_path / "a", tmp_path / "b"):
        pytest.skip("this file system does not exchange folders")
    assert [(tmp_path / name / "name").read_text() for name in "ab"] == ["b", "a"]
    with pytest.raises(OSError, match="No such file"):
        switching._exchange(tmp_path / "a", tmp_path / "c")


def test_open_store__during_publishes_every_answer_is_of_one_version(tmp_path: Path, mode: str) -> None:
    db = tmp_path / "db"
    folder = publish(db, "old")
    stop = threading.Event()
    seen: list[str] = []
    faults: list[BaseException] = []

    def read() -> None:
        while not stop.is_set():
            try:
                seen.append(kill_points.version(folder))
            except BaseException as error:
                faults.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(20):
        publish(db, "new" if turn % 2 == 0 else "old")
    stop.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert {"old", "new"} == set(seen)
    assert len(seen) > 20
    assert leftovers(db) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("way", MODES)
def test_write_store__killed_at_every_step(tmp_path: Path, way: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.kill_points", str(tmp_path), way],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert len(seen) > 40
    after = [version for _, version, _, _ in seen]
    assert after == sorted(after, reverse=True)  # old up to one step, new from there on
    assert set(after) == {"old", "new"}
    assert all(version == "new" and left == [".locks", "colours"] for _, _, version, left in seen)


def test_finish__completes_a_switch_and_touches_nothing_else(tmp_path: Path) -> None:
    db = tmp_path / "db"
    folder = publish(db, "old")
    old, new = layout.old_folder(db, "colours"), layout.new_folder(db, "colours")
    folder.rename(old)
    assert kill_points.version(folder) == "old"  # the reader put it back: there was no new one
    assert not old.exists()

    shutil.copytree(folder, old)
    newer = publish(tmp_path / "other", "new")
    shutil.copytree(newer, new)
    shutil.rmtree(folder)
    assert kill_points.version(folder) == "new"

    shutil.copytree(newer, old, dirs_exist_ok=True)
    publish(db, "old")
    assert kill_points.version(folder) == "old"
    assert leftovers(db) == []


def test_finish__does_not_bring_a_deleted_collection_back(tmp_path: Path) -> None:
    db = tmp_path / "db"
    folder = publish(db, "old")
    shutil.copytree(folder, layout.new_folder(db, "colours"))  # left by a writer killed after the exchange
    shutil.rmtree(folder)
    with pytest.raises(StoreNotFoundError):
        store.open_store(folder)


def test_write_store__syncs_every_file_before_the_switch_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a power cut can lose is what was not synced: nothing of the new version may be when it is switched in."""
    db = tmp_path / "db"
    publish(db, "old")
    log: list[str] = []
    fsync, exchange = os.fsync, switching._exchange

    def noted_fsync(handle: int) -> None:
        fsync(handle)
        log.append(Path(f"/proc/self/fd/{handle}").readlink().relative_to(db).as_posix())

    def noted_exchange(one: Path, other: Path) -> bool:
        log.append("switch")
        return exchange(one, other)

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs the file list of Linux")
    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(switching, "_exchange", noted_exchange)
    publish(db, "new")
    new = ".colours.new"
    at = log.index("switch")
    assert set(log[:at]) == {new, *(f"{new}/{path}" for path in (store.MANIFEST, *store.FILES, "images", "text"))}
    assert log.index(f"{new}/{store.MANIFEST}") > max(log.index(f"{new}/{path}") for path in store.FILES)
    assert log[at + 1] == "."


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO])
def test_write_store__a_disk_that_refuses_leaves_the_old_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, code: int
) -> None:
    db = tmp_path / "db"
    folder = publish(db, "old")
    write, calls = writing.write_file, []

    def failing(path: Path, data: bytes) -> store.FileSum:
        calls.append(path)
        if len(calls) > at:
            path.write_bytes(data[: len(data) // 2])
            raise OSError(code, os.strerror(code), str(path))
        return write(path, data)

    monkeypatch.setattr(writing, "write_file", failing)
    with pytest.raises(StoreWriteError, match=r"MB free\); the collection before is untouched\. Make room") as refused:
        publish(db, "new")
    assert str(db) in str(refused.value)
    assert os.strerror(code) in str(refused.value)
    monkeypatch.undo()
    assert kill_points.version(folder) == "old"
    assert leftovers(db) == []


def test_write_store__notices_a_disk_that_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAISS itself reports success for half a file on a full disk; what was written is read back."""
    db = tmp_path / "db"
    folder = publish(db, "old")
    monkeypatch.setattr(writing.os, "fsync", lambda handle: os.ftruncate(handle, 20))
    with pytest.raises(StoreWriteError, match="read back"):
        publish(db, "new")
    monkeypatch.undo()
    assert kill_points.version(folder) == "old"
    assert leftovers(db) == []


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk.mounted(tmp_path / "disk") as folder:
        yield folder


def test_write_store__at_forty_sizes_around_a_full_disk(disk: Path) -> None:
    db, outcomes = disk / "db", set()
    big = [("red", ["a red bus " * 40] * 3)] * 30
    for size in range(80, 240, 4):
        assert small_disk.resize(disk, 400)
        shutil.rmtree(db, ignore_errors=True)
        shutil.rmtree(disk / "colours pictures", ignore_errors=True)
        colour_collection.write(db, entries=big)  # writes its pictures too, so that only the store grows below
        folder = publish(db, "old")
        if not small_disk.resize(disk, size):
            continue
        try:
            colour_collection.write(db, entries=big)
        except StoreWriteError:
            outcomes.add("refused")
            assert kill_points.version(folder) == "old"
        else:
            outcomes.add("written")
            assert store.open_store(folder).manifest.images == 30
            assert store.verify_store(folder).ok
        assert leftovers(db) == []
    assert outcomes == {"refused", "written"}


@pytest.mark.parametrize("stop", [Cancelled("stopped"), KeyboardInterrupt()], ids=["cancelled", "Ctrl-C"])
def test_write_store__stopped_leaves_the_old_store(tmp_path: Path, stop: BaseException) -> None:
    db = tmp_path / "db"
    opened = store.open_store(publish(db, "old"))
    manifest = opened.manifest
    header = store.Header("colours", "t", manifest.source, manifest.encoder, "m")
    nothing = colour_collection.Embeddings(colour_collection.np.empty(0, "int64"), opened.image_index.vectors()[:0])

    def report(moment: Progress) -> None:
        if moment.done == 2:
            raise stop

    with pytest.raises(type(stop)):
        store.write_store(db, header, colour_collection.RecordSet(()), nothing, nothing, report=report)
    assert kill_points.version(opened.folder) == "old"
    assert leftovers(db) == []


def test_held__fifty_races_have_one_winner_each(tmp_path: Path) -> None:
    for turn in range(50):
        start, won, lost = threading.Barrier(4), [], []

        def race(name: str, start: threading.Barrier, won: list[str], lost: list[str]) -> None:
            start.wait()
            try:
                with store.held(tmp_path, name, wait=0):
                    won.append(name)
                    until = time.monotonic() + 5
                    while len(lost) < 3 and time.monotonic() < until:
                        time.sleep(0.0005)
            except StoreBusyError as error:
                lost.append(str(error))

        racers = [threading.Thread(target=race, args=(f"c{turn}", start, won, lost)) for _ in range(4)]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        assert (len(won), len(lost)) == (1, 3)


def test_held__another_process_is_named_and_its_death_frees_the_lock(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from core import store\n"
        "with store.held(Path(sys.argv[1]), 'colours'): print('ready', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "db")], stdout=subprocess.PIPE, cwd=ROOT)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"ready\n"
    with pytest.raises(StoreBusyError, match=f"by process {holder.pid} since"):
        publish(tmp_path / "db", "old")
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert kill_points.version(publish(tmp_path / "db", "old")) == "old"
