"""A new collection: from which pictures, under which name, by which model, how long it would take; and off."""

from __future__ import annotations

import re
from pathlib import Path

import streamlit as st

from core import errors, store
from core.ui import attempts, build_job, build_model, build_source, job_watch, loaders, words
from core.ui.build_job import Wanted
from core.ui.build_model import Model
from core.ui.build_source import Source


def draw() -> None:
    """The whole form; pressing Build starts the job, which `build_watch` draws."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("Pictures", anchor=False)
        source = build_source.ask()
    with right:
        st.subheader("Collection", anchor=False)
        name, title = _named(source)
        model = build_model.ask()
        wanted = _wanted(source, name, title, model)
        _estimate(wanted, model)
        busy = build_job.job().moment().running
        st.button(
            "Build",
            icon=":material/construction:",
            type="primary",
            key="build-start",
            disabled=busy,
            help="One build at a time: this one can start when the other is done." if busy else None,
            on_click=attempts.on_click,
            args=("build", _start, wanted, source, model),
        )
        attempts.draw("build")


def _named(source: Source | None) -> tuple[str, str]:
    """Name and title; a name that was not touched follows the folder's."""
    suggested = _slug(source.stem) if source else "my-pictures"
    if st.session_state.get("build_name", "") in ("", st.session_state.get("_build_name_suggested")):
        st.session_state["build_name"] = suggested
    st.session_state["_build_name_suggested"] = suggested
    first, second = st.columns(2)
    name = first.text_input("Name", key="build_name", max_chars=64, help="Letters, digits, . _ and -")
    title = second.text_input("Title", key="build_title", max_chars=120, placeholder="the name people see")
    return name.strip(), title.strip()


def _wanted(source: Source | None, name: str, title: str, model: Model | None) -> Wanted | None:
    if source is None or model is None:
        return None
    return Wanted(
        name=name,
        images=source.images,
        captions=source.captions,
        instances=source.instances,
        labels=source.labels,
        title=title or None,
        model=model.model,
        pretrained=model.pretrained,
        archive=source.archive,
    )


def _estimate(wanted: Wanted | None, model: Model | None) -> None:
    """How long it would take, by a trial that the visitor starts: it may load, and download, the model."""
    if wanted is None or model is None:
        return
    job = build_job.trial()
    moment, subject = job.moment(), build_job.tried(wanted)
    own = moment.subject == subject
    if moment.running:
        what = "Trying some pictures" if own else "Trying some pictures with another choice"
        job_watch.draw(job, what, "trial")
        return
    found = job.result(subject)
    if found is not None:
        rate = 1 / found.seconds_per_picture if found.seconds_per_picture else 0.0
        st.markdown(
            f":material/timer: **About {words.seconds(found.seconds)}** on {words.plain(found.device)} once the model "
            f"is loaded: {rate:,.1f} pictures a second, tried on {found.tried} of {found.pictures:,}"
        )
        return
    if own:
        job_watch.draw_fault(moment.fault)
    st.button(
        "How long would it take?" if model.cost.here else "Download the model, and see how long it would take",
        icon=":material/timer:",
        key="build-try",
        help="Tries up to 96 of the pictures. Nothing of it is kept.",
        on_click=attempts.on_click,
        args=("trial", build_job.begin_trial, wanted, loaders.settings()),
    )


def _start(wanted: Wanted | None, source: Source | None, model: Model | None) -> None:
    """Begin; the form is empty again then. Raises as `_checked`."""
    build_job.begin(_checked(wanted, source, model), loaders.settings())
    for key in ("build_folder", "build_name", "build_title"):
        st.session_state[key] = ""


def _checked(wanted: Wanted | None, source: Source | None, model: Model | None) -> Wanted:
    """What to build; raises what stands in the way."""
    if source is None:
        raise errors.SourceError("Choose the pictures first: a folder, or a zip.")
    if model is None or wanted is None:
        raise errors.EncoderError("Choose a model that there is.")
    store.check_name(wanted.name)
    if (loaders.settings().db / wanted.name).exists():
        raise errors.StoreError(
            f"There is a collection {wanted.name!r} already. Take another name, or rename or delete that one under "
            "Collections."
        )
    return wanted


def _slug(stem: str) -> str:
    """A name made of a folder's: "Ferien 2024" gives "ferien-2024"."""
    made = re.sub(r"[^a-z0-9._-]+", "-", Path(stem).name.lower()).strip("-._")[:40]
    return made or "my-pictures"
