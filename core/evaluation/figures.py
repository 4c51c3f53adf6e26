"""A run as a flat list of figures: what is shown, compared with another run, and taken away as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core import spreadsheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.evaluation.intervals import Interval
    from core.evaluation.measuring import Run

RANKING_NAMES = {"image": "image ranking", "caption": "caption ranking", "fused": "fused ranking"}
_COLUMNS = ("run", "collection", "model", "part", "subject", "measure", "value", "unit", "low", "high")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a run: `part` of the run, `subject` (a direction, a template, an index), `measure`, and its 95 %
    interval where there is one. `value` is None for a rank that is never found. Of most figures more is better;
    `less_is_better` says where not."""

    part: str
    subject: str
    measure: str
    value: float | None
    unit: str = "%"
    low: float | None = None
    high: float | None = None
    less_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that two runs have. `change` is second less first; `apart` says that both have intervals and that these
    do not overlap, which is a cautious sign of a real difference."""

    first: Figure
    second: Figure

    @property
    def change(self) -> float | None:
        if self.first.value is None or self.second.value is None:
            return None
        return self.second.value - self.first.value

    @property
    def apart(self) -> bool:
        ends = (self.first.low, self.first.high, self.second.low, self.second.high)
        if any(end is None for end in ends):
            return False
        low, high, other_low, other_high = (float(end) for end in ends if end is not None)
        return high < other_low or other_high < low

    @property
    def better(self) -> bool | None:
        """Whether the second is the better one; None where they are equal or cannot be compared."""
        if not self.change:
            return None
        return (self.change > 0) is not self.first.less_is_better


def figures_of(run: Run) -> tuple[Figure, ...]:
    """Every headline figure, in the order of the parts; those of single classes are left to their own tables."""
    return tuple(_figures(run))


def compare(first: Run, second: Run) -> tuple[Difference, ...]:
    """The figures that both runs have, in the order of the first."""
    others = {(one.part, one.subject, one.measure): one for one in figures_of(second)}
    return tuple(
        Difference(one, others[key])
        for one in figures_of(first)
        if (key := (one.part, one.subject, one.measure)) in others
    )


def why_not_alike(first: Run, second: Run) -> tuple[str, ...]:
    """What, besides the model, differs between two runs and so stands behind their differences."""
    found = []
    one, other = first.collection, second.collection
    if (one.pictures, one.captions) != (other.pictures, other.captions):
        found.append(
            f"{one.pictures:,} pictures and {one.captions:,} captions against {other.pictures:,} and {other.captions:,}"
        )
    for name in ("seed", "query_share", "templates", "k"):
        if getattr(first.settings, name) != getattr(second.settings, name):
            found.append(f"another {name.replace('_', ' ')}")
    return tuple(found)


def to_csv(runs: Sequence[Run]) -> str:
    """The figures of runs, one a line."""
    return spreadsheet.csv_text(_COLUMNS, (_row(run, figure) for run in runs for figure in figures_of(run)))


def classes_csv(run: Run) -> str:
    """The classes of a run, one a line; empty but for the header where classes were not measured."""
    columns = ("name", "queries", "relevant", "p1", "p10", "average_precision", "chance")
    rows = run.classes.per_class if run.classes else ()
    return spreadsheet.csv_text(columns, ({name: getattr(one, name) for name in columns} for one in rows))


def _row(run: Run, figure: Figure) -> dict[str, Any]:
    return {
        "run": run.run_id,
        "collection": run.collection.name,
        "model": run.collection.encoder.model,
        "part": figure.part,
        "subject": figure.subject,
        "measure": figure.measure,
        "value": "" if figure.value is None else figure.value,
        "unit": figure.unit,
        "low": "" if figure.low is None else figure.low,
        "high": "" if figure.high is None else figure.high,
    }


def _figures(run: Run) -> Iterator[Figure]:
    if run.captions:
        rows = [(f"text to image, {RANKING_NAMES[by]}", one) for by, one in run.captions.text_to_image.items()]
        if run.captions.image_to_text:
            rows.append(("image to text", run.captions.image_to_text))
        for subject, recall in rows:
            shares = (("R@1", recall.r1), ("R@5", recall.r5), ("R@10", recall.r10), ("MRR", recall.mrr))
            for measure, value in shares:
                yield Figure("captions", subject, measure, value, "%", *_ends(recall.intervals, measure))
            ends = _ends(recall.intervals, "median_rank")
            yield Figure("captions", subject, "median rank", recall.median_rank, "", *ends, less_is_better=True)
    if run.classes:
        figures = run.classes.to_dict()
        for measure in ("P@1", "P@5", "P@10", "R@10", "mAP"):
            yield Figure(
                "classes", "image to image", measure, figures[measure], "%", *_ends(run.classes.intervals, measure)
            )
    if run.zero_shot:
        for one in run.zero_shot.templates:
            low, high = (one.top1_interval.low, one.top1_interval.high) if one.top1_interval else (None, None)
            yield Figure("zero-shot", one.template, "top 1", one.top1, "%", low, high)
            yield Figure("zero-shot", one.template, "top 5", one.top5)
            yield Figure("zero-shot", one.template, "mean of classes", one.class_mean)
            yield Figure("zero-shot", one.template, "mAP", one.mean_average_precision)
    if run.index:
        for row in run.index.figures:
            passing = "" if row.passing == 1 else f", a filter passes {row.passing:.1%}"
            subject = f"{row.kind}, {row.setting}{passing}"
            yield Figure("index", subject, f"recall@{run.index.k}", row.recall)
            yield Figure("index", subject, "time", row.milliseconds, "ms", less_is_better=True)


def _ends(intervals: Mapping[str, Interval], name: str) -> tuple[float | None, float | None]:
    found = intervals.get(name)
    return (found.low, found.high) if found else (None, None)
