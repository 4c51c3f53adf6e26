"""A look at a folder, or at the names in an archive, before anything is made of it: what a collection could be."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.dataset import folders, sidecars
from core.errors import SourceError

MAX_LOOKED_AT = 300_000
"""Names; MS-COCO's largest part has 118,287 pictures. What lies beyond is not counted, and `Survey.whole` is False."""

_HEAD = 262_144  # bytes of a JSON file that are looked at: COCO's files begin with their pictures
_QUICK_LOOK = 500
_NAMES = 40  # of them, to see where its pictures lie
_FILE_NAME = re.compile(rb'"file_name"\s*:\s*"((?:[^"\\]|\\.)+)"')


@dataclass(frozen=True, slots=True)
class Listing:
    """A JSON file that lists pictures as COCO does: `kind` is "captions" or "instances". `root` is the folder where its
    file names begin, "" where that is the folder looked at or cannot be seen. All relative, with forward slashes."""

    name: str
    kind: str
    root: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a folder holds, folders of it included, hidden names left out. `size` is bytes of the `pictures`.

    `labels` are the first folders of the pictures below `root`, the deepest folder that holds them all (`root` and the
    names in `listings` are relative, "" being the folder itself). `captioned` is set where pictures have a text of
    their name beside them. `whole` is False when looking stopped at `MAX_LOOKED_AT`.
    """

    pictures: int
    size: int
    root: str
    labels: tuple[str, ...]
    listings: tuple[Listing, ...]
    captioned: bool
    whole: bool = True

    def of_kind(self, kind: str) -> tuple[Listing, ...]:
        """The listings that are "captions" or "instances"."""
        return tuple(one for one in self.listings if one.kind == kind)


def look_at(folder: Path) -> Survey:
    """What the folder holds. Links to folders are not followed. Raises `SourceError` where there is none."""
    if not folder.is_dir():
        fault = "is a file, not a folder" if folder.exists() else "is not there"
        raise SourceError(f"picture folder {folder}: {fault}; give the path of a folder of pictures")

    def head(name: str) -> bytes:
        try:
            with (folder / name).open("rb") as file:
                return file.read(_HEAD)
        except OSError:
            return b""

    return look_through(_files(folder, ""), head)


def look_through(files: Iterable[tuple[str, int]], head: Callable[[str], bytes]) -> Survey:
    """What files of these names and sizes (bytes) would make; `head` gives the first bytes of one."""
    pictures: dict[str, int] = {}
    texts: set[str] = set()
    jsons: list[str] = []
    whole = True
    for number, (name, size) in enumerate(files):
        if number >= MAX_LOOKED_AT:
            whole = False
            break
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in folders.SUFFIXES:
            pictures[name] = size
        elif suffix == ".json":
            jsons.append(name)
        elif suffix in sidecars.SUFFIXES:
            texts.add(name)
    root = os.path.commonpath([name.rpartition("/")[0] for name in pictures]) if pictures else ""
    below = {name[len(root) + 1 :] if root else name for name in pictures}
    return Survey(
        pictures=len(pictures),
        size=sum(pictures.values()),
        root=root.replace(os.sep, "/"),
        labels=tuple(sorted({name.partition("/")[0] for name in below if "/" in name})),
        listings=tuple(one for name in sorted(jsons) if (one := _listing(name, head(name), pictures)) is not None),
        captioned=any(not texts.isdisjoint(sidecars.beside(name)) for name in pictures) if texts else False,
        whole=whole,
    )


def any_pictures(folder: Path) -> bool:
    """Whether a quick look finds a picture in the folder or in one below it."""
    for number, (name, _) in enumerate(_files(folder, "")):
        if is_picture(name):
            return True
        if number > _QUICK_LOOK:
            break
    return False


def is_picture(name: str) -> bool:
    """Whether a file of that name is a picture of a collection."""
    return PurePosixPath(name).suffix.lower() in folders.SUFFIXES


def is_wanted(name: str) -> bool:
    """Whether a file of an archive can be part of a collection: pictures, texts and lists; not what is hidden, nor what
    a Mac puts beside its files."""
    parts = name.replace("\\", "/").split("/")
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts if part)
    return not hidden and PurePosixPath(name).suffix.lower() in {*folders.SUFFIXES, *sidecars.SUFFIXES, ".json"}


def _files(folder: Path, prefix: str) -> Iterator[tuple[str, int]]:
    try:
        with os.scandir(folder) as entries:
            found = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda one: one.name)
    except OSError:
        return  # a folder that may not be read; building says so
    for entry in found:
        name = f"{prefix}{entry.name}"
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path), f"{name}/")
            elif entry.is_file():
                yield name, entry.stat().st_size
        except OSError:  # removed meanwhile
            continue


def _listing(name: str, head: bytes, pictures: dict[str, int]) -> Listing | None:
    """None for a JSON file that lists no pictures."""
    stated = [match.decode("utf-8", "replace").replace("\\/", "/") for match in _FILE_NAME.findall(head)[:_NAMES]]
    if not stated:
        return None
    called = PurePosixPath(name).stem.lower()
    instances = "instance" in called or (
        "caption" not in called and (b'"bbox"' in head or b'"supercategory"' in head or b'"category_id"' in head)
    )
    hits: Counter[str] = Counter()
    for folder in {path[: -len(one)].rstrip("/") for path in pictures for one in stated[:1] if _ends(path, one)} | {""}:
        hits[folder] = sum((f"{folder}/{one}" if folder else one) in pictures for one in stated)
    root, number = max(hits.items(), key=lambda item: (item[1], -len(item[0])))
    return Listing(name, "instances" if instances else "captions", root if number else "")


def _ends(path: str, name: str) -> bool:
    return path == name or path.endswith(f"/{name}")
