"""The controls of Evaluate: what to measure, how, and the measuring itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core import errors, evaluation
from core.evaluation import Part, Settings
from core.ui import evaluate_runs, loaders, states, words

if TYPE_CHECKING:
    from core.collection import Collection
    from core.progress import Progress

PART_NAMES = {
    Part.CAPTIONS: "Captions",
    Part.CLASSES: "Classes",
    Part.ZERO_SHOT: "Class names",
    Part.INDEX: "Index",
}
_ASKS = {
    Part.CAPTIONS: "Does a caption find its own picture, and a picture its own captions?",
    Part.CLASSES: "Does a picture find others of its class?",
    Part.ZERO_SHOT: "Can the model name a picture's class when it is told only the names? Loads the model.",
    Part.INDEX: "What would an approximate index miss, and how fast would it be?",
}
_MEANINGS = """
**Captions.** *R@K* (hit rate): of 100 captions typed as queries, how many have their own picture among the first K.
*Median rank*: half of the queries find it at this rank or better. *MRR*: the mean of 1 / rank; 100 % is always first.

**Classes.** *P@K*: of the first K pictures, how many show the query's class. *R@K*: of all pictures that show it, how
many are among the first K; where 60 are right, R@10 cannot pass 17 %. *mAP*: both in one number, over the whole
ranking. The pictures are split: some of each class are queries, the others are searched, so that no picture is asked to
find itself.

**Class names** (zero-shot). The names are put into a sentence and read by the model; a picture gets the class whose
sentence is nearest. No example picture is used.

**Index.** An approximate index looks at some of the pictures only. *recall@K*: of the K pictures that exact search
finds, how many the index finds too.

**The interval** beside a figure (95 %) says how far it would move with other queries of the same kind. Two models whose
intervals overlap may well be equally good. **Chance** is what blind guessing would reach: a figure without it says
little.
"""


def ask(opened: Collection) -> Settings | None:
    """Draw the controls; returns what to measure at the moment its button is pressed, else None."""
    impossible = _cannot_measure(opened, loaders.key_of(opened))
    possible = [part for part in PART_NAMES if part not in impossible]
    with st.container(horizontal=True, vertical_alignment="bottom", key="evaluate-options"):
        chosen = st.pills(
            "Measure",
            possible,
            selection_mode="multi",
            default=[part for part in possible if part in (Part.CAPTIONS, Part.CLASSES)],
            format_func=PART_NAMES.__getitem__,
            key=f"parts-{opened.name}",
            help="  \n".join(f"**{PART_NAMES[part]}**: {_ASKS[part]}" for part in PART_NAMES),
        )
        with st.popover("Settings", icon=":material/tune:"):
            settings = _settings(tuple(chosen))
        pressed = st.button("Measure", type="primary", icon=":material/play_arrow:", disabled=not chosen)
    if impossible:
        reasons = [f"{PART_NAMES[part]}: {words.plain(reason)}" for part, reason in impossible.items()]
        st.caption("Not to be measured here. " + ". ".join(reasons) + ".")
    with st.expander("What the figures mean", icon=":material/school:"):
        st.markdown(_MEANINGS)
    return settings if pressed else None


def measure(opened: Collection, settings: Settings) -> None:
    """Measure, keep the run and show it. Whatever the visitor does meanwhile stops it."""
    bar = st.progress(0.0, "Beginning…")
    st.caption("Leaving this page or changing anything on it stops the measurement.")

    def report(at: Progress) -> None:
        share = at.done / at.total if at.total else 0.0
        counted = f": {at.done:,} of {words.count(at.total, at.unit.removesuffix('s'))}" if at.total else "…"
        bar.progress(min(1.0, share), f"{at.stage}{counted}")

    run = evaluation.measure(opened.store, settings, reader=lambda: opened.encoder, report=report)
    try:
        evaluation.save_run(loaders.settings().db, run)
    except errors.StoreWriteError as error:
        evaluate_runs.show_unsaved(run, str(error))
    else:
        evaluate_runs.show(run)
    st.rerun()


def draw_first_visit(opened: Collection) -> None:
    """There is no run of this collection yet."""
    if len(_cannot_measure(opened, loaders.key_of(opened))) == len(PART_NAMES):
        states.hint(
            "There is nothing to measure yet",
            "Figures need captions, or pictures of several classes: build the collection with `--captions`, "
            "`--instances` or `--labels-from-folders`.",
            "monitoring",
        )
        return
    states.hint(
        "Nothing measured yet",
        "Choose above what to measure and press **Measure**. Every run is kept with its settings, so that it can be "
        "repeated and compared, also from the command line: `python -m core evaluate`.",
        "monitoring",
    )


def _settings(parts: tuple[Part, ...]) -> Settings:
    usual = Settings()
    seed = st.number_input(
        "Seed", 0, 2**31, usual.seed, key="evaluate-seed", help="Decides everything drawn by chance."
    )
    share = st.slider("Queries of each class, %", 5, 50, round(100 * usual.query_share), 5, key="evaluate-share")
    resamples = st.select_slider(
        "Redrawn queries for the intervals", [0, 200, 1000, 5000], usual.resamples, key="evaluate-resamples"
    )
    typed = st.text_area(
        "Prompt templates, one a line",
        "\n".join(usual.templates),
        key="evaluate-templates",
        help="For class names: `{}` is where the name goes. Several are also tried together.",
    )
    st.button("OpenAI's seven templates", on_click=_clip_templates, type="tertiary", icon=":material/list:")
    k = st.number_input("Neighbours an index should find", 1, 100, usual.k, key="evaluate-k")
    titles = {"": "None of these"} | {one.key: one.title for one in evaluation.DATA_SETS}
    data_set = st.selectbox(
        "These pictures are the test set",
        list(titles),
        format_func=titles.__getitem__,
        key="evaluate-data",
        help="Then published figures of the same model, where we know of any, are shown beside ours.",
    )
    templates = tuple(line.strip() for line in typed.splitlines() if line.strip()) or usual.templates
    return Settings(parts, int(seed), int(resamples), share / 100, templates, int(k), data_set or "")


def _clip_templates() -> None:
    st.session_state["evaluate-templates"] = "\n".join(evaluation.CLIP_TEMPLATES)


@loaders.per_collection(max_entries=8)
def _cannot_measure(_opened: Collection, key: str) -> dict[Part, str]:
    return evaluation.cannot_measure(_opened.store)
