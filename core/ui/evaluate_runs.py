"""The saved runs of Evaluate: which one is shown, which one is set beside it, and the two compared."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core import evaluation
from core.evaluation import Run, SavedRun
from core.ui import downloads, evaluate_charts, links, loaders, words

if TYPE_CHECKING:
    from core.collection import Collection

_UNSAVED = "unsaved_run"
_NONE = ""


def show(run: Run) -> None:
    """Make `run`, which was just saved, the one that is shown."""
    st.session_state.pop(_UNSAVED, None)
    links.put("run", run.run_id)
    links.put("beside", None)


def show_unsaved(run: Run, reason: str) -> None:
    """Show a run that could not be saved, once, with the reason."""
    st.session_state[_UNSAVED] = (run, reason)
    links.put("run", None)
    links.put("beside", None)


def choose(opened: Collection) -> tuple[Run | None, Run | None]:
    """Draw the choice among the saved runs; returns the one to show, None where there is none of this collection, and
    the one to set beside it, None where none is chosen."""
    if _UNSAVED in st.session_state:
        run, reason = st.session_state[_UNSAVED]
        if run.collection.name == opened.name:
            st.warning(f"This run is shown but not kept. {words.plain(reason)}", icon=":material/save_as:")
            return run, None
    found = _saved()
    broken = [one for one in found if one.run is None]
    known = {one.run_id: one.run for one in found if one.run is not None}
    own = [run_id for run_id, run in known.items() if run.collection.name == opened.name]
    if broken:
        listed = "  \n".join(words.plain(f"{one.run_id}: {one.problem}") for one in broken[:3])
        st.warning(
            f"{words.count(len(broken), 'saved run')} cannot be read.  \n{listed}", icon=":material/broken_image:"
        )
    if not own:
        return None, None
    asked = links.keep("run", lambda raw: raw if raw in known else None)
    shown = asked if asked in own else own[0]
    others = [_NONE, *(run_id for run_id in known if run_id != shown)]
    beside = links.keep("beside", lambda raw: raw if raw in others else None) or _NONE
    st.session_state["run_box"], st.session_state["beside_box"] = shown, beside
    with st.container(horizontal=True, key="run-choice"):
        st.selectbox("Run", own, format_func=lambda one: _title(known[one]), key="run_box", on_change=_chosen)
        st.selectbox(
            "Compare with",
            others,
            format_func=lambda one: _title(known[one], opened.name) if one else "nothing",
            key="beside_box",
            on_change=_chosen,
        )
    return known[shown], known[beside] if beside else None


def draw_head(run: Run, other: Run | None) -> None:
    """What the run is of, how to repeat it, and its downloads."""
    one = run.collection
    notes = [
        f"{words.plain(one.encoder.model)} ({words.plain(one.encoder.weights)})",
        f"{words.count(one.pictures, 'picture')}, {words.count(one.captions, 'caption')}",
        f"seed {run.settings.seed}",
        f"took {words.seconds(run.seconds)}",
    ]
    with st.container(horizontal=True, vertical_alignment="center", key="run-head"):
        st.caption(" · ".join(notes), width="stretch")
        runs = [run] if other is None else [run, other]
        downloads.of_evaluation(runs, "evaluation")
        if other is None:
            st.button(
                "Remove",
                icon=":material/delete:",
                type="tertiary",
                key="remove-run",
                on_click=_remove,
                args=(run.run_id,),
            )
    with st.expander("Everything needed to repeat it", icon=":material/replay:"):
        st.code(run.command, language="bash")
        versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
        rows = {
            "Measured": run.started_at,
            "Collection": f"{one.name}, built {one.created_at}, changed {one.changed_at}",
            "Sum of its files": one.files,
            "Model": f"{one.encoder.model}, {one.encoder.weights}, {one.encoder.fingerprint}",
            "Versions": versions,
            "Machine": ", ".join(f"{name} {value}" for name, value in run.machine.items()),
        }
        st.table([{"What": name, "Value": words.plain(value)} for name, value in rows.items()], hide_index=True)


def draw_comparison(run: Run, other: Run) -> None:
    """Figures that both runs have, side by side."""
    st.subheader("Two runs side by side", anchor=False)
    names = _names(run, other)
    for reason in evaluation.why_not_alike(run, other):
        st.warning(f"Not measured alike: {words.plain(reason)}.", icon=":material/balance:")
    differences = evaluation.compare(run, other)
    if not differences:
        st.info("The two runs have no figure in common. Measure the same parts of both.", icon=":material/info:")
        return
    evaluate_charts.draw_comparison(differences, names)
    rows = [
        {
            "Of": f"{one.first.part}: {one.first.subject}",
            "Measure": one.first.measure,
            names[0]: one.first.value,
            names[1]: one.second.value,
            "Change": one.change,
            "Verdict": _verdict(one.better, one.apart),
        }
        for one in differences
    ]
    numbers = st.column_config.NumberColumn(format="%.2f")
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config=dict.fromkeys((*names, "Change"), numbers),
        height="content" if len(rows) <= 30 else 600,
    )
    st.caption(
        f"Change and verdict are of {words.plain(names[1])} against {words.plain(names[0])}. "
        "“Clearly” means that the two 95 % intervals do not overlap, which is a cautious sign. Where they overlap the "
        "difference may be chance."
    )


def _verdict(better: bool | None, apart: bool) -> str:
    if better is None:
        return "equal"
    return f"{'clearly ' if apart else ''}{'better' if better else 'worse'}"


def _names(run: Run, other: Run) -> tuple[str, str]:
    """Short names of two runs that tell them apart."""
    for of in (
        lambda one: one.collection.encoder.model,
        lambda one: one.collection.name,
        lambda one: f"{one.collection.name} {one.started_at[:16].replace('T', ' ')}",
    ):
        first, second = of(run), of(other)
        if first != second:
            return first, second
    return "first", "second"


def _title(run: Run, own: str | None = None) -> str:
    """A run as the lists name it; with the collection where it is not `own`."""
    moment = datetime.fromisoformat(run.started_at).astimezone()
    parts = ", ".join(run.settings.parts)
    whose = f"{run.collection.name} · " if own is not None else ""
    return f"{whose}{words.day(run.started_at)} {moment:%H:%M} · {run.collection.encoder.model} · {parts}"


def _chosen() -> None:
    st.session_state.pop(_UNSAVED, None)
    links.put("run", st.session_state["run_box"])
    links.put("beside", st.session_state["beside_box"] or None)


def _remove(run_id: str) -> None:
    st.session_state.pop(_UNSAVED, None)
    if any(one.run_id == run_id for one in _saved()):
        evaluation.remove_run(loaders.settings().db, run_id)
    links.put("run", None)


def _saved() -> tuple[SavedRun, ...]:
    """The runs on disk, read again when a file came, went or changed."""
    db = loaders.settings().db
    folder = db / evaluation.RUNS_FOLDER
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    stamp = tuple((path.name, path.stat().st_mtime_ns) for path in files)
    return _read(db, stamp)


@st.cache_resource(max_entries=2, show_spinner=False)
def _read(db: Path, stamp: tuple[tuple[str, int], ...]) -> tuple[SavedRun, ...]:
    return evaluation.list_runs(db)
