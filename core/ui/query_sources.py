"""Where a query picture that is not of the collection comes from: a file, the camera, a sample, an address.

A picture is held as a small JPEG, whatever was uploaded: the upload is read once, shrunk, and let go.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core import errors, images, query, remote
from core.ui import gallery, links, loaders, pictures, query_state, samples, states, words

QUERY_SIDE = 1280  # pixels: models look at 224 to 448, and a part cut out of it still has that many
_MEGABYTE = 1_000_000
_TYPES = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"]
_ADD, _INSTEAD = "Add to the query", "Search with it instead"


def draw(*, choice: bool) -> None:
    """The sources. With `choice` the visitor says whether a picture joins the query or takes its place."""
    if st.session_state.get("picture_fault"):
        states.known(st.session_state.pop("picture_fault"))
    if choice:
        st.segmented_control("What to do with it", [_ADD, _INSTEAD], default=_ADD, required=True, key="picture_use")
    else:
        st.session_state.pop("picture_use", None)
    names = ["Upload", "Camera", "Samples", *(["Address"] if loaders.settings().url_queries else [])]
    source = st.segmented_control(
        "Picture from", names, default=names[0], required=True, key="source", label_visibility="collapsed"
    )
    if source == "Upload":
        _upload()
    elif source == "Camera":
        st.camera_input("Take a picture", key=_fresh("camera"), on_change=_take, args=("camera", "Photo taken now"))
    elif source == "Address":
        st.text_input("Address of a picture", type="url", key="picture_address", on_change=_fetch)
    else:
        _choose_sample()


def sample_term(name: str) -> query.Term | None:
    """The sample picture of that name as a term; None when there is none."""
    found = sample_pictures().get(name)
    return None if found is None else query.Term(query.File(_short(found.path)))


def sample_name(term: query.Term) -> str | None:
    """The name of the sample picture that a term is, at its plain weight; None for any other."""
    return next((name for name in sample_pictures() if sample_term(name) == term), None)


def sample_pictures() -> dict[str, samples.SamplePicture]:
    """The sample pictures by name."""
    return {one.name: one for one in pictures.sample_pictures()}


def _upload() -> None:
    limit = loaders.settings().max_upload_mb
    st.file_uploader(
        f"A picture, at most {limit} MB: choose it, drop it here, or paste it with Ctrl+V",
        type=_TYPES,
        key=_fresh("upload"),
        max_upload_size=limit,
        on_change=_take,
        args=("upload", "Uploaded picture"),
    )


def _choose_sample() -> None:
    found = sample_pictures()
    if not found:
        st.caption("There are no sample pictures in this installation.")
    cards = [
        gallery.Card(name, pictures.sample_thumbnail(one.path), alt=one.title, text=one.title)
        for name, one in found.items()
    ]
    chosen = gallery.draw(cards, "samples", "Sample pictures", cell=120, hint="Enter searches with it")
    term = None if chosen is None else sample_term(chosen)
    if term is not None:
        _use(term, sample=chosen)
        st.rerun()


def _take(widget: str, title: str) -> None:
    """Shrink what was given and empty the widget, so that the session holds one small picture and no upload."""
    given = st.session_state.get(_fresh(widget))
    if given is None:
        return
    encoded: bytes = given.getvalue()
    st.session_state[f"{widget}_number"] = st.session_state.get(f"{widget}_number", 0) + 1
    limit = loaders.settings().max_upload_mb
    if len(encoded) > limit * _MEGABYTE:
        fault = f"It has {words.size(len(encoded))}, over the limit of {limit} MB. Make it smaller and try again."
        st.session_state["picture_fault"] = errors.PictureTooLargeError(fault)
        return
    _keep(encoded, title)


def _fetch() -> None:
    """Fetch the picture of the address that was typed; the box is emptied, so that a reload asks for nothing."""
    address = st.session_state.pop("picture_address", "").strip()
    if not address:
        return
    try:
        encoded = remote.fetch_picture(address)
    except errors.PictureError as error:
        st.session_state["picture_fault"] = error
    else:
        _keep(encoded, "Picture from an address")


def _keep(encoded: bytes, title: str) -> None:
    try:
        small = images.encode_jpeg(images.open_image(encoded, max_side=QUERY_SIDE), 92)
    except errors.PictureError as error:
        st.session_state["picture_fault"] = error
        return
    _use(query.Term(query.Handed(small, title)))


def _use(term: query.Term, *, sample: str | None = None) -> None:
    """Make a picture part of the query, or the only picture of it; its words stay. A sample that is the only picture
    is named in the address."""
    if st.session_state.get("picture_use") == _ADD:
        query_state.add(term)
        return
    kept = [one for one in query_state.last().terms if one.is_text]
    alone = sample is not None
    query_state.edit(query_state.composed(kept if alone else [*kept, term]))
    if alone:
        links.put("sample", sample)


def _short(path: Path) -> str:
    """A file as one writes it in the folder one works in."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _fresh(widget: str) -> str:
    """The key of an upload widget; a new one after each use is what empties it."""
    return f"{widget}_{st.session_state.get(f'{widget}_number', 0)}"
