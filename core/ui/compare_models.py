"""The whole collection by several models: how far they agree, where they do not, and the classes on one split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core import errors, evaluation
from core.ui import compare, compare_hits, evaluate_charts, gallery, loaders, words

if TYPE_CHECKING:
    from core.evaluation import ClassRetrieval
    from core.ui.compare import Chosen

DISPUTED = 12
_QUICK = 20_000  # pictures up to which the class table is made without being asked for
_MEASURES = ("P@1", "P@5", "P@10", "R@10", "mAP")


def draw(chosen: Chosen) -> None:
    """Two tabs: agreement and classes."""
    heads = [":material/join_inner: Where they disagree", ":material/category: Classes on one split"]
    disagree, classes = st.tabs(heads)
    with disagree:
        _draw_agreement(chosen)
    with classes:
        _draw_classes(chosen)


def _draw_agreement(chosen: Chosen) -> None:
    found, names = compare.agreement(chosen), chosen.names
    rows = [
        {
            "Model": names[pair.first],
            "and": names[pair.second],
            "Shared neighbours": 100 * pair.overlap,
            "Rank-biased overlap": pair.rank_biased,
        }
        for pair in found.pairs
    ]
    columns = {
        "Shared neighbours": st.column_config.ProgressColumn(format="%.1f %%", min_value=0, max_value=100),
        "Rank-biased overlap": st.column_config.NumberColumn(format="%.3f"),
    }
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns)
    asked = len(found.pictures)
    which = "every picture" if asked == len(chosen.shared.records) else f"an even sample of {asked:,} pictures"
    st.caption(
        f"Of the {found.k} nearest neighbours of {which}: the share that both models find, and the same with the first "
        "ranks counting most (1 is the same list, 0 nothing in common)."
    )
    st.subheader("They agree least about these", anchor=False)
    opened = chosen.collections[0]
    disputed = [chosen.shared.records[at] for at in found.most_disputed(DISPUTED)]
    own = [evaluation.picture_named(opened.store, record.file_name) for record in disputed]
    picked = gallery.draw(
        gallery.of_records(opened, own), "disputed-grid", "Most disputed pictures", cell=138, hint="Enter asks with it"
    )
    if picked is not None:
        record = opened.store.records[opened.store.row_of(int(picked))]
        compare_hits.ask_with(chosen, record.file_name)


def _draw_classes(chosen: Chosen) -> None:
    number = len(chosen.shared.records)
    if number > _QUICK and not st.button(f"Measure over {number:,} pictures", icon=":material/play_arrow:"):
        return
    try:
        table = _class_table(chosen, chosen.key)
    except errors.QueryError as error:
        st.info(words.plain(str(error)), icon=":material/info:")
        return
    rows, bars = [], []
    for name, one, found in zip(chosen.names, chosen.collections, table, strict=True):
        figures = found.to_dict()
        rows.append({"Model": name, "Collection": one.name, **{measure: figures[measure] for measure in _MEASURES}})
        for measure in _MEASURES:
            ends = found.intervals[measure]
            bar = {"measure": measure, "subject": name, "value": figures[measure], "low": ends.low, "high": ends.high}
            bars.append(bar)
    evaluate_charts.draw_frame(pd.DataFrame(bars))
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config=dict.fromkeys(_MEASURES, st.column_config.NumberColumn(format="%.1f")),
    )
    first = table[0]
    st.caption(
        f"In percent, over {words.count(first.classes, 'class')}: the same {first.queries:,} queries against the same "
        f"{words.count(first.searched, 'picture')} for every model. By chance P@K would be {first.chance:.1f} %. The "
        "lines on the bars are 95 % intervals: where they overlap, two models may be equally good."
    )
    with st.expander("Class by class", icon=":material/table_rows:"):
        _draw_class_by_class(chosen, table)


def _draw_class_by_class(chosen: Chosen, table: tuple[ClassRetrieval, ...]) -> None:
    """The mean average precision of every class by every model."""
    frame = pd.DataFrame(
        {
            name: pd.Series({one.name: one.average_precision for one in found.per_class})
            for name, found in zip(chosen.names, table, strict=True)
        }
    )
    frame.insert(0, "Class", frame.index)
    numbers = st.column_config.NumberColumn(format="%.1f")
    st.caption("mAP, in percent")
    st.dataframe(frame, hide_index=True, column_config=dict.fromkeys(chosen.names, numbers), height=400)


@loaders.per_collection(max_entries=4)
def _class_table(_chosen: Chosen, key: str) -> tuple[ClassRetrieval, ...]:
    return evaluation.class_table([one.store for one in _chosen.collections], _chosen.shared, resamples=1000)
