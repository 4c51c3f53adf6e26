"""File names of a source are hostile: they are resolved here, and nowhere else, to files inside the picture folder."""

from __future__ import annotations

import os
import re
from pathlib import Path

from core.errors import UnsafePathError

_DRIVE = re.compile(r"^[A-Za-z]:")
_ADDRESS = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:/|^data:", re.IGNORECASE)


def resolve_inside(root: Path, file_name: str) -> Path:
    """The file `file_name` of the picture folder `root`, links followed; it need not exist.

    Raises `UnsafePathError` for the names that `check_file_name` refuses and for those whose links lead out of `root`.
    """
    check_file_name(root, file_name)
    try:
        os.fsencode(file_name)
        inside = root.resolve()
        path = inside / file_name
        below = inside
        for part in path.relative_to(inside).parts:
            below = below / part
            if below.is_symlink():
                path = path.resolve()
                break
    except (OSError, RuntimeError, ValueError) as error:  # a link that points at itself, a lone surrogate, too long
        raise UnsafePathError(f"not a usable file name: {_shown(file_name)} ({type(error).__name__})") from error
    if not path.is_relative_to(inside):
        raise UnsafePathError(f"a link leads out of the picture folder {root}: {_shown(file_name)}")
    return path


def check_file_name(root: Path, file_name: str) -> None:
    """Raise `UnsafePathError` for a name that is empty, absolute, an address, or has a drive letter, a NUL or a `..`.

    It looks at the name alone, not at the disk: links are `resolve_inside`'s part.
    """
    fault = _fault(file_name)
    if fault:
        raise UnsafePathError(f"{fault}: {_shown(file_name)}; file names must lie inside the picture folder {root}")


def _fault(file_name: str) -> str:
    # Both slashes separate: a name made on Windows must mean the same, and be refused the same, everywhere.
    parts = re.split(r"[/\\]", file_name)
    if not file_name.strip():
        return "an empty file name"
    if "\0" in file_name:
        return "a NUL character in the file name"
    if _ADDRESS.match(file_name):
        return "an address where a file name is expected"
    if _DRIVE.match(file_name):
        return "a file name with a drive letter"
    if not parts[0]:
        return "an absolute file name"
    if any(part.strip() == ".." for part in parts):
        return "a file name that climbs out of its folder"
    if any(ord(character) < 32 for character in file_name):
        return "a control character in the file name"
    return ""


def _shown(file_name: str) -> str:
    """At most 120 characters, quoted and escaped, so that a hostile name cannot garble a terminal or a page."""
    return ascii(file_name if len(file_name) <= 120 else file_name[:117] + "...")
