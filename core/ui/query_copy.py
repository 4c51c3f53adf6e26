"""A query to take away: as a line of Python and as a command, which find exactly what the page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core import config, query
from core.ui import loaders

if TYPE_CHECKING:
    from collections.abc import Callable

    from core import search
    from core.collection import Collection


def draw(opened: Collection, asked: query.Query, shown: int, by: search.Ranking, filters: search.Filters) -> None:
    """A button that opens both. Pictures that were handed in have no name to write down; it says so."""
    with st.popover("Copy as code", icon=":material/code:", key="copy-query"):
        if not asked.linkable:
            st.markdown(
                "This query holds a picture that is only in your session, so no line of text can repeat it. Save the "
                "picture, and use it as `file:PATH` in Python or on the command line."
            )
            return
        usual = config.Settings.from_environment({}).db
        here = loaders.settings().db
        db = "" if here == usual else str(here)

        def written(form: Callable[..., str]) -> str:
            return form(
                asked,
                opened.name,
                shown,
                by.value,
                category=filters.categories,
                file_contains=filters.file_contains,
                license=filters.licenses,
                db=db,
            ).strip()

        for title, form, language in (
            ("Python", query.as_python, "python"),
            ("Command line", query.as_command_line, "bash"),
        ):
            st.caption(title)
            st.code(written(form), language=language, wrap_lines=True)
