"""A map as a table for other programs: CSV, JSON, and Parquet, which embedding viewers such as Apple's Atlas read."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from core import spreadsheet
from core.projection.categories import main_categories

if TYPE_CHECKING:
    from pathlib import Path

    from core.projection.clusters import Clusters
    from core.projection.mapping import Map
    from core.store import Store

_AXES = ("x", "y", "z")


def columns(made: Map) -> tuple[str, ...]:
    """The names of the columns of `rows`, in order."""
    return (
        "kind", "image_id", "caption_id", *_AXES[: made.recipe.dims], "cluster", "category", "file_name", "text",
    )  # fmt: skip


def rows(store: Store, made: Map, clusters: Clusters | None = None) -> list[dict[str, Any]]:
    """One row a point. `kind` is "image" or "caption"; `caption_id` is None for pictures; `text` is the caption, or a
    picture's first; `cluster` is the name of the picture's, empty without `clusters`."""
    found = []
    labels = main_categories(store.records)
    count = len(made.points.pictures)
    for at, row in enumerate(made.points.picture_rows(store).tolist()):
        record = store.records[row]
        caption = None if at < count else store.captions[int(made.points.captions[at - count])]
        text = caption.display if caption else record.captions[0].display if record.captions else ""
        found.append(
            {
                "kind": "caption" if caption else "image",
                "image_id": record.image_id,
                "caption_id": caption.caption_id if caption else None,
                **{axis: float(value) for axis, value in zip(_AXES, made.xyz[at].tolist(), strict=False)},
                "cluster": clusters.every[clusters.labels[row]].name if clusters else "",
                "category": labels[row],
                "file_name": record.file_name,
                "text": text,
            }
        )
    return found


def to_csv(store: Store, made: Map, clusters: Clusters | None = None) -> str:
    """One line a point; cells that a spreadsheet would run as formulas are defused."""
    return spreadsheet.csv_text(columns(made), rows(store, made, clusters))


def to_dict(store: Store, made: Map, clusters: Clusters | None = None) -> dict[str, Any]:
    """JSON-ready: what was mapped how, its quality and gap, the clusters and the points."""
    return {**summary(store, made, clusters), "points": rows(store, made, clusters)}


def summary(store: Store, made: Map, clusters: Clusters | None = None) -> dict[str, Any]:
    """JSON-ready: all of a map but its points."""
    recipe = made.recipe
    told: dict[str, Any] = {
        "collection": store.manifest.name,
        "model": store.manifest.encoder.model,
        "method": recipe.method.value,
        "dims": recipe.dims,
        "of": recipe.of.value,
        "gap_closed": recipe.closed,
        "pictures": len(made.points.pictures),
        "captions": len(made.points.captions),
        "explained": None if made.axes is None else list(made.axes.explained),
        "quality": None if made.quality is None else asdict(made.quality),
        "gap": None if made.gap is None else asdict(made.gap),
    }
    if clusters is not None:
        told["clusters"] = [
            {"name": one.name, "pictures": one.size, "representative": store.records[one.representative].image_id}
            for one in clusters.every
        ]
        told["silhouettes"] = [list(one) for one in clusters.silhouettes]
    return told


def write_parquet(path: Path, store: Store, made: Map, clusters: Clusters | None = None) -> None:
    """The rows as a Parquet file. Raises `OSError` where it cannot be written."""
    import pyarrow
    from pyarrow import parquet

    found = rows(store, made, clusters)
    named = {name: [row[name] for row in found] for name in columns(made)}
    types = {"image_id": pyarrow.int64(), "caption_id": pyarrow.int64()}
    table = {
        name: pyarrow.array(values, types.get(name, pyarrow.float32() if name in _AXES else pyarrow.string()))
        for name, values in named.items()
    }
    parquet.write_table(pyarrow.table(table), path)
