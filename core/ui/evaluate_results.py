"""What one run found: a tab for each part, with its protocol, chart and table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from core import evaluation
from core.evaluation import Figure, Part, Run
from core.ui import downloads, evaluate_charts, words

if TYPE_CHECKING:
    from core.evaluation import IndexQuality, ZeroShot

_TITLES = {
    Part.CAPTIONS: ("Captions", "notes"),
    Part.CLASSES: ("Classes", "category"),
    Part.ZERO_SHOT: ("Class names", "label"),
    Part.INDEX: ("Index", "speed"),
}
_PERCENT = st.column_config.NumberColumn(format="%.1f")


def draw(run: Run) -> None:
    """Every part that was measured."""
    for part, reason in run.left_out.items():
        st.caption(f"Not measured: {words.plain(part)}. {words.plain(reason)}.")
    parts = [part for part in run.settings.parts if part.value not in run.left_out]
    for part, tab in zip(
        parts, st.tabs([f":material/{_TITLES[part][1]}: {_TITLES[part][0]}" for part in parts]), strict=True
    ):
        with tab:
            _DRAWN[part](run)
            with st.expander("Protocol", icon=":material/rule:"):
                st.markdown(words.plain(evaluation.PROTOCOLS[part]) + ".")


def _of(run: Run, part: Part) -> list[Figure]:
    return [one for one in evaluation.figures_of(run) if one.part == part]


def _draw_captions(run: Run) -> None:
    figures = _of(run, Part.CAPTIONS)
    evaluate_charts.draw_bars(figures)
    _table(figures, "Query and ranking")
    if run.captions and run.captions.image_to_text is None:
        model = words.plain(run.collection.encoder.model)
        st.caption(f"Pictures and captions cannot be compared: {model} encodes pictures only.")
    _draw_published(run)


def _draw_published(run: Run) -> None:
    if not run.settings.data_set:
        return
    st.subheader("Published figures of this model", anchor=False)
    if not run.published:
        st.caption("We know of no published figures of this model for these pictures.")
        return
    rows = [
        {
            "Figure": one.what,
            "Published": one.published,
            "Ours": one.ours,
            "Difference": one.ours - one.published,
            "Verdict": "more than half a point apart" if one.far else "within half a point",
        }
        for one in run.published
    ]
    number = st.column_config.NumberColumn(format="%.2f")
    columns = dict.fromkeys(("Published", "Ours", "Difference"), number)
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns)
    st.caption(f"Source: {words.plain(run.published[0].source)}. Same pictures, all captions, no prompt.")


def _draw_classes(run: Run) -> None:
    found = run.classes
    if found is None:
        return
    figures = _of(run, Part.CLASSES)
    cells = [(one.measure, one.value, _ends(one)) for one in figures]
    with st.container(horizontal=True, gap="small", key="class-figures"):
        for name, value, ends in cells:
            st.metric(name, f"{value:.1f} %", ends, delta_color="off", delta_arrow="off", border=True, width="stretch")
    st.caption(
        f"{words.count(found.classes, 'class')}, {found.queries:,} queries ({found.share:.0%} of each class) against "
        f"{words.count(found.searched, 'picture')}. By chance P@K would be {found.chance:.1f} %."
    )
    notes = [
        (found.left_out, "queries have no other picture of their class in the index and were left out"),
        (found.unlabelled, "pictures have no class and were left out"),
        (found.twins, "queries have a picture with the same vector in the index, probably the same file twice"),
    ]
    for number, text in notes:
        if number:
            st.caption(f":material/info: {number:,} {text}.")
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("By class", anchor=False)
        evaluate_charts.draw_classes(found)
    with right:
        st.subheader("Taken for one another", anchor=False)
        st.caption("Of the first ten pictures found, how many are of which class. The diagonal is right.")
        evaluate_charts.draw_confusions(found)
    frame = pd.DataFrame(
        [
            {
                "Class": one.name,
                "Queries": one.queries,
                "Right ones searched": one.relevant,
                "P@1": one.p1,
                "P@10": one.p10,
                "mAP": one.average_precision,
                "P@10 by chance": one.chance,
            }
            for one in found.per_class
        ]
    )
    columns = dict.fromkeys(("P@1", "P@10", "mAP", "P@10 by chance"), _PERCENT)
    st.dataframe(frame, hide_index=True, column_config=columns, height=380 if len(frame) > 10 else "content")
    downloads.of_classes(run, "classes")


def _draw_zero_shot(run: Run) -> None:
    found: ZeroShot | None = run.zero_shot
    if found is None:
        return
    figures = _of(run, Part.ZERO_SHOT)
    evaluate_charts.draw_bars(figures, chance=found.chance)
    _table(figures, "Prompt template")
    st.caption(
        f"{words.count(found.pictures, 'picture')}, {words.count(found.classes, 'class')}; "
        f"blind guessing names {found.chance:.1f} % right."
    )
    frame = pd.DataFrame(
        [
            {"Class": one.name, "Pictures": one.pictures, "Top 1": one.top1, "Most often taken for": one.mistaken_for}
            for one in found.per_class
        ]
    )
    st.dataframe(
        frame, hide_index=True, column_config={"Top 1": _PERCENT}, height=380 if len(frame) > 10 else "content"
    )


def _draw_index(run: Run) -> None:
    found: IndexQuality | None = run.index
    if found is None:
        return
    evaluate_charts.draw_index(found)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for one in found.figures:
        row = rows.setdefault((one.kind, one.setting), {"Index": one.kind, "Setting": one.setting})
        name = "all pictures" if one.passing == 1 else f"{one.passing:.1%} pass"
        row[f"{name}: %"], row[f"{name}: ms"] = one.recall, one.milliseconds
    frame = pd.DataFrame(rows.values())
    columns = {
        name: st.column_config.NumberColumn(format="%.1f" if name.endswith("%") else "%.2f")
        for name in frame.columns[2:]
    }
    st.dataframe(frame, hide_index=True, column_config=columns)
    built = " · ".join(
        f"{one.kind} ({one.setting}): {words.seconds(one.seconds)}, {words.size(one.size_bytes)}"
        for one in found.builds
    )
    st.caption(f"Built in: {built}. {found.queries:,} queries, {words.count(found.threads, 'thread')}.")
    if found.searched < 100_000:
        st.caption(
            f"Of {words.count(found.searched, 'picture')} exact search is quick; approximate indexes pay past some "
            "hundred thousand. This program always searches exactly."
        )


def _table(figures: Sequence[Figure], head: str) -> None:
    """A line for each subject, a column for each measure, intervals in brackets."""
    rows: dict[str, dict[str, str]] = {}
    for one in figures:
        value = "never" if one.value is None else f"{one.value:.1f}"
        ends = _ends(one)
        rows.setdefault(one.subject, {head: one.subject})[one.measure] = f"{value} ({ends})" if ends else value
    st.dataframe(pd.DataFrame(rows.values()), hide_index=True)


def _ends(one: Figure) -> str | None:
    if one.low is None and one.high is None:
        return None
    low, high = ("never" if end is None else f"{end:.1f}" for end in (one.low, one.high))
    return f"{low} – {high}"


_DRAWN: dict[Part, Callable[[Run], None]] = {
    Part.CAPTIONS: _draw_captions,
    Part.CLASSES: _draw_classes,
    Part.ZERO_SHOT: _draw_zero_shot,
    Part.INDEX: _draw_index,
}
