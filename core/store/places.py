"""Paths inside a manifest: they move with a project, and are absolute where there is no project to move with."""

from __future__ import annotations

import os
from pathlib import Path


def stored(path: Path, folder: Path) -> str:
    """How the manifest of the store `folder` names `path`: relative to the store, with forward slashes, when both lie
    in the folder that holds the `clip_db`, so that project and pictures can move together; else absolute."""
    target, store = path.absolute(), folder.absolute()
    project = Path(os.path.normpath(store)).parent.parent
    normal = Path(os.path.normpath(target))
    if project != Path(project.anchor) and normal.is_relative_to(project):
        return Path(os.path.relpath(normal, os.path.normpath(store))).as_posix()
    return str(normal)


def resolved(text: str, folder: Path) -> Path:
    """The path that `stored` named; it may be gone."""
    return Path(os.path.normpath(folder.absolute() / text))
