"""A map, its clusters or its outliers: at hand, or computed while the visitor watches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core import errors, projection
from core.ui import map_job, states, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.collection import Collection
    from core.projection import Clusters, Map, Recipe

_AT_ONCE_SECONDS = 0.6
"""What is done by then is shown without a progress bar in between."""


def map_of(opened: Collection, recipe: Recipe) -> Map:
    """The map; stops the page while there is none yet."""
    made: Map = _ready(map_task(opened, recipe))
    return made


def clusters_of(opened: Collection) -> Clusters:
    """The clusters of the pictures; stops the page while there are none yet."""
    found: Clusters = _ready(cluster_task(opened))
    return found


def outliers_of(opened: Collection, made: Map) -> NDArray[Any]:
    """The outlier scores of a map's points; stops the page while there are none yet."""
    store, recipe = opened.store, made.recipe
    task = map_job.Task(
        f"{projection.identity(store)} outliers {recipe.of} {len(made)}",
        f"Looking for outliers in {store.manifest.title or opened.name}",
        lambda: projection.kept_outliers(store, made),
        lambda report: projection.remembered_outliers(store, made, report=report),
    )
    found: NDArray[Any] = _ready(task)
    return found


def map_task(opened: Collection, recipe: Recipe) -> map_job.Task:
    """The making of a map."""
    store = opened.store
    return map_job.Task(
        f"{projection.identity(store)} {recipe.name}",
        f"Mapping {store.manifest.title or opened.name}",
        lambda: projection.kept_map(store, recipe),
        lambda report: projection.remembered_map(store, recipe, report=report),
    )


def cluster_task(opened: Collection) -> map_job.Task:
    """The finding of the clusters."""
    store = opened.store
    return map_job.Task(
        f"{projection.identity(store)} clusters",
        f"Finding clusters in {store.manifest.title or opened.name}",
        lambda: projection.kept_clusters(store),
        lambda report: projection.remembered_clusters(store, report=report),
    )


def _ready(task: map_job.Task) -> Any:
    """What the task makes; stops the page while there is nothing yet."""
    job = map_job.job()
    found = job.result(task)
    moment = job.moment()
    if found is None and not moment.running and not (moment.subject == task.subject and moment.fault):
        job.start(task)
        job.wait(_AT_ONCE_SECONDS)
        found = job.result(task)
        moment = job.moment()
    if found is None:
        if moment.running:
            _watch(task.subject)
        else:
            _offer(task, moment.fault)
        st.stop()
    return found


def _offer(task: map_job.Task, fault: Exception | None) -> None:
    """What went wrong, and to begin anew."""
    if isinstance(fault, errors.Cancelled):
        st.info(words.plain(str(fault)))
    elif fault is not None:
        states.show(fault)
    icon = ":material/play_arrow:"
    st.button("Start again", icon=icon, type="primary", key="map-again", on_click=_begin, args=(task,))
    st.caption("It is computed once, in the background, and kept beside the collection until that changes.")


def _begin(task: map_job.Task) -> None:
    map_job.job().start(task)


@st.fragment(run_every=0.7)
def _watch(subject: str) -> None:
    job = map_job.job()
    moment = job.moment()
    if not moment.running:
        st.rerun()
    at = moment.progress
    share = at.done / at.total if at.total else 0.0
    other = "" if moment.subject == subject else " (your own comes after it)"
    done = f": {at.done:,} of {at.total:,} {at.unit}" if at.total else ""
    with st.container(key="map-progress"):
        st.markdown(f"**{words.plain(moment.title)}**{other}, {words.seconds(moment.seconds)} so far")
        st.progress(min(1.0, share), text=f"{at.stage}{done}{_left(moment, share)}")
        st.caption("Once for each version of the collection; you can look at other pages meanwhile.")
        st.button("Stop", icon=":material/stop_circle:", on_click=job.cancel, key="map-stop")


def _left(moment: map_job.Moment, share: float) -> str:
    """The time that a long stage still takes, once it can be told."""
    if moment.seconds < 5 or not 0.05 < share < 1:
        return ""
    return f", about {words.seconds(max(1, round(moment.seconds * (1 - share) / share)))} left"
