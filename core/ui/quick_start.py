"""What a visitor sees while there is no collection: how to make one, and a form that does it for small folders."""

from __future__ import annotations

import re
from pathlib import Path

import streamlit as st

from core import errors
from core.ui import build_job, home, job_watch, loaders, states, words

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def draw() -> None:
    """The whole empty state."""
    states.hint(
        "There is no collection yet",
        f"Collections live in **{words.plain(str(loaders.settings().db))}**. Make one from a folder of pictures: here "
        "when it is small, or on the command line.",
        "add_photo_alternate",
    )
    form, commands = st.columns(2, gap="medium")
    with form, st.container(border=True, height="stretch"):
        st.subheader("Build one now", anchor=False)
        moment = build_job.job().moment()
        if moment.running:
            what = f"Building {words.plain(moment.name)}"
            job_watch.draw(build_job.job(), what, "build", at_end=loaders.stores.clear)
        else:
            _form()
            job_watch.draw_fault(moment.fault)
    with commands, st.container(border=True, height="stretch"):
        st.subheader("Or on the command line", anchor=False)
        st.caption("A folder of pictures, with COCO captions when there are any:")
        st.code("python -m core build holidays --images ~/Pictures/holidays", language="bash", wrap_lines=True)
        st.code(
            "python -m core build coco --images val2017 --captions captions_val2017.json",
            language="bash",
            wrap_lines=True,
        )
        st.caption("Folders named by class become categories:")
        st.code("python -m core build birds --images birds --labels-from-folders", language="bash", wrap_lines=True)
        st.caption("Reload this page when it is done.")
    home.system_panel()


def _form() -> None:
    with st.form("build-now", border=False):
        name = st.text_input("Name", "my-pictures", max_chars=40, help="Small letters, digits, - and _.")
        folder = st.text_input("Folder of pictures", placeholder="/home/me/Pictures")
        captions = st.text_input("COCO captions file (optional)", placeholder="captions.json")
        pressed = st.form_submit_button("Build", icon=":material/construction:", type="primary")
    if pressed:
        _start(name.strip(), folder.strip(), captions.strip())


def _start(name: str, folder: str, captions: str) -> None:
    """Check what was typed and begin. Raises `SourceError` saying what is wrong with it."""
    if not _NAME.fullmatch(name):
        raise errors.SourceError(f"The name {name!r} cannot be used: small letters, digits, - and _, at most 40.")
    pictures = Path(folder).expanduser()
    if not folder or not pictures.is_dir():
        raise errors.SourceError(
            f"There is no folder {folder!r} on this machine. Give the path of a folder of pictures."
        )
    found = build_job.count_pictures(pictures)
    if not found:
        raise errors.SourceError(f"There are no pictures in {folder!r} or below it.")
    if found > build_job.SMALL:
        raise errors.SourceError(
            f"There are more than {build_job.SMALL:,} pictures in {folder!r}: that takes long, so start it on the "
            f"command line: python -m core build {name} --images {folder}"
        )
    build_job.begin(name, pictures, Path(captions).expanduser() if captions else None, loaders.settings().db)
    st.rerun()
