"""Maps, clusters and outlier scores as they are kept: read where they were computed before, else computed and kept."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from core import progress
from core.projection import clusters as clustering
from core.projection import files, mapping, outlying
from core.projection.clusters import Cluster, Clusters
from core.projection.gap import Gap
from core.projection.mapping import Map
from core.projection.pca import Projection
from core.projection.points import Points
from core.projection.quality import Quality

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.projection.recipes import Recipe
    from core.store import Store

_CLUSTERS = "clusters"


def kept_map(store: Store, recipe: Recipe) -> Map | None:
    """The map as it was kept for this version of the store; None where there is none."""
    arrays = files.read(store, recipe.name)
    try:
        return None if arrays is None else _map(arrays, recipe, store)
    except (KeyError, ValueError, TypeError, IndexError):
        return None


def remembered_map(
    store: Store, recipe: Recipe, *, again: bool = False, report: progress.Report = progress.silent
) -> Map:
    """The map as it was kept, else (and always with `again`) made and kept. Raises as `make_map`."""
    kept = None if again else kept_map(store, recipe)
    if kept is not None:
        return kept
    made = mapping.make_map(store, recipe, report=report)
    files.write(store, recipe.name, _map_arrays(made))
    return made


def kept_clusters(store: Store) -> Clusters | None:
    """The clusters as they were kept for this version of the store; None where there are none."""
    arrays = files.read(store, _CLUSTERS)
    try:
        return None if arrays is None else _clusters(arrays, store)
    except (KeyError, ValueError, TypeError, IndexError):
        return None


def remembered_clusters(store: Store, *, again: bool = False, report: progress.Report = progress.silent) -> Clusters:
    """As `remembered_map`, for the clusters."""
    kept = None if again else kept_clusters(store)
    if kept is not None:
        return kept
    made = clustering.find_clusters(store, report=report)
    files.write(
        store,
        _CLUSTERS,
        {
            "labels": made.labels,
            "names": np.array([one.name for one in made.every], np.str_),
            "sizes": np.array([one.size for one in made.every], np.int64),
            "representatives": np.array([one.representative for one in made.every], np.int64),
            "silhouettes": np.array(made.silhouettes, np.float64).reshape(-1, 2),
        },
    )
    return made


def kept_outliers(store: Store, made: Map) -> NDArray[np.float32] | None:
    """The outlier scores of a map's points as they were kept; None where there are none."""
    arrays = files.read(store, _outliers_of(made))
    scores = None if arrays is None else arrays.get("scores")
    return scores if scores is not None and scores.shape == (len(made),) else None


def remembered_outliers(
    store: Store, made: Map, *, again: bool = False, report: progress.Report = progress.silent
) -> NDArray[np.float32]:
    """As `remembered_map`, for the outlier scores of its points."""
    kept = None if again else kept_outliers(store, made)
    if kept is not None:
        return kept
    scores = outlying.outlier_scores(store, made.points, report=report)
    files.write(store, _outliers_of(made), {"scores": scores})
    return scores


def _outliers_of(made: Map) -> str:
    """Maps of the same points share them, whatever their layout."""
    return f"outliers-{made.recipe.of}-{len(made)}"


def _map_arrays(made: Map) -> dict[str, Any]:
    arrays: dict[str, Any] = {
        "xyz": made.xyz,
        "pictures": made.points.pictures,
        "captions": made.points.captions,
    }
    if made.axes is not None:
        arrays |= {"explained": np.array(made.axes.explained), "mean": made.axes.mean, "axes": made.axes.axes}
    if made.taken is not None:
        arrays["taken"] = made.taken
    for name, figures in (("gap", made.gap), ("quality", made.quality)):
        if figures is not None:
            arrays |= {f"{name}.{key}": np.array(value) for key, value in asdict(figures).items() if value is not None}
    return arrays


def _map(arrays: dict[str, Any], recipe: Recipe, store: Store) -> Map:
    """Raises `ValueError` or `KeyError` for a file that does not fit."""
    points = Points(arrays["pictures"], arrays["captions"])
    xyz = arrays["xyz"]
    if xyz.shape != (len(points), recipe.dims):
        raise ValueError(f"places of shape {xyz.shape} for {len(points)} points")
    for rows, count in ((points.pictures, len(store.records)), (points.captions, store.caption_index.count)):
        if len(rows) and not 0 <= int(rows.min()) <= int(rows.max()) < count:
            raise ValueError("rows that the store does not have")
    axes = None
    if "axes" in arrays:
        explained = tuple(float(share) for share in arrays["explained"])
        axes = Projection(xyz, explained, arrays["mean"], arrays["axes"])
    return Map(
        recipe,
        points,
        xyz,
        axes,
        arrays.get("taken"),
        _figures(Gap, "gap", arrays),
        _figures(Quality, "quality", arrays),
    )


def _figures(kind: Any, name: str, arrays: dict[str, Any]) -> Any:
    known = {one.name: arrays[f"{name}.{one.name}"].item() for one in fields(kind) if f"{name}.{one.name}" in arrays}
    return kind(**known) if known else None


def _clusters(arrays: dict[str, Any], store: Store) -> Clusters:
    labels = arrays["labels"]
    every = tuple(
        Cluster(str(name), int(size), int(row))
        for name, size, row in zip(arrays["names"], arrays["sizes"], arrays["representatives"], strict=True)
    )
    fitting = labels.shape == (len(store.records),) and (not len(labels) or int(labels.max()) < len(every))
    if not fitting or any(not 0 <= one.representative < len(store.records) for one in every):
        raise ValueError("clusters of another collection")
    return Clusters(labels, every, tuple((int(k), float(score)) for k, score in arrays["silhouettes"]))
