"""What is wrong with a collection: near-duplicates, outliers, captions under the wrong picture, pictures that none of
their captions finds, hubs that answer too many queries. Computed once from the stored vectors, then listed."""

from core.audit.auditing import FLOOR, Audit, audit_store
from core.audit.findings import (
    LEVELS,
    ORDERS,
    PER_PAGE,
    Finding,
    FindingList,
    Kind,
    Level,
    Number,
    Order,
    Shown,
)
from core.audit.keeping import identity, load, remembered, save
from core.audit.lists import findings
from core.audit.pairs import Pairs, pairs_above
from core.audit.picture_lists import pixels_are_known
from core.audit.reasons import why_not
from core.audit.tables import to_csv, to_dict

__all__ = [
    "FLOOR",
    "LEVELS",
    "ORDERS",
    "PER_PAGE",
    "Audit",
    "Finding",
    "FindingList",
    "Kind",
    "Level",
    "Number",
    "Order",
    "Pairs",
    "Shown",
    "audit_store",
    "findings",
    "identity",
    "load",
    "pairs_above",
    "pixels_are_known",
    "remembered",
    "save",
    "to_csv",
    "to_dict",
    "why_not",
]
