"""The audit while it is computed: start, progress, remaining time, stop, what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core import audit, errors
from core.ui import audit_job, loaders, states, words

if TYPE_CHECKING:
    from core.collection import Collection

_AT_ONCE_SECONDS = 0.4
"""An audit that is done by then is shown without a progress bar in between."""


def begin(opened: Collection, *, again: bool = False) -> None:
    """Start, unless an audit is under way."""
    audit_job.job().start(opened.store, loaders.settings().cache, again=again)


def draw(opened: Collection, *, at_once: bool) -> None:
    """The audit under way, or a button that starts one; with `at_once` it starts by itself, once."""
    job = audit_job.job()
    moment = job.moment()
    own = moment.subject == audit.identity(opened.store)
    if at_once and not moment.running and not (own and moment.fault):
        job.start(opened.store, loaders.settings().cache)
        job.wait(_AT_ONCE_SECONDS)
        if job.result(opened.store) is not None:
            st.rerun()
        moment = job.moment()
    if moment.running:
        _watch(opened)
        return
    _outcome(moment.fault if own else None)
    manifest = opened.store.manifest
    states.hint(
        "Look for what is wrong in this collection",
        f"Near-duplicates, outliers, misplaced captions, unfound pictures and hubs among "
        f"{words.count(manifest.images, 'picture')} and {words.count(manifest.captions, 'caption')}. It is computed "
        "once, in the background, and remembered until the collection changes.",
        "troubleshoot",
    )
    st.button(
        "Start the audit",
        icon=":material/play_arrow:",
        type="primary",
        key="audit-start",
        on_click=begin,
        args=(opened,),
    )


@st.fragment(run_every=0.7)
def _watch(opened: Collection) -> None:
    job = audit_job.job()
    moment = job.moment()
    if not moment.running:
        st.rerun()
    at = moment.progress
    share = at.done / at.total if at.total else 0.0
    own = moment.subject == audit.identity(opened.store)
    what = "Auditing this collection" if own else "Auditing another collection"
    skipped = f", {at.skipped:,} unreadable" if at.skipped else ""
    done = f": {at.done:,} of {at.total:,} {at.unit}{skipped}" if at.total else ""
    st.markdown(f"**{what}** ({words.plain(moment.name)}), {words.seconds(moment.seconds)} so far")
    st.progress(min(1.0, share), text=f"{at.stage}{done}")
    st.button("Stop", icon=":material/stop_circle:", on_click=job.cancel, key="audit-stop")


def _outcome(fault: Exception | None) -> None:
    if isinstance(fault, errors.Cancelled):
        st.info(words.plain(str(fault)))
    elif fault is not None:
        states.show(fault)
