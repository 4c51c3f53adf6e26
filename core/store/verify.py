"""Every sum and every count of a store, for `python -m core verify`."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core import progress
from core.errors import StoreError, UnsafePathError
from core.progress import Progress
from core.store import layout
from core.store.opened import Store
from core.store.reading import open_store, read_manifest


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """`problems` are faults of the store, one sentence each. `missing_pictures` are files that are not in the picture
    folder now: the store answers without them, so they are no fault of it."""

    name: str
    folder: Path
    images: int
    captions: int
    files_checked: int
    bytes_checked: int
    problems: tuple[str, ...]
    missing_pictures: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """True when no fault was found."""
        return not self.problems


def verify_store(folder: Path, report: progress.Report = progress.silent) -> VerifyReport:
    """Check sha256 and size of every file, strangers among them, every count, the unit length of every vector and the
    presence of every picture. Raises `StoreNotFoundError` only; any fault is in the report."""
    problems: list[str] = []
    checked = 0
    try:
        manifest = read_manifest(folder)
    except StoreError as error:
        if not folder.is_dir():
            raise
        return VerifyReport(folder.name, folder, 0, 0, 0, 0, (str(error),))
    for done, (path, stated) in enumerate(manifest.files.items()):
        report(Progress("Checking sums", done, len(manifest.files), unit="files"))
        try:
            size, found = _sha256(folder / path)
        except OSError as error:
            problems.append(f"{path}: cannot be read ({error.strerror})")
            continue
        checked += size
        if size != stated.size:
            problems.append(f"{path}: expected {stated.size} bytes, found {size}")
        elif found != stated.sha256:
            problems.append(f"{path}: altered, expected sha256 {stated.sha256[:16]}…, found {found[:16]}…")
    problems += [f"{name}: no file of a store" for name in _strangers(folder, {layout.MANIFEST, *manifest.files})]
    if manifest.name != folder.name:
        problems.append(f"the folder is called {folder.name}, its manifest says {manifest.name}")
    missing: tuple[str, ...] = ()
    try:
        opened = open_store(folder)
        problems += _content_problems(opened)
        missing = _missing_pictures(opened, report)
    except StoreError as error:
        if not problems:  # else it only says again what the sums showed
            problems.append(str(error))
    return VerifyReport(
        manifest.name,
        folder,
        manifest.images,
        manifest.captions,
        len(manifest.files),
        checked,
        tuple(problems),
        missing,
    )


def _sha256(path: Path) -> tuple[int, str]:
    sums, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            sums.update(block)
            size += len(block)
    return size, sums.hexdigest()


def _strangers(folder: Path, known: Collection[str]) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    return sorted(name for name in found if name not in known)


def _content_problems(opened: Store) -> list[str]:
    problems = []
    for what, index in (("picture", opened.image_index), ("caption", opened.caption_index)):
        norms = np.linalg.norm(index.vectors(), axis=1)
        odd = np.flatnonzero(~(np.abs(norms - 1) < 5e-3))  # float16 moves a norm by 0.0005 at most; NaN is odd too
        if len(odd):
            problems.append(f"{len(odd)} {what} vectors are not of unit length, the first in row {odd[0]}")
    ids = [caption.caption_id for caption in opened.captions]
    if len(set(ids)) != len(ids):
        problems.append(f"{len(ids) - len(set(ids))} caption ids occur twice")
    return problems


def _missing_pictures(opened: Store, report: progress.Report) -> tuple[str, ...]:
    missing = []
    for done, record in enumerate(opened.records):
        if done % 1000 == 0:
            report(Progress("Looking for pictures", done, len(opened.records)))
        try:
            there = opened.picture_path(record).is_file()
        except UnsafePathError:
            there = False
        if not there:
            missing.append(record.file_name)
    return tuple(missing)
