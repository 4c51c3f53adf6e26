"""What a page shows when there is nothing to show: errors, empty results, missing files, no collection."""

from __future__ import annotations

import logging
import secrets

import streamlit as st

from core import errors
from core.ui import words

_log = logging.getLogger(__name__)

_HEADLINES: tuple[tuple[type[errors.CocoLensError], str], ...] = (
    (errors.StoreMisfitError, "This collection was built with another model"),
    (errors.StoreNotFoundError, "There is no such collection"),
    (errors.StoreCorruptError, "This collection is damaged"),
    (errors.StoreBusyError, "This collection is being written"),
    (errors.StoreWriteError, "This could not be written"),
    (errors.StoreError, "This collection cannot be opened"),
    (errors.NoTextSideError, "This model does not read text"),
    (errors.EncoderError, "The model cannot be loaded"),
    (errors.PictureTooLargeError, "This picture is too large"),
    (errors.PictureError, "This picture cannot be read"),
    (errors.QueryError, "This cannot be asked of this collection"),
    (errors.DownloadError, "This could not be downloaded"),
    (errors.UnsafePathError, "This path is not allowed here"),
    (errors.SourceError, "These pictures or captions cannot be used"),
    (errors.ConfigurationError, "A setting is not right"),
)


def show(error: Exception) -> None:
    """Any error as a message: the page boundary."""
    if isinstance(error, errors.CocoLensError):
        known(error)
    else:
        unexpected(error)


def known(error: errors.CocoLensError) -> None:
    """An error the visitor can act on: a headline of its kind and its own text, which names what, where and the fix."""
    headline = next((text for kind, text in _HEADLINES if isinstance(error, kind)), "This did not work")
    st.error(f"**{headline}.**  \n{_paragraphs(str(error))}", icon=":material/error:")


def unexpected(error: Exception) -> None:
    """Anything else: a short message with an id; the traceback goes to the log under that id, never to the page."""
    fault = secrets.token_hex(4)
    _log.error("fault %s", fault, exc_info=error)
    st.error(
        f"**Something went wrong.** It was logged as `{fault}` ({words.plain(type(error).__name__)}). "
        "Reload the page; if it happens again, please report it with that id and the lines of the log.",
        icon=":material/error:",
    )


def hint(title: str, body: str, icon: str = "travel_explore") -> None:
    """A friendly empty state: what is missing and the next step. `title` and `body` are our own words (Markdown)."""
    with st.container(border=True, horizontal_alignment="center", key=f"hint-{icon}"):
        st.markdown(f"### :material/{icon}: {title}", text_alignment="center")
        st.markdown(body, text_alignment="center")


def nothing_matches(what: str = "picture") -> None:
    """No record passes the filters."""
    hint(f"No {what} matches", "Take a filter away, or use fewer words.", "filter_alt_off")


def missing_files(number: int, root: str) -> None:
    """Pictures of this list whose files are gone: counted once, above the list."""
    if number:
        noun = "file is" if number == 1 else "files are"
        st.warning(
            f"{number:,} picture {noun} missing from {words.plain(root)}. "
            "Captions and scores are still right; put the files back to see them.",
            icon=":material/broken_image:",
        )


def _paragraphs(text: str) -> str:
    """Foreign text line by line, each line shown as it is."""
    return "  \n".join(words.plain(line) for line in text.splitlines() if line.strip())
