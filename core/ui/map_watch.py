"""A map, its clusters or its outliers: at hand, or computed while the visitor watches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core import projection
from core.ui import job_watch, map_job, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.collection import Collection
    from core.projection import Clusters, Map, Recipe
    from core.ui.jobs import Moment

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
    maps = map_job.maps()
    found = maps.result(task)
    moment = maps.job.moment()
    if found is None and not moment.running and not (moment.subject == task.subject and moment.fault):
        maps.start(task)
        maps.job.wait(_AT_ONCE_SECONDS)
        found = maps.result(task)
        moment = maps.job.moment()
    if found is None:
        if moment.running:
            _watch(maps, task, moment)
        else:
            _offer(maps, task, moment.fault)
        st.stop()
    return found


def _watch(maps: map_job.Maps, task: map_job.Task, moment: Moment) -> None:
    other = "" if moment.subject == task.subject else " (your own comes after it)"
    job_watch.draw(maps.job, f"{words.plain(moment.name)}{other}", "map")
    st.caption("Once for each version of the collection; you can look at other pages meanwhile.")


def _offer(maps: map_job.Maps, task: map_job.Task, fault: Exception | None) -> None:
    """What went wrong, and to begin anew."""
    job_watch.draw_fault(fault)
    icon = ":material/play_arrow:"
    st.button("Start again", icon=icon, type="primary", key="map-again", on_click=_begin, args=(maps, task))
    st.caption("It is computed once, in the background, and kept beside the collection until that changes.")


def _begin(maps: map_job.Maps, task: map_job.Task) -> None:
    maps.start(task)
