"""WebDataset shards: tar files in which the files of one sample share a name and stand together.

0001.jpg, 0001.txt, 0001.cls, 0002.jpg … : picture, captions, label. `.json` may hold `caption`, `text` or `captions`.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from core import images, progress
from core.dataset import folders, packed
from core.dataset.packed import Sample
from core.errors import SourceError
from core.progress import Progress
from core.records import RecordSet

_TEXT_BYTES = 1_000_000
_WORDS = ("txt", "caption", "text", "json", "cls", "label")
_IN_JSON = ("caption", "captions", "text")


def unpack(shards: Sequence[Path], into: Path, *, report: progress.Report = progress.silent) -> RecordSet:
    """Put the pictures of the shards into `into`, each below a folder named after its shard, and return the records.

    Tar files are read as a stream, compressed or not; links and devices in them are left out. A picture over 64 MB, an
    unsafe name and a sample without a picture are skipped with their reason. Raises `SourceError` for a shard that
    cannot be read to its end, naming it, and when there is no picture in any.
    """
    if not shards:
        raise SourceError("no shards: --shards takes tar files, such as 'photos-{000..009}.tar' or 'photos-*.tar'")
    taken = packed.Unpacking(into)
    done = 0
    for number, shard in enumerate(shards):
        for name, files in _samples(shard, taken):
            picture = next((suffix for suffix in files if f".{suffix}" in folders.SUFFIXES), None)
            if picture is None:
                taken.skip(f"{shard.name}: {name}", "a sample without a picture")
                continue
            taken.add(
                Sample(f"{shard.name.split('.')[0]}/{name}.{picture}", files[picture], _captions(files), _label(files))
            )
            done += 1
            if done % 100 == 0:
                report(Progress("Unpacking shards", number, len(shards), len(taken.skipped), unit="shards"))
    report(Progress("Unpacking shards", len(shards), len(shards), len(taken.skipped), unit="shards"))
    return taken.records(str(shards[0]) if len(shards) == 1 else f"{len(shards)} shards")


def _samples(shard: Path, taken: packed.Unpacking) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Name and files, by suffix, of each sample; a name runs up to the first dot of its last part."""
    at, files = "", dict[str, bytes]()
    try:
        with tarfile.open(shard, "r|*") as opened:
            for member in opened:
                if not member.isfile():
                    continue
                path = PurePosixPath(member.name.removeprefix("./"))
                stem, _, suffix = path.name.partition(".")
                name, suffix = str(path.with_name(stem)) if stem else path.name, suffix.lower()
                if name != at:
                    if files:
                        yield at, files
                    at, files = name, {}
                is_picture = f".{suffix}" in folders.SUFFIXES
                if not is_picture and suffix not in _WORDS:
                    continue
                if member.size > (images.MAX_BYTES if is_picture else _TEXT_BYTES):
                    taken.skip(f"{shard.name}: {member.name}", f"{member.size / 1e6:.0f} MB, over the limit")
                    continue
                content = opened.extractfile(member)
                files[suffix] = content.read() if content else b""
            if files:
                yield at, files
    except FileNotFoundError as error:
        raise SourceError(f"{shard}: there is no such file") from error
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise SourceError(f"{shard}: cannot be read as a tar file to its end ({error})") from error


def _captions(files: Mapping[str, bytes]) -> tuple[str, ...]:
    for suffix in ("txt", "caption", "text"):
        if suffix in files:
            return tuple(packed.lines(files[suffix].decode("utf-8-sig", "replace")))
    try:
        told = json.loads(files.get("json", b"{}"))
    except (ValueError, RecursionError):
        return ()
    found = next((told[key] for key in _IN_JSON if told.get(key)), ()) if isinstance(told, dict) else ()
    return tuple(one for one in (found if isinstance(found, list) else [found]) if isinstance(one, str))


def _label(files: Mapping[str, bytes]) -> str:
    text = files.get("label", files.get("cls", b"")).decode("utf-8", "replace")
    return " ".join(text.split())[:100]
