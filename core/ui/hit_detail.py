"""What a search adds to a picture in the detail dialog: what each term adds to its score, more and less like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core import query
from core.ui import components, query_chips, query_state

if TYPE_CHECKING:
    from core.search import SearchHit


def draw(hit: SearchHit, asked: query.Query, *, steer: bool) -> None:
    """The exact shares, and with `steer` the buttons."""
    if steer:
        with st.container(horizontal=True, key="detail-steer"):
            for label, icon, weight in (("More like this", "add", 1.0), ("Less like this", "remove", -1.0)):
                if st.button(label, icon=f":material/{icon}:", key=f"detail-{label}"):
                    query_state.add(query.Term(query.Known(hit.record.image_id), weight))
                    st.rerun()  # the whole page: the dialog closes over the new results
    if len(asked.terms) > 1:
        components.draw("shares", _table(hit, asked), key="detail-shares")


def _table(hit: SearchHit, asked: query.Query) -> dict[str, object]:
    sides = list(dict.fromkeys(part.side for part in hit.parts))
    found = {(part.term, part.side): part.share for part in hit.parts}
    rows = [
        {
            "label": query_chips.label(term),
            "weight": f"{term.weight:+g}",
            "sides": [f"{found[at, side]:+.4f}" for side in sides] if len(sides) > 1 else [],
            "share": f"{hit.term_shares[at]:+.4f}",
        }
        for at, term in enumerate(asked.terms)
    ]
    totals = [f"{share:+.4f}" for share in hit.side_shares] if len(sides) > 1 else []
    return {"rows": rows, "sides": sides if len(sides) > 1 else [], "totals": totals, "score": f"{hit.score:.4f}"}
