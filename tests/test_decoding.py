from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from core import decoding
from core.errors import ConfigurationError, PictureError, PictureTooLargeError

POISON = "tests.poison_decoder:open_picture"
COLOURS = [(turn * 7 % 256, turn * 3 % 256, 255 - turn % 256) for turn in range(200)]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("pictures")
    paths = []
    for number, colour in enumerate(COLOURS):
        paths.append(folder / f"fine-{number:03}.png")
        Image.new("RGB", (12, 8), colour).save(paths[-1])
    return paths


def renamed(path: Path, action: str, folder: Path) -> Path:
    """The same picture under a name that makes the poisoned decoder do something."""
    copy = folder / f"{action}-{path.name}"
    copy.write_bytes(path.read_bytes())
    return copy


def colours(found: list[Image.Image | PictureError]) -> list[object]:
    return [one.getpixel((3, 3)) if isinstance(one, Image.Image) else str(one) for one in found]


@pytest.mark.parametrize("workers", [1, 3])
def test_decode_all__keeps_the_order(pictures: list[Path], workers: int) -> None:
    assert colours(list(decoding.decode_all(pictures, 8, workers))) == COLOURS


def test_decode_all__nothing_gives_nothing() -> None:
    assert list(decoding.decode_all([], 8)) == []


def test_decode_all__shrinks_for_the_encoder(tmp_path: Path) -> None:
    Image.new("RGB", (900, 600), "red").save(tmp_path / "large.jpg")
    (found,) = decoding.decode_all([tmp_path / "large.jpg"], 32)
    assert isinstance(found, Image.Image)
    assert found.size == (144, 96)


def test_decode_all__loses_only_the_poisoned_pictures(pictures: list[Path], tmp_path: Path) -> None:
    """A crash, a silent end, a hang, greed and a fault of the decoder's own: each costs one picture, and names it."""
    paths = list(pictures)
    poison = {5: "crash", 6: "crash", 40: "leave", 77: "hang", 90: "hog", 120: "refuse", 150: "bug", 199: "crash"}
    for number, action in poison.items():
        paths[number] = renamed(paths[number], action, tmp_path)
    paths[60] = renamed(paths[60], "chatty", tmp_path)
    found = list(decoding.decode_all(paths, 8, 2, timeout=1.5, opener=POISON))
    faults = {number: one for number, one in enumerate(found) if isinstance(one, PictureError)}
    assert faults.keys() == poison.keys()
    assert [one for number, one in enumerate(colours(found)) if number not in poison] == [
        colour for number, colour in enumerate(COLOURS) if number not in poison
    ]
    assert "crashed" in str(faults[5])
    assert "exit 3" in str(faults[40])
    assert "longer than 1.5 s" in str(faults[77])
    assert isinstance(faults[90], PictureTooLargeError)
    assert str(faults[120]) == "refused on purpose"
    assert "crashed" in str(faults[150])


def test_decode_all__names_missing_and_broken_files(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    found = list(decoding.decode_all([tmp_path / "gone.jpg", tmp_path / "text.jpg", tmp_path], 8))
    assert [str(one).split(" (")[0] for one in found] == [
        "the file is missing",
        "not a picture in a known format",
        "not a regular file",
    ]


def test_decode_all__goes_on_while_the_caller_works_but_not_without_bound(
    pictures: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.decoding.pool._AHEAD_PER_WORKER", 4)
    asked: list[Path] = []

    def noted(self: object, path: Path) -> PictureError:
        asked.append(path)
        return PictureError("not decoded")

    monkeypatch.setattr("core.decoding.pool._Children.decode", noted)
    with closing(decoding.decode_all(pictures, 8, 2)) as found:
        next(found)
        time.sleep(0.1)
        assert 1 < len(asked) <= 9
        for _ in range(10):
            next(found)
        time.sleep(0.1)
        assert len(asked) <= 19


def test_decode_all__leaves_no_child_behind_when_stopped_early(pictures: list[Path]) -> None:
    before = set(_children())
    found = decoding.decode_all(pictures, 8, 2)
    next(found)
    assert len(set(_children()) - before) >= 1
    found.close()
    assert set(_children()) <= before


def test_decode_all__says_so_when_no_child_starts(pictures: list[Path]) -> None:
    with pytest.raises(ConfigurationError, match="could not be started"):
        list(decoding.decode_all(pictures[:1], 8, opener="no.such.module:function"))


def test_child__ends_with_its_parent(pictures: list[Path]) -> None:
    code = (
        "import sys, time; from pathlib import Path; from core import decoding;"
        "found = decoding.decode_all([Path(sys.argv[1])] * 200, 8, 1); next(found); print('ready', flush=True);"
        "time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(pictures[0])],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[1],
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"ready\n"
    children = _children(parent.pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 10
    while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{child}").exists() for child in children)


def _children(of: int | None = None) -> list[int]:
    """Process ids of the children of a process, this one by default."""
    if not Path("/proc/self/task").is_dir():
        pytest.skip("needs the process list of Linux")
    own = of if of is not None else int(Path("/proc/self").resolve().name)
    return list(_with_parent(own))


def _with_parent(parent: int) -> Iterator[int]:
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            yield int(status.parent.name)
