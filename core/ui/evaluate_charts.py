"""The charts of Evaluate and of Compare models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd
import streamlit as st

if TYPE_CHECKING:
    from core.evaluation import ClassRetrieval, Difference, Figure, IndexQuality

MOST_CLASSES = 30
"""Classes of a chart: more would be unreadable, and the table has them all."""
_CONFUSED = 16


def draw_bars(figures: Sequence[Figure], *, chance: float | None = None, height: int = 300) -> None:
    """Percents as bars with their intervals: a group for each measure, a colour for each subject."""
    frame = pd.DataFrame(
        [
            {"measure": one.measure, "subject": one.subject, "value": one.value, "low": one.low, "high": one.high}
            for one in figures
            if one.unit == "%" and one.value is not None
        ]
    )
    draw_frame(frame, chance=chance, height=height)


def draw_frame(frame: pd.DataFrame, *, chance: float | None = None, height: int = 300) -> None:
    """As `draw_bars`, from columns measure, subject, value, low and high."""
    measures, subjects = list(dict.fromkeys(frame["measure"])), list(dict.fromkeys(frame["subject"]))
    x = alt.X("measure:N", sort=measures, title=None, axis=alt.Axis(labelAngle=0))
    offset = alt.XOffset("subject:N", sort=subjects)
    legend = alt.Legend(orient="bottom", title=None, columns=1, labelLimit=300) if len(subjects) > 1 else None
    tips = [
        alt.Tooltip("subject:N", title=" "),
        alt.Tooltip("measure:N", title="measure"),
        alt.Tooltip("value:Q", title="%", format=".1f"),
        alt.Tooltip("low:Q", title="from", format=".1f"),
        alt.Tooltip("high:Q", title="to", format=".1f"),
    ]
    base = alt.Chart(frame).encode(x=x, xOffset=offset, tooltip=tips)
    bars = base.mark_bar(cornerRadiusTopLeft=3, cornerRadiusTopRight=3).encode(
        y=alt.Y("value:Q", title="%", scale=alt.Scale(domain=[0, 100])),
        color=alt.Color("subject:N", sort=subjects, legend=legend),
    )
    ends = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2, color="#8a9693")
    layers: list[Any] = [bars, ends.encode(y=alt.Y("low:Q", title="%"), y2="high:Q")]
    if chance is not None:
        level = pd.DataFrame({"value": [chance], "text": [f"chance {chance:.1f}"]})
        rule = alt.Chart(level).mark_rule(strokeDash=[5, 4], color="#8a9693").encode(y="value:Q")
        layers.append(rule.encode(tooltip=alt.Tooltip("text:N", title=" ")))
    st.altair_chart(alt.layer(*layers).properties(height=height), width="stretch")


def draw_comparison(differences: Sequence[Difference], names: tuple[str, str]) -> None:
    """The percents of two runs, one line each, with their intervals. Too many figures are left to the table."""
    rows = []
    for one in differences:
        for name, figure in zip(names, (one.first, one.second), strict=True):
            if figure.unit == "%" and figure.part != "index" and figure.value is not None:
                what = f"{figure.subject}: {figure.measure}"
                rows.append({"what": what, "run": name, "value": figure.value, "low": figure.low, "high": figure.high})
    if not rows:
        return
    frame = pd.DataFrame(rows)
    order = list(dict.fromkeys(frame["what"]))
    y = alt.Y("what:N", sort=order, title=None, axis=alt.Axis(labelLimit=230))
    offset = alt.YOffset("run:N", sort=list(names))
    colour = alt.Color("run:N", sort=list(names), legend=alt.Legend(orient="top", title=None))
    base = alt.Chart(frame).encode(y=y, yOffset=offset, color=colour)
    ends = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=3, opacity=0.5)
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=alt.X("value:Q", title="%", scale=alt.Scale(domain=[0, 100])),
        shape=alt.Shape("run:N", sort=list(names), legend=None),
        tooltip=["what:N", "run:N", alt.Tooltip("value:Q", format=".1f")],
    )
    chart = alt.layer(ends.encode(x=alt.X("low:Q", title="%"), x2="high:Q"), dots)
    st.altair_chart(chart.properties(height=34 * len(order) + 60), width="stretch")


def draw_classes(found: ClassRetrieval) -> None:
    """Average precision of the best and the worst classes."""
    ranked = sorted(found.per_class, key=lambda one: -one.average_precision)
    half = MOST_CLASSES // 2
    shown = ranked if len(ranked) <= MOST_CLASSES else [*ranked[:half], *ranked[-half:]]
    frame = pd.DataFrame(
        [{"class": one.name, "mAP": one.average_precision, "queries": one.queries, "P@10": one.p10} for one in shown]
    )
    if len(ranked) > MOST_CLASSES:
        st.caption(f"The {half} best and the {half} worst of {len(ranked):,} classes; the table below has all.")
    chart = (
        alt.Chart(frame)
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            x=alt.X("mAP:Q", title="mAP, %", scale=alt.Scale(domain=[0, 100])),
            y=alt.Y("class:N", sort=frame["class"].to_list(), title=None, axis=alt.Axis(labelLimit=140)),
            tooltip=["class:N", alt.Tooltip("mAP:Q", format=".1f"), alt.Tooltip("P@10:Q", format=".1f"), "queries:Q"],
        )
    )
    st.altair_chart(chart.properties(height=22 * len(shown) + 40), width="stretch")


def draw_confusions(found: ClassRetrieval) -> None:
    """The classes that are confused most, each against each."""
    wrong: Counter[str] = Counter()
    for one in found.confusions:
        if one.name != one.found:
            wrong[one.name] += one.share  # type: ignore[assignment]  # a share: Counter adds any number
            wrong[one.found] += one.share  # type: ignore[assignment]
    names = sorted(name for name, _ in wrong.most_common(_CONFUSED))
    frame = pd.DataFrame(
        [
            {"query": one.name, "found": one.found, "share": one.share}
            for one in found.confusions
            if one.name in names and one.found in names
        ],
        columns=["query", "found", "share"],
    )
    if frame.empty:
        st.caption("No class was taken for another.")
        return
    axis = alt.Axis(labelLimit=100, labelOverlap=False)
    below = alt.Axis(labelLimit=100, labelAngle=-60, labelOverlap=False)
    chart = (
        alt.Chart(frame)
        .mark_rect(cornerRadius=2)
        .encode(
            x=alt.X(
                "found:N",
                sort=names,
                title="class of the pictures found",
                axis=below,
            ),
            y=alt.Y("query:N", sort=names, title="class of the query", axis=axis),
            opacity=alt.Opacity("share:Q", title="%", scale=alt.Scale(domain=[0, 100], range=[0.12, 1])),
            tooltip=["query:N", "found:N", alt.Tooltip("share:Q", title="% of the first 10", format=".1f")],
        )
    )
    st.altair_chart(chart.properties(height=26 * len(names) + 110), width="stretch")


def draw_index(found: IndexQuality) -> None:
    """What is found against the time it takes, and what filters do to it."""
    frame = pd.DataFrame(
        [
            {
                "index": one.kind,
                "setting": one.setting,
                "passing": "all" if one.passing == 1 else f"{one.passing:.1%}",
                "recall": one.recall,
                "ms": one.milliseconds,
            }
            for one in found.figures
        ]
    )
    shares = sorted({one.passing for one in found.figures}, reverse=True)
    order = ["all" if share == 1 else f"{share:.1%}" for share in shares]
    kinds = list(dict.fromkeys(frame["index"]))
    colour = alt.Color("index:N", sort=kinds, legend=alt.Legend(orient="bottom", title=None))
    percent = alt.Y("recall:Q", title=f"recall@{found.k}, %", scale=alt.Scale(domain=[0, 100]))
    tips: list[Any] = [
        "index:N",
        "setting:N",
        "passing:N",
        alt.Tooltip("recall:Q", format=".1f"),
        alt.Tooltip("ms:Q", format=".3f"),
    ]
    base = alt.Chart(frame).encode(color=colour, tooltip=tips)
    left, right = st.columns(2)
    with left:
        st.caption("Without a filter: what is found against the time of a query")
        dots = base.transform_filter(alt.datum.passing == "all").mark_point(filled=True, size=110, opacity=0.9)
        shape = alt.Shape("index:N", sort=kinds, legend=None)
        time = alt.X("ms:Q", title="ms a query", scale=alt.Scale(zero=True))
        st.altair_chart(dots.encode(x=time, y=percent, shape=shape).properties(height=300), width="stretch")
    with right:
        st.caption("With a filter: the fewer pictures pass, the more the index misses")
        lines = base.mark_line(point=True).encode(
            x=alt.X("passing:O", sort=order, title="pictures that pass", axis=alt.Axis(labelAngle=0)),
            y=percent,
            detail="setting:N",
        )
        st.altair_chart(lines.properties(height=300), width="stretch")
