"""The audit while it is computed: start, progress, remaining time, stop, what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core import audit
from core.ui import audit_job, job_watch, loaders, states, words

if TYPE_CHECKING:
    from core.collection import Collection

_AT_ONCE_SECONDS = 0.4
"""An audit that is done by then is shown without a progress bar in between."""


def begin(opened: Collection, *, again: bool = False) -> None:
    """Start, unless an audit is under way."""
    audit_job.begin(opened.store, loaders.settings().cache, again=again)


def draw(opened: Collection, *, at_once: bool) -> None:
    """The audit under way, or a button that starts one; with `at_once` it starts by itself, once."""
    job = audit_job.job()
    moment = job.moment()
    own = moment.subject == audit.identity(opened.store)
    if at_once and not moment.running and not (own and moment.fault):
        begin(opened)
        job.wait(_AT_ONCE_SECONDS)
        if audit_job.result(opened.store) is not None:
            st.rerun()
        moment = job.moment()
        own = moment.subject == audit.identity(opened.store)
    if moment.running:
        which = "this" if own else "another"
        job_watch.draw(job, f"Auditing {which} collection ({words.plain(moment.name)})", "audit")
        return
    job_watch.draw_fault(moment.fault if own else None)
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
