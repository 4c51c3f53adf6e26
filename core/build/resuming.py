"""Go on with a build that was interrupted."""

from __future__ import annotations

from pathlib import Path

from core import config, progress, store
from core.build.changing import add_to_collection
from core.build.making import build_collection
from core.build.report import BuildReport
from core.errors import StoreNotFoundError


def resume_build(
    name: str, *, db: Path | None = None, device: str = "auto", report: progress.Report = progress.silent
) -> BuildReport:
    """What the interrupted call would have done: the same arguments, from where it was.

    Raises `StoreNotFoundError` where no build of that name was interrupted, and what `build_collection` and
    `add_to_collection` raise.
    """
    db = db or config.Settings.from_environment().db
    plans = {one.plan.name: one.plan for one in store.unfinished(db)}
    if name not in plans:
        there = f"; those that were: {', '.join(plans)}" if plans else ""
        raise StoreNotFoundError(f"no build of {name!r} was interrupted in {db}{there}")
    plan = plans[name]
    if plan.adding:
        return add_to_collection(
            name, plan.images, plan.captions, plan.instances, read_as=plan.reading, db=db, device=device, report=report
        )
    return build_collection(
        name,
        plan.images,
        plan.captions,
        plan.instances,
        labels_from_folders=plan.labels_from_folders,
        read_as=plan.reading,
        model=plan.model,
        pretrained=plan.pretrained,
        text_model=plan.text_model,
        text_pretrained=plan.text_pretrained,
        db=db,
        title=plan.title,
        device=device,
        report=report,
    )
