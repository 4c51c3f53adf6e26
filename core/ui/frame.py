"""The frame of every page: title, icon, menu, collection, results per query, state of the index, and the boundary that
turns every error into a message."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from core.ui import components, links, loaders, quick_start, states, visit, words

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from core.collection import Collection
    from core.store import StoreSummary

MENU = (
    ("Home.py", "Home", "home"),
    ("pages/1_Text_Search.py", "Text search", "search"),
    ("pages/2_Image_Search.py", "Image search", "image_search"),
    ("pages/3_Browse_Dataset.py", "Browse dataset", "photo_library"),
    ("pages/4_Embedding_Explorer.py", "Embedding explorer", "scatter_plot"),
    ("pages/5_Audit.py", "Audit", "troubleshoot"),
    ("pages/6_Evaluate.py", "Evaluate", "monitoring"),
    ("pages/7_Compare.py", "Compare models", "view_column"),
    ("pages/8_Shelf.py", "Shelf", "star"),
    ("pages/9_Build.py", "Build", "construction"),
)

_STYLE = components.ASSETS / "page.css"


@contextmanager
def workshop(title: str, icon: str) -> Iterator[Collection | None]:
    """The frame around a page that also works while there is no collection, and while the chosen one cannot be opened:
    both give None. Otherwise as `page`."""
    _begin(title)
    opened, state = None, None
    try:
        opened, state = _sidebar()
    except Exception as error:
        with st.sidebar:
            states.show(error)
    _title(title, icon)
    try:
        yield opened
    except Exception as error:
        states.show(error)
    finally:
        if opened is not None and state is not None:
            _end(opened, state)


@contextmanager
def page(title: str, icon: str, *, overview: bool = False) -> Iterator[Collection]:
    """The frame around a page's own drawing; yields the open collection. An `overview` is headed by its title.

    Where there is no collection yet it shows how to make one and stops. Every error inside, the opening included, is
    shown as a message and ends the page.
    """
    _begin(title)
    try:
        opened, state = _sidebar()
    except Exception as error:
        _title(title, icon)
        states.show(error)
        st.stop()
    _title(opened.store.manifest.title if overview and opened is not None else title, icon)
    if opened is None or state is None:
        _no_collection()
    try:
        yield opened
    except Exception as error:
        states.show(error)
    finally:  # also when the page stops early
        _end(opened, state)


def _end(opened: Collection, state: DeltaGenerator) -> None:
    """What comes after a page is drawn: that may have loaded the model, and loading it before would have competed with
    the drawing for the interpreter."""
    state.caption(_index_state(opened))
    visit.draw_cookie(opened)
    loaders.warm_up(opened)


def _begin(title: str) -> None:
    st.set_page_config(page_title=f"{title} · Coco Lens", page_icon=str(components.ASSETS / "icon.svg"), layout="wide")
    st.html(_STYLE)
    links.enter_page(title)


def _no_collection() -> NoReturn:
    try:
        quick_start.draw()
    except Exception as error:
        states.show(error)
    st.stop()


def _title(title: str, icon: str) -> None:
    st.title(words.plain(title), icon=f":material/{icon}:", anchor=False)


def _sidebar() -> tuple[Collection, DeltaGenerator] | tuple[None, None]:
    """Draws it; gives the open collection, and the place of the lines on its index."""
    st.logo(str(components.ASSETS / "logo.svg"), size="large", icon_image=str(components.ASSETS / "icon.svg"))
    with st.sidebar:
        for path, label, icon in MENU:
            st.page_link(path, label=label, icon=f":material/{icon}:", width="stretch")
        st.divider()
        found = loaders.stores()
        if not found:
            st.caption("No collection yet.")
            return None, None
        name = _choose_collection(found)
        _choose_k()
        opened = loaders.collection(name)
        st.divider()
        state = st.empty()
        state.caption(_index_state(opened))
    return opened, state


def _choose_collection(found: tuple[StoreSummary, ...]) -> str:
    """The collection of the address or of this session, else the default one, else the first."""
    titles = {summary.name: summary.title or summary.name for summary in found}
    preferred = loaders.settings().default_collection
    default = preferred if preferred in titles else next(iter(titles))
    asked = links.keep("collection", lambda raw: raw if raw in titles else None)
    if asked is None and "collection" in st.query_params:
        st.warning("There is no collection of the name in this address.", icon=":material/link_off:")
        links.put("collection", None)
    st.session_state["collection_box"] = asked or default
    name: str = st.selectbox(
        "Collection",
        list(titles),
        format_func=titles.__getitem__,
        key="collection_box",
        on_change=_collection_chosen,
        args=(default,),
    )
    st.session_state["collection"] = None if name == default else name
    return name


def _collection_chosen(default: str) -> None:
    """The default one needs no mention in the address."""
    chosen = st.session_state["collection_box"]
    links.put("collection", None if chosen == default else chosen)


def _choose_k() -> None:
    links.seed("k", lambda raw: links.clamped(raw, links.MIN_K, links.MAX_K))
    st.slider(
        "Results per query",
        links.MIN_K,
        links.MAX_K,
        links.DEFAULT_K,
        key="k",
        bind="query-params",
        persist_state="session",
    )


def _index_state(opened: Collection) -> str:
    """Model, device and what the index holds: quiet, but always in sight."""
    manifest = opened.store.manifest
    device = f"on {opened.encoder.device}" if loaders.encoder_ready(opened) else "not loaded yet"
    lines = [f":material/neurology: {words.plain(manifest.encoder.model)} · {device}"]
    if manifest.text_encoder:
        lines.append(f":material/translate: captions read by {words.plain(manifest.text_encoder.spec.model)}")
    lines += [
        f":material/photo_library: {words.count(manifest.images, 'picture')}",
        f":material/notes: {words.count(manifest.captions, 'caption')}",
        f":material/database: {words.plain(manifest.index_kind)} index, {manifest.dim} dimensions",
        f":material/event: built {words.day(manifest.created_at)}",
    ]
    if manifest.skipped:
        lines.append(f":material/block: {words.count(manifest.skipped, 'picture')} skipped")
    return "  \n".join(lines)
