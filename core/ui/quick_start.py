"""What a visitor sees while there is no collection: the form that makes one, and how to on the command line."""

from __future__ import annotations

import streamlit as st

from core.ui import build_new, build_watch, home, loaders, states, words


def draw() -> None:
    """The whole empty state."""
    states.hint(
        "There is no collection yet",
        f"Collections live in **{words.plain(str(loaders.settings().db))}**. Make one from your own pictures: here, or "
        "on the command line.",
        "add_photo_alternate",
    )
    build_watch.draw()
    with st.container(border=True):
        build_new.draw()
    with st.expander("On the command line", icon=":material/terminal:"):
        st.caption("A folder of pictures, with COCO captions when there are any:")
        st.code("python -m core build holidays --images ~/Pictures/holidays", language="bash", wrap_lines=True)
        st.code(
            "python -m core build coco --images val2017 --captions captions_val2017.json",
            language="bash",
            wrap_lines=True,
        )
        st.caption("Folders named by class become categories:")
        st.code("python -m core build birds --images birds --labels-from-folders", language="bash", wrap_lines=True)
        st.caption("Reload this page when it is done.")
    home.system_panel()
