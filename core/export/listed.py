"""What is exported: pictures in order, the tables of their collection, and where they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.records import Category, ImageRecord, License


@dataclass(frozen=True, slots=True)
class Listed:
    """Pictures of one collection, in the order in which they are written. `asked` is the query or filter that made the
    list, empty for none; `found_by` is the query that found a picture, by image_id, where each has its own."""

    collection: str
    records: Sequence[ImageRecord]
    categories: Sequence[Category] = ()
    licenses: Sequence[License] = ()
    asked: str = ""
    found_by: Mapping[int, str] = field(default_factory=dict)

    def license_of(self, record: ImageRecord) -> License | None:
        """The picture's licence; None when it has none or the collection does not list it."""
        return next((one for one in self.licenses if one.license_id == record.license), None)

    def attribution(self, record: ImageRecord) -> str:
        """One line that credits a picture, as far as its source tells: file, where it came from, licence. Who took a
        photo is said on its photo page only: COCO files do not carry names."""
        license_ = self.license_of(record)
        parts = [record.file_name]
        if record.flickr_url or record.coco_url:
            parts.append(f"from {record.flickr_url or record.coco_url}")
        if license_ is None:
            parts.append("licence unknown")
        else:
            name = license_.name or f"number {license_.license_id}"
            parts.append(f"licence {name}" + (f" ({license_.url})" if license_.url else ""))
        return ", ".join(parts)
