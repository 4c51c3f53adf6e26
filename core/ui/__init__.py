"""The dashboard's own layer: everything between the pages and `core`, and the only importer of Streamlit.

A page says what it asks and draws through these modules; errors, caching and addresses are dealt with here.
"""

from core import threads

threads.apply("dashboard")  # first: numpy, torch and faiss read their limits when they are imported

from streamlit import columns, stop  # noqa: E402

from core.ui import (  # noqa: E402
    answers,
    browse,
    embedding_map,
    filters,
    home,
    image_query,
    loaders,
    results,
    states,
    text_query,
)
from core.ui.frame import page  # noqa: E402

__all__ = [
    "answers",
    "browse",
    "columns",
    "embedding_map",
    "filters",
    "home",
    "image_query",
    "loaders",
    "page",
    "results",
    "states",
    "stop",
    "text_query",
]
