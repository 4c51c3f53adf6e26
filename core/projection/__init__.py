"""Embeddings flattened to maps that people can look at: PCA and t-SNE of pictures, captions or both; clusters with
names; how far a map can be believed. Computed once for each version of a collection, then kept beside its store."""

from core.projection.categories import main_categories
from core.projection.clusters import CRITERION, Cluster, Clusters, find_clusters
from core.projection.files import identity
from core.projection.gap import Gap
from core.projection.keeping import (
    kept_clusters,
    kept_map,
    kept_outliers,
    remembered_clusters,
    remembered_map,
    remembered_outliers,
)
from core.projection.mapping import Map, make_map, place
from core.projection.pca import Projection, pca_map
from core.projection.points import Points, even
from core.projection.quality import Quality
from core.projection.recipes import MOST_3D, Method, Of, Recipe, why_not
from core.projection.tables import summary, to_csv, to_dict, write_parquet

__all__ = [
    "CRITERION",
    "MOST_3D",
    "Cluster",
    "Clusters",
    "Gap",
    "Map",
    "Method",
    "Of",
    "Points",
    "Projection",
    "Quality",
    "Recipe",
    "even",
    "find_clusters",
    "identity",
    "kept_clusters",
    "kept_map",
    "kept_outliers",
    "main_categories",
    "make_map",
    "pca_map",
    "place",
    "remembered_clusters",
    "remembered_map",
    "remembered_outliers",
    "summary",
    "to_csv",
    "to_dict",
    "why_not",
    "write_parquet",
]
