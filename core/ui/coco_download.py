"""MS-COCO, brought part by part: what it takes, what has come already, and the way from there to a collection."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core import download, errors, roots
from core.download import CocoPlan
from core.ui import build_job, build_source, job_watch, loaders, states, words

_SPLITS = {
    "val2017": "val2017: 5,000 pictures, 25,000 captions",
    "train2017": "train2017: 118,287 pictures, 590,000 captions",
}


def draw() -> None:
    """The choice and its cost; the job under way is drawn by `build_watch`."""
    st.caption(
        "MS-COCO 2017 as its makers serve it. Sizes and sums are checked; a download that was cut off goes on where it "
        "was. Its captions are under CC BY 4.0, its pictures under the licences of Flickr that they came with."
    )
    split = st.selectbox("Part", list(_SPLITS), format_func=_SPLITS.__getitem__, key="coco_split")
    captions_only = st.toggle("Captions and boxes only, no pictures", key="coco_captions_only")
    usual = str(loaders.settings().roots[0] / "coco") if loaders.settings().roots else ""
    typed = st.text_input("Folder to bring it to", usual, key="coco_folder")
    build_source.draw_allowed()
    try:
        folder = roots.inside(typed, loaders.settings().roots)
        plan = download.plan_coco(split, folder, captions_only=captions_only)
    except errors.CocoLensError as error:
        states.known(error)
        return
    _draw_plan(plan)
    job = build_job.fetch()
    moment = job.moment()
    if moment.subject == f"{split} in {folder}" and not moment.running:
        job_watch.draw_fault(moment.fault)
    if plan.missing == 0:
        st.success(f"It is all there, in {words.plain(str(folder))}.", icon=":material/check_circle:")
        _draw_next(plan, folder)
        return
    begun = plan.came > 0
    st.button(
        "Go on with the download" if begun else "Download",
        icon=":material/download:",
        type="primary",
        key="download-start",
        disabled=moment.running or plan.short > 0,
        on_click=_start,
        args=(split, folder, captions_only),
    )


def _draw_plan(plan: CocoPlan) -> None:
    cells = (
        ("To download", words.size(plan.missing)),
        ("Come already", words.size(plan.came)),
        ("On disk in the end", words.size(plan.unpacked)),
        ("Free there", words.size(plan.free)),
    )
    with st.container(horizontal=True, gap="small", key="coco-numbers"):
        for label, value in cells:
            st.metric(label, value, border=True, width="stretch")
    if plan.short:
        st.warning(
            f"{words.size(plan.short)} more would have to be free: the archive and its contents lie side by side for a "
            "while. Make room, or name a folder on another disk.",
            icon=":material/hard_drive:",
        )


def _draw_next(plan: CocoPlan, folder: Path) -> None:
    if plan.captions_only:
        st.caption(
            "Its pictures are not there. Switch *Captions and boxes only* off to bring all; to fetch only those that a "
            "build needs, build on the command line with `--fetch-missing`."
        )
        return
    st.button(
        "Make a collection of it",
        icon=":material/arrow_forward:",
        type="primary",
        key="coco-next",
        on_click=_hand_over,
        args=(folder,),
    )


def _hand_over(folder: Path) -> None:
    """Fill in the form of a new collection."""
    filled = {"build_folder": str(folder), "source": build_source.COCO, "task": "New collection"}
    for key, value in filled.items():
        st.session_state[key] = value


def _start(split: str, folder: Path, captions_only: bool) -> None:
    build_job.begin_download(split, folder, captions_only=captions_only)
