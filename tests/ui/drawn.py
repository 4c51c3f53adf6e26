"""Read what a page has drawn, where `AppTest` has no accessor of its own."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from core import query

TEXT = "pages/1_Text_Search.py"
IMAGE = "pages/2_Image_Search.py"
BROWSE = "pages/3_Browse_Dataset.py"
EXPLORER = "pages/4_Embedding_Explorer.py"
SHELF = "pages/8_Shelf.py"
BUILD = "pages/9_Build.py"


def components(app: AppTest, name: str) -> list[dict[str, Any]]:
    """The data of every component of ours by that name."""
    found = [node.proto for node in app.get("bidi_component")]
    return [json.loads(proto.json) for proto in found if proto.component_name == f"coco_lens.{name}"]


def cards(app: AppTest) -> list[dict[str, Any]]:
    """The cards of the first gallery."""
    galleries = components(app, "gallery")
    return galleries[0]["items"] if galleries else []


def given(app: AppTest) -> tuple[query.Term, ...]:
    """The pictures that the visitor gave to the query of the page that is open."""
    page = app.session_state[f"_query_of_{app.session_state['_query_page']}"]
    found: tuple[query.Term, ...] = page.given
    return found


def texts(app: AppTest) -> str:
    """Everything written on the page, one line per element."""
    kinds = (app.caption, app.markdown, app.error, app.warning, app.info, app.title, app.subheader)
    return "\n".join(element.value for kind in kinds for element in kind)
