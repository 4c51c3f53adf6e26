"""Which file names of a source stand for a file of the picture folder.

Following every link of every name costs a third of a millisecond per picture, 40 s for COCO. A plain file in a folder
that has been checked once needs none of that, nor does a name that is not listed there: each folder is listed once and
only links and the like are resolved.
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from core import images
from core.errors import UnsafePathError


@dataclass(frozen=True, slots=True)
class Found:
    """A file name relative to the picture folder, with forward slashes; or why there is none."""

    file_name: str
    fault: str = ""


class PictureFolder:
    """The folder `root`; file names of the source begin at `under`, a folder inside it ("" for itself)."""

    def __init__(self, root: Path, under: str = "") -> None:
        self.root = root
        self.start = images.resolve_inside(root, under) if under else root
        self._under = under
        self._listings: dict[str, _Listing] = {}

    def find(self, stated: str) -> Found:
        """The picture that the source calls `stated`."""
        try:
            if not self._holds(stated):
                swapped = stated.replace("\\", "/")  # a list made on Windows
                if swapped == stated or not self._holds(swapped):
                    return Found("", f"there is no such file in {self.start}")
                stated = swapped
        except UnsafePathError as error:
            return Found("", str(error))
        return Found("/".join(part for part in f"{self._under}/{stated}".split("/") if part not in ("", ".")))

    def lists(self, file_name: str) -> bool:
        """Whether a plain file of that name, made by the program, lies there: links aside, and without asking the disk
        about each."""
        return file_name.rpartition("/")[2] in self._listing(file_name).plain

    def _holds(self, file_name: str) -> bool:
        images.check_file_name(self.start, file_name)
        listing, name = self._listing(file_name), file_name.rpartition("/")[2]
        if name in listing.plain:
            return True
        if listing.names is not None and _folded(name) not in listing.names:
            return False
        return images.resolve_inside(self.root, self._below(file_name)).is_file()

    def _listing(self, file_name: str) -> _Listing:
        folder = file_name.rpartition("/")[0]
        if folder not in self._listings:
            where = images.resolve_inside(self.root, f"{self._under}/{folder}".strip("/")) if folder else self.start
            self._listings[folder] = _listed(where)
        return self._listings[folder]

    def _below(self, file_name: str) -> str:
        return f"{self._under}/{file_name}" if self._under else file_name


@dataclass(frozen=True, slots=True)
class _Listing:
    """Plain files of a folder, and all its names, folded; None where it could not be listed."""

    plain: frozenset[str]
    names: frozenset[str] | None


def _listed(folder: Path) -> _Listing:
    try:
        with os.scandir(folder) as entries:
            kinds = {entry.name: entry.is_file(follow_symlinks=False) for entry in entries}
    except FileNotFoundError:
        return _Listing(frozenset(), frozenset())
    except OSError:
        return _Listing(frozenset(), None)
    return _Listing(frozenset(name for name, plain in kinds.items() if plain), frozenset(map(_folded, kinds)))


def _folded(name: str) -> str:
    """Equal for names that some file systems take for the same."""
    return name.lower() if name.isascii() else unicodedata.normalize("NFC", name).casefold()
