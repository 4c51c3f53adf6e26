"""The records of a collection with new ones among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.errors import SourceError
from core.records import Category, ImageRecord, License, RecordSet
from core.store import Store


def merged(before: Store, new: RecordSet) -> RecordSet:
    """By image_id, which no two share. Raises `SourceError` where their licences contradict each other."""
    records = sorted((*before.records, *new.records), key=lambda record: record.image_id)
    ids = {record.image_id for record in records}
    skipped = dict.fromkeys((*before.manifest.skips, *new.skipped))
    return RecordSet(
        tuple(records),
        _merged_categories(before.categories, new.categories, records),
        _merged_licenses(before.licenses, new.licenses),
        tuple(one for one in skipped if one.image_id is None or one.image_id not in ids or one.file_name == ""),
    )


def _merged_categories(
    before: Sequence[Category], new: Sequence[Category], records: Sequence[ImageRecord]
) -> tuple[Category, ...]:
    """By name, the collection's own first; a new name whose id is taken gets the next free one."""
    table = {category.name: category for category in before}
    taken = {category.category_id for category in before}
    for category in new:
        if category.name not in table:
            free = category.category_id if category.category_id not in taken else max(taken) + 1
            table[category.name] = replace(category, category_id=free)
            taken.add(free)
    return tuple(sorted(table.values(), key=lambda category: category.category_id))


def _merged_licenses(before: Sequence[License], new: Sequence[License]) -> tuple[License, ...]:
    """By id. Raises `SourceError` where an id stands for two licences: the pictures' rights would be told wrongly."""
    table = {licence.license_id: licence for licence in before}
    for licence in new:
        known = table.setdefault(licence.license_id, licence)
        if known != licence:
            raise SourceError(
                f"licence {licence.license_id} is {known.name!r} in the collection and {licence.name!r} in the source; "
                "number the source's licences as the collection does"
            )
    return tuple(table[key] for key in sorted(table))
