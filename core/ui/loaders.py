"""What the dashboard keeps between runs: settings, open collections, their encoders. All of it is bounded.

A collection is keyed by the sum of its manifest, so that a rebuilt one is picked up at the next run of a page; what was
derived from the old one is forgotten then, because it holds on to all of its vectors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import streamlit as st

from core import collection as collections
from core import config, store
from core.ui.warmup import Warmup

if TYPE_CHECKING:
    from core.collection import Collection

_P = ParamSpec("_P")
_R = TypeVar("_R")
_derived: list[Any] = []


def per_collection(max_entries: int) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """A cache of at most `max_entries` answers that is emptied when a collection was rebuilt."""

    def keep(function: Callable[_P, _R]) -> Callable[_P, _R]:
        cached = st.cache_resource(max_entries=max_entries, show_spinner=False)(function)
        _derived.append(cached)
        return cached

    return keep


@st.cache_resource(max_entries=1, show_spinner=False)
def settings() -> config.Settings:
    """Read once per process."""
    return config.Settings.from_environment()


@st.cache_data(max_entries=1, ttl=5, show_spinner=False)
def stores() -> tuple[store.StoreSummary, ...]:
    """The collections there are; read again after five seconds, so that a new one appears by itself."""
    return tuple(store.list_stores(settings().db))


def collection(name: str) -> Collection:
    """The open collection of that name, opened again when it was rebuilt. Raises `StoreError`."""
    stamp, known = _stamp(name), _known_stamps()
    if known.setdefault(name, stamp) != stamp:
        known[name] = stamp
        for remembered in _derived:
            remembered.clear()
    return _collection(name, stamp)


def encoder_ready(opened: Collection) -> bool:
    """True when a query will not have to wait for the model."""
    return _warmup(opened).ready


def warm_up(opened: Collection) -> None:
    """Begin to load the model of a collection, without waiting."""
    _warmup(opened).start()


def wait_for_encoder(opened: Collection) -> None:
    """Load the model now, telling the visitor. Raises what loading it raises (`EncoderError`, `StoreMisfitError`)."""
    warmup = _warmup(opened)
    # There with and without a wait: else what comes below would be built anew after the first one.
    around = st.container()
    if warmup.ready:
        return
    place = around.empty()
    with place.container():
        st.status("Loading the model: once after each start, mostly a few seconds…")
        st.skeleton(height=420)
    try:
        warmup.wait()
    finally:
        place.empty()


def key_of(opened: Collection) -> str:
    """What tells one opening of one version of a collection from every other."""
    return f"{opened.name}@{opened.store.manifest.created_at}@{id(opened)}"


def _stamp(name: str) -> str:
    """The sum of a collection's manifest; empty when there is none, and opening it says so."""
    try:
        return hashlib.blake2b((settings().db / name / "manifest.json").read_bytes(), digest_size=16).hexdigest()
    except OSError:
        return ""


@st.cache_resource(max_entries=1, show_spinner=False)
def _known_stamps() -> dict[str, str]:
    return {}


@per_collection(max_entries=4)
def _collection(name: str, stamp: str) -> Collection:
    return collections.open_collection(name, db=settings().db, device=settings().device)


def _warmup(opened: Collection) -> Warmup:
    return _warmup_of(opened, key_of(opened))


@per_collection(max_entries=4)
def _warmup_of(_opened: Collection, key: str) -> Warmup:
    return Warmup(_opened)
