"""Which collections there are, at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import StoreError
from core.store import layout
from core.store.reading import read_manifest


@dataclass(frozen=True, slots=True)
class StoreSummary:
    """One collection as its manifest describes it; counts are 0 and texts empty when that is unreadable.

    `problem` says why it cannot be opened. Only sizes are compared here; `open_store` looks closer.
    """

    name: str
    title: str
    images: int
    captions: int
    model: str
    created_at: str
    problem: str | None
    folder: Path
    size_bytes: int


def list_stores(db: Path) -> tuple[StoreSummary, ...]:
    """Every collection in `db`, by name, broken ones with their problem; empty when the folder is not there."""
    if not db.is_dir():
        return ()
    folders = sorted(path for path in db.iterdir() if path.is_dir() and layout.is_name(path.name))
    return tuple(_summary(folder) for folder in folders)


def _summary(folder: Path) -> StoreSummary:
    try:
        manifest = read_manifest(folder)
    except StoreError as error:
        return StoreSummary(folder.name, folder.name, 0, 0, "", "", str(error), folder, 0)
    problem = None
    for path, stated in manifest.files.items():
        try:
            size = (folder / path).stat().st_size
        except OSError:
            size = -1
        if size != stated.size:
            found = "it is missing" if size < 0 else f"found {size}"
            problem = f"{path}: expected {stated.size} bytes, {found}; see: python -m core verify {folder.name}"
            break
    return StoreSummary(
        name=folder.name,
        title=manifest.title,
        images=manifest.images,
        captions=manifest.captions,
        model=manifest.encoder.model,
        created_at=manifest.created_at,
        problem=problem,
        folder=folder,
        size_bytes=sum(stated.size for stated in manifest.files.values()),
    )
