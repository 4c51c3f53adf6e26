"""A job under way as every page shows it: how far, how fast, how long still, what was left out, and how to stop it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core import errors
from core.ui import downloads, states, words
from core.ui.jobs import Job, Moment

_LISTED_ON_PAGE = 50


def draw(job: Job[Any], what: str, key: str, *, at_end: Callable[[], None] | None = None) -> None:
    """The moment of a running job, drawn anew until it is over; then `at_end` is called and the whole page runs again.
    `what` is Markdown."""

    @st.fragment(run_every=0.7)
    def watch() -> None:
        moment = job.moment()
        if not moment.running:
            if at_end is not None:
                at_end()
            st.rerun()
        _draw_moment(moment, what, key)
        if moment.stopping:
            st.caption("Stopping: what is under way is finished first.")
        else:
            st.button("Stop", icon=":material/stop_circle:", on_click=job.cancel, key=f"{key}-stop")

    watch()


def draw_fault(fault: Exception | None) -> None:
    """Why a job that is over has nothing to show: what was stopped is no error."""
    if isinstance(fault, errors.Cancelled):
        st.info(words.plain(str(fault)), icon=":material/stop_circle:")
    elif fault is not None:
        states.show(fault)


def draw_left_out(left_out: tuple[tuple[str, str], ...], total: int, key: str) -> None:
    """What was left out, with reasons, and as CSV; nothing where that is nothing. `total` may exceed what is listed."""
    if not left_out:
        return
    with st.expander(f"{words.count(total, 'file')} left out, with reasons", icon=":material/block:"):
        rows = [{"File": words.plain(name), "Reason": words.plain(reason)} for name, reason in left_out]
        st.table(rows[:_LISTED_ON_PAGE], hide_index=True)
        more = total - min(len(left_out), _LISTED_ON_PAGE)
        if more > 0:
            listed = " are in the CSV" if total == len(left_out) else f"; the first {len(left_out):,} are in the CSV"
            st.caption(f"and {more:,} more{listed}")
        downloads.of_left_out(left_out, key)


def _draw_moment(moment: Moment, what: str, key: str) -> None:
    at = moment.progress
    st.markdown(f"**{what}**, {words.seconds(moment.seconds)} so far")
    share = at.done / at.total if at.total else 0.0
    done = f": {at.done:,} of {at.total:,} {at.unit}" if at.total else f": {at.done:,} {at.unit}" if at.done else " …"
    st.progress(min(1.0, share), text=words.plain(at.stage) + done)
    parts = []
    if moment.rate and at.total:
        parts.append(f"{moment.rate:,.1f} {words.plain(at.unit)} a second")
    if moment.remaining:
        parts.append(f"about {words.seconds(moment.remaining)} left in this step")
    if at.skipped:
        parts.append(f"{at.skipped:,} left out")
    st.caption(" · ".join(parts) or "Just begun")
    draw_left_out(moment.left_out, max(at.skipped, len(moment.left_out)), f"{key}-left-out")
