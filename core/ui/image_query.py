"""The controls of Image Search: where the query picture comes from, and the picture itself.

A query is held as a small JPEG, whatever was uploaded: the upload is read once, shrunk, and let go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core import errors, images, remote, search
from core.ui import answers, components, gallery, links, loaders, pictures, states, words

if TYPE_CHECKING:
    from core.collection import Collection
    from core.ui.samples import SamplePicture

QUERY_SIDE = 640  # pixels; every model looks at 224 to 448, so nothing it could see is lost
NEAREST_CAPTIONS = 6
_MEGABYTE = 1_000_000
_TYPES = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"]
_OWN = "own_picture"
_MIX = "mix"  # not Text Search's "q": its last query would silently be mixed into the next picture


@dataclass(frozen=True, slots=True)
class PictureQuestion:
    """A picture to search with: one of the collection (`image_id`) or any other (`picture`, JPEG or file bytes)."""

    title: str
    picture: bytes = b""
    image_id: int | None = None


def ask(opened: Collection) -> PictureQuestion | None:
    """Draw the sources, and return the picture asked with; None while there is none. Raises `QueryError` for an address
    that names a picture the collection does not have."""
    like = links.keep("like", lambda raw: None if links.integer(raw) is None else str(links.integer(raw)))
    sample = links.keep("sample", lambda raw: raw if raw in _samples() else None)
    _sources()
    if st.session_state.get("picture_fault"):
        states.known(st.session_state.pop("picture_fault"))
    if like is not None:
        record = opened.store.records[opened.store.row_of(int(like))]
        return PictureQuestion(f"Picture {record.image_id} of this collection", image_id=record.image_id)
    if sample is not None:
        chosen = _samples()[sample]
        return PictureQuestion(f"Sample: {chosen.title}", chosen.path.read_bytes())
    own: PictureQuestion | None = st.session_state.get(_OWN)
    return own


def mixed_text(opened: Collection) -> str:
    """Draw the field for a text that is mixed into the picture, and return it, empty when there is none. A model that
    does not read has no field."""
    if not opened.store.one_space:
        st.caption(f"No text can be mixed in: {words.plain(opened.store.manifest.encoder.model)} does not read text.")
        return ""
    text = links.keep(_MIX, lambda raw: links.line(raw) or None) or ""
    st.session_state["mix_box"] = text
    st.text_input(
        "Mix with text",
        key="mix_box",
        type="search",
        placeholder="Like this, but…",
        max_chars=links.MAX_QUERY,
        on_change=_mix,
    )
    return text


def answer(
    opened: Collection, question: PictureQuestion, text: str, filters: search.Filters
) -> tuple[search.SearchResult, tuple[search.CaptionHit, ...]]:
    """The pictures nearest to the one asked with, `text` mixed in, and the captions nearest to that picture, none where
    the model does not read; a picture of the collection is left out of its own results."""
    k = int(st.session_state["k"])
    captions: tuple[search.CaptionHit, ...] = ()
    if question.image_id is not None:
        found = answers.similar_to(opened, question.image_id, text, k, filters)
        if opened.store.one_space:
            captions = answers.captions_near(opened, question.image_id, NEAREST_CAPTIONS)
    else:
        found = answers.search_picture(opened, question.picture, text, k, filters)
        if opened.store.one_space:
            captions = answers.captions_for(opened, question.picture, NEAREST_CAPTIONS)
    return found, captions


def draw(opened: Collection, question: PictureQuestion) -> None:
    """The query picture with its title, and a button that takes it away."""
    if question.image_id is not None:
        record = opened.store.records[opened.store.row_of(question.image_id)]
        shown = pictures.large_picture(opened, record, QUERY_SIDE)
        text = record.captions[0].display if record.captions else record.file_name
    else:
        shown, text = pictures.picture_uri(question.picture, QUERY_SIDE), ""
    with st.container(key="query-picture"):
        components.draw(
            "picture", {"src": shown, "alt": text or question.title, "title": question.title, "text": text}, key="query"
        )
        st.button("Another picture", icon=":material/close:", key="clear-picture", on_click=_clear, width="stretch")
        if question.image_id is None and question.title.startswith(("Upload", "Photo", "Address")):
            st.caption("This search cannot be shared by its address: the picture is only in your session.")


def _sources() -> None:
    names = ["Upload", "Camera", "Samples", *(["Address"] if loaders.settings().url_queries else [])]
    source = st.segmented_control(
        "Search with", names, default=names[0], required=True, key="source", persist_state="session"
    )
    if source == "Upload":
        _upload()
    elif source == "Camera":
        st.camera_input("Take a picture", key=_fresh("camera"), on_change=_take, args=("camera", "Photo taken now"))
    elif source == "Address":
        st.text_input("Address of a picture", type="url", key="picture_address", on_change=_fetch)
    else:
        _choose_sample()


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
    found = _samples()
    if not found:
        st.caption("There are no sample pictures in this installation.")
    cards = [
        gallery.Card(name, pictures.sample_thumbnail(one.path), alt=one.title, text=one.title)
        for name, one in found.items()
    ]
    chosen = gallery.draw(cards, "samples", "Sample pictures", cell=120, hint="Enter searches with it")
    if chosen is not None:
        _set(sample=chosen)
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
        _keep(encoded, "Address: picture fetched just now")


def _keep(encoded: bytes, title: str) -> None:
    try:
        small = images.encode_jpeg(images.open_image(encoded, max_side=QUERY_SIDE), 92)
    except errors.PictureError as error:
        st.session_state["picture_fault"] = error
        return
    _set(own=PictureQuestion(title, small))


def _set(*, own: PictureQuestion | None = None, sample: str | None = None) -> None:
    """Make this the query, in place of any other."""
    st.session_state[_OWN] = own
    links.put("like", None)
    links.put("sample", sample)


def _clear() -> None:
    _set()
    links.put(_MIX, None)


def _mix() -> None:
    links.put(_MIX, links.line(st.session_state["mix_box"] or "") or None)


def _fresh(widget: str) -> str:
    """The key of an upload widget; a new one after each use is what empties it."""
    return f"{widget}_{st.session_state.get(f'{widget}_number', 0)}"


def _samples() -> dict[str, SamplePicture]:
    return {one.name: one for one in pictures.sample_pictures()}
