"""Everything that is drawn on a map besides its points' places: colours, the query, what is lit, lines, names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import projection
from core.ui import map_colours, map_watch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from core.collection import Collection
    from core.projection import Map
    from core.records import ImageRecord

    Places = NDArray[np.float32]

_TEXT_LENGTH = 80  # characters of a tooltip


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A map as it is drawn. `star` is where the query lies, `lit` are points that belong to it or to the clicked
    `point`, `ringed` those that a selection sent; `pairs` `(m, 2)` are joined by lines; `labels` are names of places.
    """

    made: Map
    colours: map_colours.Names | map_colours.Numbers
    star: Places | None = None
    star_text: str = ""
    lit: tuple[int, ...] = ()
    ringed: tuple[int, ...] = ()
    point: int | None = None
    pairs: NDArray[np.int64] | None = None
    labels: tuple[tuple[Places, str], ...] = ()


def points_of(made: Map, opened: Collection, records: Iterable[ImageRecord]) -> tuple[int, ...]:
    """The points of some pictures, or of their captions where the map has no pictures; those not on it left out."""
    rows = np.array([opened.store.row_of(record.image_id) for record in records], np.int64)
    pictures = made.points.pictures
    if not len(pictures):
        return tuple(np.flatnonzero(np.isin(opened.store.caption_image_rows[made.points.captions], rows)).tolist())
    at = np.searchsorted(pictures, rows)
    there = (at < len(pictures)) & (pictures[np.minimum(at, len(pictures) - 1)] == rows)
    return tuple(at[there].tolist())


def point_of(made: Map, opened: Collection, name: str | None) -> int | None:
    """The point of a name such as "i139" (a picture) or "c55" (a caption); None where the map has none."""
    if not name:
        return None
    number, store = int(name[1:]), opened.store
    if name[0] == "i":
        rows = np.flatnonzero([store.records[row].image_id == number for row in made.points.pictures.tolist()])
        return int(rows[0]) if len(rows) else None
    rows = np.flatnonzero([store.captions[row].caption_id == number for row in made.points.captions.tolist()])
    return len(made.points.pictures) + int(rows[0]) if len(rows) else None


def name_of(made: Map, opened: Collection, point: int) -> str:
    """The other way round."""
    count = len(made.points.pictures)
    if point < count:
        return f"i{opened.store.records[int(made.points.pictures[point])].image_id}"
    return f"c{opened.store.captions[int(made.points.captions[point - count])].caption_id}"


def text_of(made: Map, opened: Collection, point: int) -> str:
    """What is said of a point: its caption, or its picture's first, else the file's name."""
    count, store = len(made.points.pictures), opened.store
    if point >= count:
        text = store.captions[int(made.points.captions[point - count])].display
    else:
        record = store.records[int(made.points.pictures[point])]
        text = record.captions[0].display if record.captions else record.file_name
    return text if len(text) <= _TEXT_LENGTH else text[: _TEXT_LENGTH - 1] + "…"


def record_of(made: Map, opened: Collection, point: int) -> ImageRecord:
    """The picture of a point, a caption's own for a caption."""
    count, store = len(made.points.pictures), opened.store
    if point < count:
        return store.records[int(made.points.pictures[point])]
    return store.records[int(store.caption_image_rows[made.points.captions[point - count]])]


def labels(opened: Collection, made: Map) -> tuple[tuple[Places, str], ...]:
    """The names of the clusters, largest first, each in the middle of its points."""
    clusters = map_watch.clusters_of(opened)
    of = clusters.labels[made.points.picture_rows(opened.store)]
    members = [np.flatnonzero(of == at) for at in range(len(clusters.every))]
    return tuple(
        (np.median(made.xyz[inside], axis=0).astype(np.float32), cluster.name)
        for inside, cluster in zip(members, clusters.every, strict=True)
        if len(inside)
    )


def placed(opened: Collection, made: Map, vector: Places) -> Places:
    """Where a query lies on a map."""
    return projection.place(opened.store, made, vector)


def inside(made: Map, region: tuple[float, ...]) -> NDArray[np.int64]:
    """Points of a flat map inside a region: four numbers are a rectangle (left, bottom, right, top), more are the
    corners of a polygon, x and y in turn. Even-odd, as the outline is drawn."""
    x, y = made.xyz[:, 0].astype(np.float64), made.xyz[:, 1].astype(np.float64)
    if len(region) == 4:
        left, bottom, right, top = region
        return np.flatnonzero((x >= left) & (x <= right) & (y >= bottom) & (y <= top))
    corners = np.array(region, np.float64).reshape(-1, 2)
    odd = np.zeros(len(x), bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 != y1:
            crosses = (y0 > y) != (y1 > y)
            odd ^= crosses & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    return np.flatnonzero(odd)


def sample(made: Map, most: int) -> NDArray[np.int64]:
    """The points that are drawn where no more than `most` can be."""
    return projection.even(len(made), most)
