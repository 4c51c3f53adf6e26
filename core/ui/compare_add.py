"""A further collection of the open one's pictures by another model, built at a click or by a command."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core import errors, store
from core.ui import attempts, build_job, build_model, build_source, loaders, states, words
from core.ui.build_job import Wanted

if TYPE_CHECKING:
    from core.collection import Collection

_MODELS = ("cnn-small", "vit-small", "timm:resnet50", "timm:vit_base_patch16_224")


def draw_how_to_begin(opened: Collection) -> None:
    """There is no other collection of these pictures yet: what it is good for, and the models on offer."""
    states.hint(
        "Encode these pictures with another model",
        "Build a second collection from the same picture folder, with a CNN or a ViT for instance. Both then stand "
        "here side by side: the hits of one picture, where they disagree, and how well each finds the classes.",
        "view_column",
    )
    _draw_offers(opened, _left(opened))


def draw_more(opened: Collection) -> None:
    """Folded away: the models that these pictures are not encoded with yet."""
    models = _left(opened)
    if models:
        with st.expander("Encode them with another model", icon=":material/add:"):
            _draw_offers(opened, models)


def _left(opened: Collection) -> tuple[str, ...]:
    there = {one.name for one in loaders.stores()}
    return tuple(model for model in _MODELS if _name(opened.name, model) not in there)


def _draw_offers(opened: Collection, models: tuple[str, ...]) -> None:
    reason = _refusal(opened)
    if reason is not None:
        st.caption(f"From here they cannot be built: {words.plain(reason)} The commands work in any case.")
    for model in models:
        _draw_offer(opened, model, can_build=reason is None)
    attempts.draw("compare-build")


def _draw_offer(opened: Collection, model: str, *, can_build: bool) -> None:
    name = _name(opened.name, model)
    with st.container(border=True):
        about, button = st.columns([5, 1], vertical_alignment="center")
        try:
            about.markdown(f"**{words.plain(model)}** · {build_model.told(build_model.cost_of(model, None))}")
        except errors.CocoLensError as error:
            about.markdown(f"**{words.plain(model)}** · {words.plain(str(error))}")
        if can_build:
            button.button(
                "Build it",
                icon=":material/construction:",
                key=f"compare-build-{model}",
                width="stretch",
                disabled=build_job.job().moment().running,
                help=f"Encodes the pictures anew, as the collection {name}",
                on_click=attempts.on_click,
                args=("compare-build", build_job.begin, _wanted(opened, model, name), loaders.settings()),
            )
        manifest = dataclasses.replace(
            opened.store.manifest, name=name, model=model, pretrained=None, text_encoder=None
        )
        st.code(store.rebuild_command(manifest, opened.store.folder), language="bash", wrap_lines=True)


def _refusal(opened: Collection) -> str | None:
    """Why these pictures cannot be built from here, if so: this server may only be told of some folders."""
    try:
        for path in _paths(opened):
            build_source.allowed(str(path))
    except errors.CocoLensError as error:
        return str(error)
    return None


def _paths(opened: Collection) -> list[Path]:
    source, folder = opened.store.manifest.source, opened.store.folder
    named = (source.images_root, source.captions, source.instances)
    return [store.resolved_path(one, folder) for one in named if one]


def _wanted(opened: Collection, model: str, name: str) -> Wanted:
    manifest, folder = opened.store.manifest, opened.store.folder
    source = manifest.source
    return Wanted(
        name=name,
        images=opened.store.images_root,
        captions=store.resolved_path(source.captions, folder) if source.captions else None,
        instances=store.resolved_path(source.instances, folder) if source.instances else None,
        labels=source.labels_from_folders,
        title=f"{manifest.title}, {model}" if manifest.title else None,
        model=model,
    )


def _name(collection: str, model: str) -> str:
    """A name for the same pictures by another model."""
    return f"{collection}-{model.removeprefix('timm:').replace('_', '-')}"[:64]
