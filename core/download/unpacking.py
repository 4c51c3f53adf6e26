"""A zip archive from anywhere, unpacked so that nothing is written outside a folder and nothing without end."""

from __future__ import annotations

import json
import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from core import images, progress
from core.download import room
from core.errors import DownloadError, UnsafePathError
from core.progress import Progress


def unpack(
    archive: Path,
    into: Path,
    wanted: Callable[[str], bool],
    *,
    max_bytes: int,
    report: progress.Report = progress.silent,
) -> dict[str, int]:
    """Unpack the members whose name is `wanted` into the folder `into`; names and sizes (bytes) of them.

    Every name is checked before the first byte is written: one that leads out, a link, a double, an encrypted member,
    or more than `max_bytes` in all, and the archive is refused (`DownloadError`). Each file appears whole or not at
    all, its CRC checked; those of an interrupted run are not unpacked again.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = _checked(opened, archive, into, wanted, max_bytes)
            total = len(members)
            for done, (name, member) in enumerate(members.items()):
                if done % 50 == 0:
                    report(Progress(f"Unpacking {archive.name}", done, total, unit="files"))
                _extract(opened, member, images.resolve_inside(into, name))
            report(Progress(f"Unpacking {archive.name}", total, total, unit="files"))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnsafePathError) as error:
        raise DownloadError(f"{archive}: refused ({error}); remove it and give the same command again") from error
    return {name: member.file_size for name, member in members.items()}


def note(path: Path, sha256: str, files: dict[str, int]) -> None:
    """Note that an archive of that sum has become these files. Until then it is kept."""
    try:
        if hasattr(os, "sync"):
            os.sync()  # the archive is removed next, so the files must have reached the disk
        aside = path.with_name(f"{path.name}.new")
        aside.write_text(json.dumps({"sha256": sha256, "files": files}), encoding="utf-8")
        aside.replace(path)
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
    opened: zipfile.ZipFile, archive: Path, into: Path, wanted: Callable[[str], bool], max_bytes: int
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
            raise DownloadError(f"{archive}: refused, its member {ascii(member.filename)[:120]} is {fault}")
        members[member.filename] = member
    size = sum(member.file_size for member in members.values())
    if size > max_bytes:
        raise DownloadError(
            f"{archive}: refused, it would unpack to {room.shown(size)}, and {room.shown(max_bytes)} are expected"
        )
    if not members:
        raise DownloadError(f"{archive}: holds none of the files that were looked for")
    return members


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
