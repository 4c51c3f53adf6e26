"""From an audit's numbers to its lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.audit import caption_lists, picture_lists, reasons
from core.audit.findings import LEVELS, ORDERS, FindingList, Kind, Order
from core.errors import QueryError

if TYPE_CHECKING:
    from core.audit.auditing import Audit
    from core.store import Store

_MAKERS = {
    Kind.OUTLIERS: picture_lists.list_outliers,
    Kind.CAPTIONS: caption_lists.misfits,
    Kind.UNFOUND: caption_lists.unfound,
    Kind.HUBS: picture_lists.hubs,
}


def findings(
    store: Store,
    audit: Audit,
    kind: Kind,
    level: float | None = None,
    order: Order | None = None,
    *,
    same_pixels: bool | None = None,
) -> FindingList:
    """One list of an audit of `store`. `level` (None for the usual one) is brought into the range of `LEVELS`.
    `same_pixels`, for duplicates: whether the pixels must agree too; None where most files could be read. Raises
    `QueryError` where the collection has no such list, with the reason of `reasons.why_not`."""
    reason = reasons.why_not(store, kind)
    if reason:
        raise QueryError(reason)
    level = LEVELS[kind].within(level)
    order = order if order is not None and order in ORDERS[kind] else Order.WORST
    if kind is Kind.DUPLICATES:
        agree = picture_lists.pixels_are_known(audit) if same_pixels is None else same_pixels
        return picture_lists.duplicates(store, audit, level, order, agree)
    return _MAKERS[kind](store, audit, level, order)
