"""A zip archive from anywhere, unpacked so that nothing is written outside a folder and nothing without end."""

from __future__ import annotations

import json
import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

from core import images, progress, whole_file
from core.download import room
from core.errors import DownloadError, UnsafePathError
from core.progress import Progress

UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
"""What zipfile raises for a damaged archive, or one packed in a way it does not know."""
_END_MOST = 65_557 + 76  # bytes from its end in which a zip says how long the list of its members is
_ENTRY_MOST = 400  # bytes of a member in that list, its name included
_HARMLESS = 10_000_000  # bytes; a small archive may grow as it likes


def unpack(
    archive: Path | BinaryIO,
    into: Path,
    wanted: Callable[[str], bool],
    *,
    max_bytes: int,
    max_files: int = 1_000_000,
    max_ratio: float = 1000.0,
    fix: str = "remove it and give the same command again",
    report: progress.Report = progress.silent,
) -> dict[str, int]:
    """Unpack the members whose name is `wanted` into the folder `into`; names and sizes (bytes) of them.

    Every name is checked before the first byte is written: one that leads out, a link, a double, an encrypted member,
    more than `max_bytes` or `max_files` in all, or more than `max_ratio` times what is packed, and the archive is
    refused (`DownloadError`, ending with `fix`). Each file appears whole or not at all, its CRC checked; those of an
    interrupted run are not unpacked again. Raises it too where the disk does not take a file.
    """
    try:
        with opened_zip(archive, max_files) as opened:
            members = _checked(opened, archive, into, wanted, max_bytes)
            _check_growth(archive, members, max_files, max_ratio)
            total = len(members)
            for done, (name, member) in enumerate(members.items()):
                if done % 50 == 0:
                    report(Progress(f"Unpacking {_called(archive).name}", done, total, unit="files"))
                _extract(opened, member, images.resolve_inside(into, name))
            report(Progress(f"Unpacking {_called(archive).name}", total, total, unit="files"))
    except (*UNREADABLE, UnsafePathError) as error:
        raise DownloadError(f"{_called(archive)}: refused ({error}); {fix}") from error
    return {name: member.file_size for name, member in members.items()}


def opened_zip(archive: Path | BinaryIO, max_files: int) -> zipfile.ZipFile:
    """The archive, its list of members read; one whose list would take far more room than `max_files` need is refused
    before (`DownloadError`). Raises one of `UNREADABLE` for what is no zip."""
    with archive.open("rb") if isinstance(archive, Path) else nullcontext(archive) as file:
        length = file.seek(0, os.SEEK_END)
        file.seek(max(0, length - _END_MOST))
        end = file.read()
        file.seek(0)
    at, wide = end.rfind(b"PK\x05\x06"), end.rfind(b"PK\x06\x06")
    listing = int.from_bytes(end[at + 12 : at + 16], "little") if at >= 0 else 0
    if listing == 0xFFFFFFFF and wide >= 0:  # a large archive says it in a wider record of its own
        listing = int.from_bytes(end[wide + 40 : wide + 48], "little")
    if listing > (max_files + 1000) * _ENTRY_MOST:
        raise DownloadError(f"{_called(archive)}: refused, the list of its members alone takes {room.shown(listing)}")
    return zipfile.ZipFile(archive)


def note(path: Path, sha256: str, files: dict[str, int]) -> None:
    """Note that an archive of that sum has become these files. Until then it is kept."""
    try:
        if hasattr(os, "sync"):
            os.sync()  # the archive is removed next, so the files must have reached the disk
        whole_file.write(path, json.dumps({"sha256": sha256, "files": files}).encode())
    except OSError as error:
        raise room.fault(path, error) from error


def noted(path: Path, sha256: str, into: Path, wanted: Callable[[str], bool]) -> int:
    """How many wanted files the noted archive became, 0 unless every one is there with its size."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        files = {name: size for name, size in read["files"].items() if wanted(name)}
        if read["sha256"] != sha256:
            return 0
        for name, size in files.items():
            if images.resolve_inside(into, name).stat().st_size != size:
                return 0
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, UnsafePathError):
        return 0
    return len(files)


def _checked(
    opened: zipfile.ZipFile, archive: Path | BinaryIO, into: Path, wanted: Callable[[str], bool], max_bytes: int
) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    for member in opened.infolist():
        images.check_file_name(into, member.filename)
        kind = stat.S_IFMT(member.external_attr >> 16)
        if member.is_dir() or not wanted(member.filename):
            continue
        fault = (
            "a link" if kind == stat.S_IFLNK
            else "a device" if kind not in (0, stat.S_IFREG)
            else "encrypted" if member.flag_bits & 1
            else "there twice" if member.filename in members
            else ""
        )  # fmt: skip
        if fault:
            raise DownloadError(f"{_called(archive)}: refused, its member {ascii(member.filename)[:120]} is {fault}")
        members[member.filename] = member
    size = sum(member.file_size for member in members.values())
    if size > max_bytes:
        raise DownloadError(
            f"{_called(archive)}: refused, it would unpack to {room.shown(size)}, and at most {room.shown(max_bytes)} "
            "are taken"
        )
    if not members:
        raise DownloadError(f"{_called(archive)}: holds none of the files that were looked for")
    return members


def _check_growth(
    archive: Path | BinaryIO, members: dict[str, zipfile.ZipInfo], max_files: int, max_ratio: float
) -> None:
    if len(members) > max_files:
        raise DownloadError(f"{_called(archive)}: refused, {len(members):,} files, and at most {max_files:,} are taken")
    size, packed = (sum(getattr(one, key) for one in members.values()) for key in ("file_size", "compress_size"))
    if size > _HARMLESS and size > max_ratio * max(packed, 1):
        raise DownloadError(
            f"{_called(archive)}: refused, it would grow {size / max(packed, 1):,.0f} times, to {room.shown(size)}, as "
            "archives do that are made to fill a disk"
        )


def _called(archive: Path | BinaryIO) -> Path:
    return archive if isinstance(archive, Path) else Path(getattr(archive, "name", "the archive"))


def _extract(opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    aside = target.with_name(f"{target.name}.part")
    try:
        if target.is_file() and target.stat().st_size == member.file_size:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with opened.open(member) as packed, aside.open("wb") as file:
            shutil.copyfileobj(packed, file, 1 << 20)
        aside.replace(target)
    except (OSError, zipfile.BadZipFile, zlib.error) as error:
        aside.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise room.fault(target, error) from error
        raise
