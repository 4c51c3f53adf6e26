"""The one audit of this process. The last one is at hand as its result, the others are in the cache folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core import audit
from core.ui.jobs import Job

if TYPE_CHECKING:
    from pathlib import Path

    from core.audit import Audit
    from core.store import Store


@st.cache_resource(max_entries=1, show_spinner=False)
def job() -> Job[Audit]:
    """The one job of this process; its subject is the identity of the store."""
    return Job("coco-lens-audit", "The audit was stopped. Nothing of it is kept; it begins anew when you start it.")


def begin(store: Store, cache: Path, *, again: bool = False) -> bool:
    """Start to audit a store, computing it anew if `again`; False when another audit is under way."""
    return job().start(
        lambda report: audit.remembered(store, cache, again=again, report=report),
        subject=audit.identity(store),
        name=store.manifest.name,
    )


def result(store: Store) -> Audit | None:
    """The audit of exactly this store, if it was the last one."""
    return job().result(audit.identity(store))
