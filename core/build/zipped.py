"""Pictures that come as one zip, with captions where there are any: looked through, then put into a folder."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from core import dataset, download, progress
from core.build.trying import MOST_TRIED, Trial, try_build
from core.dataset import Survey
from core.errors import DownloadError, SourceError

MAX_FILES = 200_000
MAX_BYTES = 20_000_000_000
MAX_RATIO = 200.0
"""Pictures are packed already: an honest zip of them grows by a few hundredths, one of texts by less than 100 times."""
_HEAD = 262_144
_FIX = "pack the folder of pictures again, as a plain zip"


def look_into_zip(archive: Path | BinaryIO) -> Survey:
    """What a collection of it would be, by its names and the beginnings of its lists; no file is written.

    Raises `SourceError` where it is no zip that can be read.
    """
    try:
        with download.opened_zip(archive, MAX_FILES) as opened:
            members = {one.filename: one for one in opened.infolist() if not one.is_dir()}

            def head(name: str) -> bytes:
                if members[name].flag_bits & 1:  # encrypted: unpacking refuses it
                    return b""
                with opened.open(members[name]) as file:
                    return file.read(_HEAD)

            wanted = ((name, one.file_size) for name, one in members.items() if dataset.is_wanted(name))
            return dataset.look_through(wanted, head)
    except (*download.UNREADABLE, OSError) as error:
        raise SourceError(f"the zip cannot be read ({error}); {_FIX}") from error
    except DownloadError as error:
        raise SourceError(str(error)) from error


def unpack_zip(archive: Path | BinaryIO, into: Path, *, report: progress.Report = progress.silent) -> int:
    """Unpack pictures, texts beside them and JSON files into the folder `into`, and return their number. Other files,
    hidden ones and what a Mac adds are left out.

    Raises `SourceError` for a zip that cannot be read, or that has names that lead out of the folder, links, doubles,
    encrypted members, more than `MAX_FILES` files or `MAX_BYTES`, or grows more than `MAX_RATIO` times; then nothing
    was written. Raises it too where the disk has no room, and what `report` raises to stop.
    """
    try:
        into.mkdir(parents=True, exist_ok=True)
        most = min(MAX_BYTES, download.free_bytes(into))
        files = download.unpack(
            archive,
            into,
            dataset.is_wanted,
            max_bytes=most,
            max_files=MAX_FILES,
            max_ratio=MAX_RATIO,
            fix=_FIX,
            report=report,
        )
    except OSError as error:
        raise SourceError(f"{into}: the zip cannot be unpacked there ({error.strerror or error})") from error
    except DownloadError as error:
        raise SourceError(str(error)) from error
    return len(files)


def try_zip(
    archive: Path | BinaryIO,
    *,
    model: str = "bundled",
    pretrained: str | None = None,
    device: str = "auto",
    report: progress.Report = progress.silent,
) -> Trial:
    """As `try_build`, on pictures from all over a zip, which alone are unpacked, for as long as it takes. Its captions
    are not tried and not counted. Raises as `try_build` and `unpack_zip`."""
    try:
        with download.opened_zip(archive, MAX_FILES) as opened:
            names = [name for name in opened.namelist() if dataset.is_picture(name) and dataset.is_wanted(name)]
        sample = frozenset(names[:: max(1, len(names) // MOST_TRIED)][:MOST_TRIED])
        with tempfile.TemporaryDirectory(prefix="coco-lens-trial-") as folder:
            into = Path(folder)
            limits = {"max_bytes": min(MAX_BYTES, download.free_bytes(into)), "max_files": MAX_FILES}
            download.unpack(archive, into, sample.__contains__, **limits, max_ratio=MAX_RATIO, fix=_FIX, report=report)
            found = try_build(into, model=model, pretrained=pretrained, device=device, report=report)
    except download.UNREADABLE as error:
        raise SourceError(f"the zip cannot be read ({error}); {_FIX}") from error
    except DownloadError as error:
        raise SourceError(str(error)) from error
    return replace(found, pictures=len(names))
