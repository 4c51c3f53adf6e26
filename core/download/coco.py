"""MS-COCO 2017: pictures, captions and instances of one split, in the folders that its makers use.

FOLDER/val2017/000000000139.jpg …
FOLDER/annotations/captions_val2017.json, instances_val2017.json
FOLDER/downloads/          archives while they are fetched, and notes of what they have become
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import filelock

from core import progress
from core.download import catalog, fetching, room, unpacking
from core.download.patience import Patience
from core.download.webfile import WebFile
from core.errors import DownloadError


@dataclass(frozen=True, slots=True)
class Downloaded:
    """Where the split lies. `pictures` counts picture files, 0 when only captions were asked for; `fetched` archives
    came from the web in this run, the others were there already."""

    images: Path
    captions: Path
    instances: Path
    pictures: int
    fetched: int


@dataclass(frozen=True, slots=True)
class CocoPlan:
    """What bringing a split would take, in bytes. `came` of its archives have come and `missing` are still to come, 0
    when all of it is there and unpacked; `unpacked` is what it takes in the end, `free` what the disk has now, and
    `short` what that lacks for archives and contents together."""

    split: str
    captions_only: bool
    came: int
    missing: int
    unpacked: int
    free: int

    @property
    def short(self) -> int:
        return max(0, self.missing + self.unpacked - self.free) if self.missing else 0


def plan_coco(split: str, folder: Path, *, captions_only: bool = False) -> CocoPlan:
    """What `download_coco` would have to do with the same words. Writes nothing and asks no server. Raises
    `DownloadError` for a split there is not."""
    wanted = _wanted(split, captions_only)
    downloads = folder / "downloads"
    came = missing = 0
    for file, _, want in wanted:
        if not unpacking.noted(_note(downloads, file, split), file.sha256, folder, want):
            left = fetching.missing_bytes(file, downloads / file.name)
            came += file.size - left
            missing += max(left, 1)  # all of it has come, and is still to be unpacked
    unpacked = sum(size for _, size, _ in wanted)
    return CocoPlan(split, captions_only, came, missing, unpacked, room.free(folder))


_Wanted = tuple[WebFile, int, Callable[[str], bool]]


def download_coco(
    split: str,
    folder: Path,
    *,
    captions_only: bool = False,
    mirror: str | None = None,
    connections: int = 4,
    patience: Patience | None = None,
    report: progress.Report = progress.silent,
) -> Downloaded:
    """Bring a split ("val2017", "train2017") into `folder`; `captions_only` leaves its pictures out.

    Stopped in any way, the same call goes on where it was, and one that finds everything there fetches nothing. Room
    for archive and contents is asked for before. `mirror` is an address below which `zips/` and `annotations/` lie as
    at the makers'; sizes and sums are checked whoever serves them.
    Raises `DownloadError` naming what is wrong, where and the fix, and what `report` raises to stop.
    """
    wanted = _wanted(split, captions_only)
    downloads = folder / "downloads"
    captions, instances = _lists(split)
    with _alone(downloads):
        counts = [unpacking.noted(_note(downloads, file, split), file.sha256, folder, want) for file, _, want in wanted]
        missing = [one for one, count in zip(wanted, counts, strict=True) if not count]
        needed = sum(fetching.missing_bytes(file, downloads / file.name) + unpacked for file, unpacked, _ in missing)
        room.check(folder, needed, f"COCO {split}")
        for file, unpacked, want in missing:
            source = replace(file, address=file.address.replace(catalog.ORIGIN, mirror.rstrip("/"))) if mirror else file
            archive = downloads / file.name
            fetching.fetch(source, archive, connections=connections, patience=patience, report=report)
            files = unpacking.unpack(archive, folder, want, max_bytes=2 * unpacked, report=report)
            unpacking.note(_note(downloads, file, split), file.sha256, files)
            archive.unlink(missing_ok=True)
            counts[wanted.index((file, unpacked, want))] = len(files)
    return Downloaded(
        images=folder / split,
        captions=folder / captions,
        instances=folder / instances,
        pictures=0 if captions_only else counts[1],
        fetched=len(missing),
    )


def _lists(split: str) -> tuple[str, str]:
    return f"annotations/captions_{split}.json", f"annotations/instances_{split}.json"


def _wanted(split: str, captions_only: bool) -> list[_Wanted]:
    """Archives, bytes of their contents, and which of those. Raises `DownloadError` for a split there is not."""
    if split not in catalog.SPLITS:
        raise DownloadError(f"COCO has no split {split!a} here; choose one of {', '.join(catalog.SPLITS)}")
    part, lists = catalog.SPLITS[split], _lists(split)
    wanted: list[_Wanted] = [(part.annotations, part.unpacked_annotations, lambda name: name in lists)]
    if not captions_only:
        wanted.append(
            (part.pictures, part.unpacked_pictures, lambda name: name.startswith(f"{split}/") and name.endswith(".jpg"))
        )
    return wanted


def _note(downloads: Path, file: WebFile, split: str) -> Path:
    """The annotations of both splits come in one archive, of which each takes its own files."""
    return downloads / f"{file.name}.{split}.json"


@contextmanager
def _alone(downloads: Path) -> Iterator[None]:
    """Two at once would write the same files."""
    try:
        downloads.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(downloads / ".lock", timeout=0)
        lock.acquire()
    except filelock.Timeout as error:
        raise DownloadError(f"another download into {downloads.parent} is running; wait for it, or stop it") from error
    except OSError as error:
        raise room.fault(downloads, error) from error
    try:
        yield
    finally:
        lock.release()
