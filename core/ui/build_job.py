"""The jobs of the page Build: one build or change of a collection at a time, one trial, one check, one download."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from core import build, download, progress, store
from core.build import BuildReport, Trial
from core.config import Settings
from core.download import Downloaded
from core.store import VerifyReport
from core.ui.jobs import Job


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a collection is to be made of. With `archive` (a zip) the paths are those it will be unpacked to: relative.
    `text_model` reads the captions where the model encodes pictures only."""

    name: str
    images: Path
    captions: Path | None = None
    instances: Path | None = None
    labels: bool = False
    title: str | None = None
    model: str = "bundled"
    pretrained: str | None = None
    text_model: str | None = None
    archive: BinaryIO | None = None


@st.cache_resource(max_entries=1, show_spinner=False)
def job() -> Job[BuildReport]:
    """What makes or changes a collection; its subject is the collection's name."""
    return Job(
        "coco-lens-build",
        "It was stopped. What is encoded so far is kept, but for the last 256 pictures at most; going on begins there.",
    )


@st.cache_resource(max_entries=1, show_spinner=False)
def trial() -> Job[Trial]:
    """How long a build would take; its subject is `tried`."""
    return Job("coco-lens-trial", "The trial was stopped.")


@st.cache_resource(max_entries=1, show_spinner=False)
def check() -> Job[VerifyReport]:
    """Every sum and count of a collection; its subject is the collection's name."""
    return Job("coco-lens-check", "The check was stopped.")


@st.cache_resource(max_entries=1, show_spinner=False)
def fetch() -> Job[Downloaded]:
    """A part of MS-COCO; its subject is "split in folder"."""
    return Job("coco-lens-download", "The download was stopped. What has come is kept; starting again goes on there.")


def begin(wanted: Wanted, settings: Settings) -> bool:
    """Start to build a collection; False when another build or change is under way."""

    def work(report: progress.Report) -> BuildReport:
        if wanted.archive is None:
            return _build(wanted, Path(), settings, report)
        upload = store.new_upload(settings.db, wanted.name)
        try:
            build.unpack_zip(wanted.archive, upload, report=report)
            return _build(wanted, upload, settings, report)
        except BaseException:
            store.release_upload(settings.db, upload)  # it stays where the interrupted build needs it
            raise

    return job().start(work, subject=wanted.name, name=f"Building {wanted.name}")


def resume(name: str, settings: Settings) -> bool:
    """Go on with an interrupted build; False as for `begin`."""
    return job().start(
        lambda report: build.resume_build(name, db=settings.db, device=settings.device, report=report),
        subject=name,
        name=f"Building {name}",
    )


def add(
    name: str,
    settings: Settings,
    *,
    images: Path,
    captions: Path | None = None,
    instances: Path | None = None,
    archive: BinaryIO | None = None,
) -> bool:
    """Add what the folder `images`, the collection's own or one inside it, has that the collection does not; with
    `archive`, a zip, what that has, unpacked there. False as for `begin`."""

    def work(report: progress.Report) -> BuildReport:
        if archive is not None:
            build.unpack_zip(archive, images, report=report)
        return build.add_to_collection(
            name, images, captions, instances, db=settings.db, device=settings.device, report=report
        )

    return job().start(work, subject=name, name=f"Adding to {name}")


def remove(name: str, pictures: Iterable[int | str], settings: Settings) -> bool:
    """Take pictures out of a collection; False as for `begin`."""
    gone = tuple(pictures)
    return job().start(
        lambda report: build.remove_from_collection(name, gone, db=settings.db, report=report),
        subject=name,
        name=f"Removing from {name}",
    )


def tried(wanted: Wanted) -> str:
    """What tells the trial of one choice from that of another."""
    source = getattr(wanted.archive, "file_id", None), wanted.images, wanted.captions, wanted.instances
    parts = *source, wanted.model, wanted.pretrained, wanted.text_model
    return "\n".join(map(str, parts))


def begin_trial(wanted: Wanted, settings: Settings) -> bool:
    """Start to find out how long a build would take; False when another trial is under way."""

    def work(report: progress.Report) -> Trial:
        model, pretrained, device = wanted.model, wanted.pretrained, settings.device
        if wanted.archive is not None:
            return build.try_zip(wanted.archive, model=model, pretrained=pretrained, device=device, report=report)
        return build.try_build(
            wanted.images,
            wanted.captions,
            wanted.instances,
            model=model,
            pretrained=pretrained,
            text_model=wanted.text_model,
            device=device,
            report=report,
        )

    return trial().start(work, subject=tried(wanted), name="Trying some pictures")


def begin_check(name: str, settings: Settings) -> bool:
    """Start to check a collection; False when another check is under way."""
    return check().start(
        lambda report: store.verify_store(settings.db / name, report), subject=name, name=f"Checking {name}"
    )


def begin_download(split: str, folder: Path, *, captions_only: bool) -> bool:
    """Start to bring a part of MS-COCO; False when another download is under way."""
    return fetch().start(
        lambda report: download.download_coco(split, folder, captions_only=captions_only, report=report),
        subject=f"{split} in {folder}",
        name=f"Downloading COCO {split}",
    )


def _build(wanted: Wanted, below: Path, settings: Settings, report: progress.Report) -> BuildReport:
    return build.build_collection(
        wanted.name,
        below / wanted.images,
        below / wanted.captions if wanted.captions else None,
        below / wanted.instances if wanted.instances else None,
        labels_from_folders=wanted.labels,
        title=wanted.title,
        model=wanted.model,
        pretrained=wanted.pretrained,
        text_model=wanted.text_model,
        db=settings.db,
        device=settings.device,
        report=report,
    )
