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
    if split not in catalog.SPLITS:
        raise DownloadError(f"COCO has no split {split!a} here; choose one of {', '.join(catalog.SPLITS)}")
    part = catalog.SPLITS[split]
    downloads = folder / "downloads"
    captions, instances = (f"annotations/{kind}_{split}.json" for kind in ("captions", "instances"))
    wanted: list[tuple[WebFile, int, Callable[[str], bool]]] = [
        (part.annotations, part.unpacked_annotations, lambda name: name in (captions, instances))
    ]
    if not captions_only:
        wanted.append(
            (part.pictures, part.unpacked_pictures, lambda name: name.startswith(f"{split}/") and name.endswith(".jpg"))
        )
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
