"""The parts of Home: the collection in numbers, the way to a search, the pages, a handful of pictures, the system."""

from __future__ import annotations

import importlib.metadata
import platform
import random
from typing import TYPE_CHECKING

import streamlit as st

from core import threads
from core.ui import links, loaders, results, words

if TYPE_CHECKING:
    from core.collection import Collection

HANDFUL = 12
_IN_A_ROW = 4
_PAGES = (
    ("pages/1_Text_Search.py", "Text search", "search", "Describe a picture in words; rank by image, caption or both."),
    ("pages/2_Image_Search.py", "Image search", "image_search", "Show a picture, find what looks like it."),
    ("pages/3_Browse_Dataset.py", "Browse dataset", "photo_library", "Every picture, by category and caption words."),
    ("pages/4_Embedding_Explorer.py", "Embedding explorer", "scatter_plot", "See the collection as a map."),
    ("pages/5_Audit.py", "Audit", "troubleshoot", "Find duplicates, strangers and wrong captions."),
    ("pages/6_Evaluate.py", "Evaluate", "monitoring", "Measure how good the answers are, and keep the figures."),
    ("pages/7_Compare.py", "Compare models", "view_column", "Several models over the same pictures, side by side."),
    ("pages/9_Build.py", "Build", "construction", "Make a collection of your own pictures; keep yours in order."),
)
_LIBRARIES = ("streamlit", "torch", "open_clip_torch", "faiss-cpu", "numpy", "pillow")


def search_box() -> None:
    """A query typed here is asked on Text Search."""
    with st.form("home-search", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(
            "Search this collection",
            key="home_query",
            type="search",
            placeholder="What should be in the picture?",
            max_chars=links.MAX_QUERY,
        )
        asked = st.form_submit_button("Search", icon=":material/search:", type="primary")
    text = links.line(typed or "")
    if asked and text:
        st.session_state["q"] = text
        st.switch_page("pages/1_Text_Search.py", query_params={"q": text, **links.carried()})


def numbers(opened: Collection) -> None:
    """How much there is, and what it is searched with."""
    manifest = opened.store.manifest
    size = sum(entry.size for name, entry in manifest.files.items() if name.endswith(".index"))
    cells = (
        ("Pictures", f"{manifest.images:,}"),
        ("Captions", f"{manifest.captions:,}"),
        ("Categories", f"{len(opened.store.categories):,}"),
        ("Dimensions", f"{manifest.dim:,}"),
        ("Index", f"{manifest.index_kind}, {words.size(size)}"),
        ("Model", words.plain(manifest.encoder.model)),
    )
    with st.container(horizontal=True, gap="small", key="home-numbers"):
        for label, value in cells:
            st.metric(label, value, border=True, width="stretch")


def page_cards() -> None:
    """The pages with one sentence each."""
    with st.container(key="page-cards"):
        places = [place for _ in range(0, len(_PAGES), _IN_A_ROW) for place in st.columns(_IN_A_ROW)]
    for place, (path, title, icon, text) in zip(places, _PAGES, strict=False):
        with place, st.container(border=True, height="stretch", gap="xsmall"):
            st.page_link(path, label=f"**{title}**", icon=f":material/{icon}:", width="stretch")
            st.caption(text)


def handful(opened: Collection) -> None:
    """Twelve random pictures, others at each shuffle."""
    with st.container(horizontal=True, vertical_alignment="center", key="handful"):
        st.subheader("A handful of pictures", anchor=False)
        st.button("Shuffle", icon=":material/shuffle:", key="shuffle-home", type="tertiary", on_click=_shuffle)
    records = opened.store.records
    chance = random.Random(st.session_state.get("handful_seed", 0))
    chosen = chance.sample(range(len(records)), min(HANDFUL, len(records)))
    results.draw_records(opened, [records[row] for row in chosen], "handful", "A handful of pictures", cell=138)


def system_panel(opened: Collection | None = None) -> None:
    """Versions, device and the thread limits in force, for a bug report."""
    with st.expander("System", icon=":material/memory:"):
        device = "chosen when the model is loaded"
        if opened is not None and loaders.encoder_ready(opened):
            device = opened.encoder.device
        limits = threads.in_force()
        rows = {"Device": device, "Threads": f"{limits.threads} of {words.count(limits.cores, 'core')}"}
        rows |= {variable.name: f"{variable.value} ({variable.chosen_by})" for variable in limits if variable.value}
        rows |= {"Python": platform.python_version(), **{name: _version(name) for name in _LIBRARIES}}
        rows |= {"Collections in": str(loaders.settings().db)}
        st.table([{"Setting": name, "Value": words.plain(value)} for name, value in rows.items()], hide_index=True)


def _shuffle() -> None:
    st.session_state["handful_seed"] = st.session_state.get("handful_seed", 0) + 1


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
