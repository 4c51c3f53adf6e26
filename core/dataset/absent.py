"""Pictures that are only addresses: those of a COCO file that the picture folder lacks, fetched into it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core import images, progress, remote, whole_file
from core.dataset import annotation_file, folders, layouts, packed
from core.dataset.picture_folder import PictureFolder
from core.errors import DownloadError, PictureError, SourceError, UnsafePathError
from core.progress import Progress
from core.records import Skipped

MARKS = ".unreachable.json"
"""In the picture folder: file name to the reason why its addresses brought nothing."""

_NOTE_EVERY = 100
_OFFLINE = ("is not known", "does not answer", "took longer", "could not be read")  # as `remote` words it


@dataclass(frozen=True, slots=True)
class Absentees:
    """`fetched` pictures came in this run; `broken` ones have no address that brings them, `known` of them since an
    earlier run and not asked again."""

    fetched: int
    broken: tuple[Skipped, ...]
    known: int


@dataclass(frozen=True, slots=True)
class _Absent:
    image_id: int
    file_name: str
    addresses: tuple[str, ...]


def fetch_missing(
    listing: Path,
    root: Path,
    *,
    connections: int = 8,
    retry: bool = False,
    report: progress.Report = progress.silent,
) -> Absentees:
    """Fetch what the COCO file `listing` names and the folder `root` (made if need be) lacks: from `coco_url`, then
    from `flickr_url`, `connections` at a time, each within the limits of `remote.fetch_picture`.

    What cannot be had is marked in the folder and not asked for again, unless `retry`. Stopped in any way, what came is
    there. Raises `SourceError` for an unusable file, `DownloadError` when nothing can be reached at all or the disk
    does not take a picture, and what `report` raises.
    """
    source = annotation_file.read(listing)
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SourceError(f"picture folder {root}: cannot be made ({error.strerror})") from error
    absent = list(_absent(source, root))
    marks = {} if retry else _read_marks(root)
    known = [Skipped(one.image_id, one.file_name, marks[one.file_name]) for one in absent if one.file_name in marks]
    wanted = [one for one in absent if one.file_name not in marks]
    broken: list[Skipped] = []
    answered = done = 0
    report(_progress(0, len(wanted), 0))
    try:
        for one, fault, answer in _fetched(wanted, root, connections):
            done += 1
            answered += answer
            if fault:
                broken.append(Skipped(one.image_id, one.file_name, fault))
                if answered and len(broken) % _NOTE_EVERY == 0:
                    _write_marks(root, marks, broken)
            report(_progress(done, len(wanted), len(broken)))
    finally:
        # Where no server answered, the fault is this machine's connection: nothing is marked for that.
        if broken and answered:
            _write_marks(root, marks, broken)
    if broken and not answered:
        raise DownloadError(
            f"none of the {len(broken):,} missing pictures could be fetched; the first, {broken[0].file_name}: "
            f"{broken[0].reason}. Is there a connection to the internet? Build without --fetch-missing to use the "
            "pictures that are there"
        )
    return Absentees(len(wanted) - len(broken), (*known, *broken), len(known))


def _absent(source: annotation_file.AnnotationFile, root: Path) -> Iterator[_Absent]:
    folder = PictureFolder(root)
    for entry in source.entries("images"):
        stated = entry.text("file_name").replace("\\", "/")
        addresses = tuple(filter(None, (entry.address("coco_url"), entry.address("flickr_url"))))
        try:
            images.resolve_inside(root, stated)
        except UnsafePathError:
            continue  # reading the records lists it with its reason
        if Path(stated).suffix.lower() in folders.SUFFIXES and addresses and layouts.find(folder, stated).fault:
            yield _Absent(entry.integer("id"), stated, addresses)


def _fetched(wanted: list[_Absent], root: Path, connections: int) -> Iterator[tuple[_Absent, str, bool]]:
    """Each picture as it is settled: what is wrong with it, "" when it is there, and whether a server answered."""
    queue = iter(wanted)
    with ThreadPoolExecutor(max(1, connections), thread_name_prefix="fetch") as pool:
        running: dict[Future[tuple[str, bool]], _Absent] = {}
        try:
            while True:
                for one in islice(queue, 2 * max(1, connections) - len(running)):
                    running[pool.submit(_fetch, one, root)] = one
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    one = running.pop(future)
                    yield (one, *future.result())
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _fetch(one: _Absent, root: Path) -> tuple[str, bool]:
    faults: list[str] = []
    answered = False
    for address in one.addresses:
        try:
            encoded = remote.fetch_picture(address)
        except PictureError as error:
            answered = answered or not any(words in str(error) for words in _OFFLINE)
            faults.append(str(error))
            continue
        answered = True
        if packed.suffix_of(encoded):
            _keep(images.resolve_inside(root, one.file_name), encoded)
            return "", True
        faults.append("what the address brought is no picture")
    return "; then ".join(dict.fromkeys(faults)), answered


def _keep(target: Path, encoded: bytes) -> None:
    """Whole or not at all."""
    try:
        whole_file.write(target, encoded)
    except OSError as error:
        raise DownloadError(
            f"{target}: cannot be written ({error.strerror or error}); the pictures that came are kept: "
            "make room, then give the same command again"
        ) from error


def _read_marks(root: Path) -> dict[str, str]:
    try:
        read = json.loads((root / MARKS).read_text(encoding="utf-8"))
        return {name: str(reason)[:200] for name, reason in read.items()}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}


def _write_marks(root: Path, known: dict[str, str], broken: list[Skipped]) -> None:
    marks = known | {one.file_name: one.reason for one in broken}
    with suppress(OSError):  # they are asked again then, which costs time only
        whole_file.write(root / MARKS, json.dumps(marks, ensure_ascii=False, indent=0).encode())


def _progress(done: int, total: int, broken: int) -> Progress:
    return Progress("Fetching pictures", done, total, broken)
