"""Which pictures a collection is to be made of: a folder, class folders, a COCO JSON with its pictures, or a zip."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from core import build, dataset, errors, roots, store
from core.dataset import Survey
from core.ui import fields, loaders, states, words

FOLDER, CLASSES, COCO, ZIP = KINDS = ("Folder", "Class folders", "COCO JSON", "Zip")
_NONE = "none"
_SUGGESTED = 8
_ABOUT = {
    FOLDER: "Every picture in it and in its sub-folders, with captions from .txt files beside them, if there are any.",
    CLASSES: "As a folder, and the name of each picture's first folder becomes its category.",
    COCO: "The pictures that a COCO captions or instances file lists, with captions, boxes and categories.",
    ZIP: "A zip of any of these. It is unpacked beside the collections and deleted with its collection.",
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where pictures and lists lie. With `archive`, relative to where that will be unpacked. `stem` suggests a name."""

    images: Path
    captions: Path | None
    instances: Path | None
    labels: bool
    survey: Survey
    stem: str
    archive: BinaryIO | None = None


def ask() -> Source | None:
    """Draw the choice; None while it is not made, or is no good, which is said."""
    kind = fields.one_of("Made from", KINDS, "source", default=FOLDER)
    st.caption(_ABOUT[kind])
    try:
        return _zip() if kind == ZIP else _folder(kind)
    except errors.CocoLensError as error:
        states.known(error)
        return None


def allowed(typed: str) -> Path:
    """The path that was typed, where this page may use it: in the folders of the settings, or among uploads. Raises
    `UnsafePathError`."""
    settings = loaders.settings()
    return roots.inside(typed, settings.roots, also=(store.uploads_folder(settings.db),))


def draw_allowed() -> None:
    """Say which folders may be named, and where that is set."""
    listed = words.plain(roots.listed(loaders.settings().roots))
    st.caption(f"May lie in: {listed}. Other folders are allowed with the setting `{roots.SETTING}`.")


def _folder(kind: str) -> Source | None:
    typed = st.text_input("Folder of pictures", key="build_folder", placeholder="the path of a folder")
    if not typed.strip():
        _suggest()
        draw_allowed()
        return None
    folder = allowed(typed)
    with st.spinner("Looking through the folder…"):
        found = _looked_at(str(folder))
    _check_any(found, typed.strip())
    _draw_found(found)
    captions = instances = None
    root = ""
    if kind == COCO:
        captions, instances, root = _listings(folder, found)
        if captions is None and instances is None:
            st.info("Choose a captions file, an instances file, or both.", icon=":material/data_object:")
            return None
    elif kind == CLASSES:
        root = found.root if found.labels else ""
        _check_labels(found)
    elif found.listings:
        st.caption(":material/lightbulb: There are COCO files in it: choose *COCO JSON* above to use them.")
    return Source(folder / root, captions, instances, kind == CLASSES, found, folder.name)


def _zip() -> Source | None:
    most = loaders.settings().max_zip_mb
    given = st.file_uploader("Zip of pictures", type="zip", key="build_zip", max_upload_size=most)
    if given is None:
        st.caption("A larger one: unpack it yourself, and name the folder.")
        return None
    found = _looked_into(given, given.file_id)
    _check_any(found, given.name)
    _draw_found(found)
    captions, instances = (next(iter(found.of_kind(kind)), None) for kind in ("captions", "instances"))
    if captions or instances:
        st.caption(
            "With the lists "
            + " and ".join(f"`{words.plain(one.name)}`" for one in (captions, instances) if one is not None)
        )
    labels = False
    if found.labels and not (captions or instances):
        labels = st.toggle("Folder names are categories", value=len(found.labels) > 1, key="build_zip_labels")
    first = captions or instances
    return Source(
        Path(first.root if first else found.root),
        Path(captions.name) if captions else None,
        Path(instances.name) if instances else None,
        labels,
        found,
        Path(given.name).stem,
        given,
    )


def _listings(folder: Path, found: Survey) -> tuple[Path | None, Path | None, str]:
    """The captions and instances files that were chosen, and where the pictures lie by what they say."""
    chosen: list[Path | None] = []
    first, second = st.columns(2)
    for place, kind in ((first, "captions"), (second, "instances")):
        names = [one.name for one in found.of_kind(kind)]
        others = [one.name for one in found.listings if one.name not in names]
        with place:
            picked = st.selectbox(
                f"{kind.capitalize()} file",
                [*names, _NONE, *others],
                key=f"build_{kind}-{folder}",
                accept_new_options=True,
                help="One that was found in the folder, or type the path of another",
            )
        named = picked not in (None, "", _NONE)
        chosen.append(allowed(os.path.join(folder, str(picked))) if named else None)  # noqa: PTH118
    where = {folder / one.name: one.root for one in found.listings}
    return chosen[0], chosen[1], next((where.get(one, "") for one in chosen if one is not None), "")


def _suggest() -> None:
    """Folders at hand, so that not every path must be typed."""
    at_hand = _at_hand(tuple(map(str, loaders.settings().roots)))
    if at_hand:
        key = "build_at_hand"
        st.pills("At hand", at_hand, key=key, on_change=_take_suggestion, format_func=lambda one: Path(one).name)


def _take_suggestion() -> None:
    st.session_state["build_folder"] = st.session_state.pop("build_at_hand", None) or ""


def _check_any(found: Survey, called: str) -> None:
    if not found.pictures:
        raise errors.SourceError(
            f"There are no pictures in {called!r} or below it: no files that end in .jpg, .png, .webp or the like."
        )


def _check_labels(found: Survey) -> None:
    if not found.labels:
        raise errors.SourceError(
            "All of the pictures lie in one folder, so there are no class folders: put each class into a folder of its "
            "own, or choose Folder."
        )


def _draw_found(found: Survey) -> None:
    more = "" if found.whole else "more than "
    parts = [f":material/photo_library: {more}{words.count(found.pictures, 'picture')}, {words.size(found.size)}"]
    if len(found.labels) > 1:
        named = ", ".join(words.plain(one) for one in found.labels[:4])
        parts.append(f"{words.count(len(found.labels), 'folder')} ({named}{', …' if len(found.labels) > 4 else ''})")
    if found.captioned:
        parts.append("captions beside pictures")
    if found.listings:
        parts.append(words.count(len(found.listings), "COCO file"))
    st.markdown(" · ".join(parts))


@st.cache_data(max_entries=8, ttl=30, show_spinner=False)
def _looked_at(folder: str) -> Survey:
    return dataset.look_at(Path(folder))


@st.cache_data(max_entries=4, show_spinner=False)
def _looked_into(_archive: BinaryIO, file_id: str) -> Survey:
    return build.look_into_zip(_archive)


@st.cache_data(max_entries=1, ttl=60, show_spinner=False)
def _at_hand(named: tuple[str, ...]) -> list[str]:
    """The roots and their folders that hold pictures, by a quick look."""
    found = []
    for root in map(Path, named):
        try:
            below = sorted(one for one in root.iterdir() if one.is_dir() and not one.name.startswith("."))
        except OSError:
            continue
        found += [str(folder) for folder in (root, *below) if dataset.any_pictures(folder)]
    return list(dict.fromkeys(found))[:_SUGGESTED]  # one root may lie in another
