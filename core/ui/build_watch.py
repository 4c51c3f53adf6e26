"""What is being built, added, checked or downloaded just now, on every tab and in every window; how the last one went;
what was interrupted and can go on."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from core import store
from core.build import BuildReport
from core.store import Unfinished
from core.ui import attempts, build_job, job_watch, loaders, words
from core.ui.jobs import Job

_IDLE_LOOK = 2.0  # seconds between two looks whether another tab has started something


def draw() -> None:
    """All of it; nothing where nothing is under way and nothing happened."""
    drawn = _seen()
    build, fetch = build_job.job(), build_job.fetch()
    for job, key in ((build, "build"), (fetch, "download")):
        if job.moment().running:
            with st.container(border=True, key=f"{key}-running"):
                job_watch.draw(job, words.plain(job.moment().name), key, at_end=loaders.stores.clear)
    _draw_build_outcome(build)
    if not build.moment().running:
        _draw_unfinished()
    _look_for_others(drawn)


def _seen() -> tuple[tuple[int, bool], ...]:
    """Changes with everything that a tab would have to draw anew for."""
    moments = (build_job.job().moment(), build_job.fetch().moment())
    return tuple((moment.number, moment.running) for moment in moments)


def _look_for_others(drawn: tuple[tuple[int, bool], ...]) -> None:
    """See whether another tab has started something since, even if that is over by now."""

    @st.fragment(run_every=_IDLE_LOOK)
    def look() -> None:
        if _seen() != drawn:
            loaders.stores.clear()
            st.rerun()

    look()


def _draw_build_outcome(job: Job[BuildReport]) -> None:
    moment = job.moment()
    if moment.running or not (moment.finished or moment.fault):
        return
    with st.container(border=True, key="build-outcome"):
        done = job.result(moment.subject)
        if done is not None:
            _draw_done(done)
            left_out = tuple((one.file_name, one.reason) for one in done.skipped)
            job_watch.draw_left_out(left_out, len(left_out), "build-left-out")
        else:
            st.markdown(f"**{words.plain(moment.name)}** ended after {words.seconds(moment.seconds)}")
            job_watch.draw_fault(moment.fault)
            job_watch.draw_left_out(moment.left_out, len(moment.left_out), "build-left-out")
        with st.container(horizontal=True, vertical_alignment="center"):
            if done is not None:
                asked = {"collection": done.name}
                st.page_link(
                    "pages/1_Text_Search.py", label="**Open it**", icon=":material/search:", query_params=asked
                )
            st.button("Dismiss", icon=":material/close:", type="tertiary", key="build-dismiss", on_click=job.forget)


def _draw_done(done: BuildReport) -> None:
    if done.removed:
        change = f"{words.count(done.removed, 'picture')} removed"
    elif done.already_there:
        change = f"{words.count(done.added, 'picture')} added, {done.already_there:,} were there already"
    else:
        change = f"{words.count(done.added, 'picture')} encoded"
    before = f"; {done.resumed_from:,} of them were done before it was interrupted" if done.resumed_from else ""
    rate = f", {done.pictures_per_second:,.1f} pictures a second" if done.pictures_per_second else ""
    st.success(
        f"**{words.plain(done.name)} is ready**: {words.count(done.images, 'picture')}, "
        f"{words.count(done.captions, 'caption')}.  \n{change} in {words.seconds(done.seconds)}{rate}{before}.",
        icon=":material/check_circle:",
    )


def _draw_unfinished() -> None:
    attempts.draw("unfinished")
    for one in store.unfinished(loaders.settings().db):
        plan = one.plan
        with st.container(border=True, key=f"unfinished-{plan.name}"):
            what = "Adding to" if plan.adding else "Building"
            st.markdown(
                f":material/pause_circle: **{what} {words.plain(plan.name)} was interrupted**: {one.done:,} of "
                f"{words.count(plan.total, 'picture')} done, {_when(one)}, from {words.plain(str(plan.images))}"
            )
            with st.container(horizontal=True):
                st.button(
                    "Go on",
                    icon=":material/play_arrow:",
                    type="primary",
                    key=f"resume-{plan.name}",
                    on_click=attempts.on_click,
                    args=("unfinished", build_job.resume, plan.name, loaders.settings()),
                )
                st.button(
                    "Discard",
                    icon=":material/delete:",
                    key=f"discard-{plan.name}",
                    help="Forgets what was encoded. Pictures stay, unless they were uploaded for this.",
                    on_click=attempts.on_click,
                    args=("unfinished", store.forget_unfinished, loaders.settings().db, plan.name),
                )


def _when(one: Unfinished) -> str:
    moment = datetime.fromtimestamp(one.changed).astimezone()
    return f"{moment.day} {moment:%b, %H:%M}"
