"""The one build of this process, which makes or changes a collection."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core import build
from core.build import BuildReport
from core.ui.jobs import Job

SMALL = 2000
"""Pictures up to which a page may start a build: some minutes on two cores. Larger ones belong on the command line."""
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})


@st.cache_resource(max_entries=1, show_spinner=False)
def job() -> Job[BuildReport]:
    """The one job of this process."""
    return Job(
        "coco-lens-build", "The build was stopped. What is encoded so far is kept; building again goes on there."
    )


def count_pictures(folder: Path, limit: int = SMALL) -> int:
    """Files in `folder` and below that look like pictures; counting stops one past `limit`."""
    number = 0
    for path in folder.rglob("*"):
        number += path.suffix.lower() in _SUFFIXES
        if number > limit:
            break
    return number


def begin(name: str, folder: Path, captions: Path | None, db: Path) -> bool:
    """Start to build a collection; False when another build is under way."""
    return job().start(
        lambda report: build.build_collection(name, folder, captions, db=db, report=report), subject=name, name=name
    )
