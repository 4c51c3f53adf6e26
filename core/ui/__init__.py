"""The dashboard's own layer: everything between the pages and `core`, and the only importer of Streamlit.

A page says what it asks and draws through these modules; errors, caching and addresses are dealt with here.
"""

from core import threads

threads.apply("dashboard")  # first: numpy, torch and faiss read their limits when they are imported

from streamlit import columns, stop  # noqa: E402

from core.ui import (  # noqa: E402
    answers,
    audit,
    browse,
    build_list,
    build_new,
    build_watch,
    coco_download,
    compare,
    compare_add,
    compare_hits,
    compare_models,
    embedding_map,
    evaluate,
    evaluate_results,
    evaluate_runs,
    explorer,
    fields,
    filters,
    home,
    image_query,
    loaders,
    map_notes,
    map_side,
    results,
    selection,
    shelf_page,
    states,
    text_query,
)
from core.ui.frame import page, workshop  # noqa: E402

__all__ = [
    "answers",
    "audit",
    "browse",
    "build_list",
    "build_new",
    "build_watch",
    "coco_download",
    "columns",
    "compare",
    "compare_add",
    "compare_hits",
    "compare_models",
    "embedding_map",
    "evaluate",
    "evaluate_results",
    "evaluate_runs",
    "explorer",
    "fields",
    "filters",
    "home",
    "image_query",
    "loaders",
    "map_notes",
    "map_side",
    "page",
    "results",
    "selection",
    "shelf_page",
    "states",
    "stop",
    "text_query",
    "workshop",
]
