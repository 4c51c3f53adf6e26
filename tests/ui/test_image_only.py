"""The pages on a collection whose model encodes pictures only, with and without another one that read its captions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core import build, encoder
from core.encoder import timm_images
from tests import colour_collection, colour_encoder, tiny_backbone
from tests.ui import drawn
from tests.ui.conftest import Open

NAMES = ("red", "green", "blue", "yellow", "cyan")


@pytest.fixture
def sight(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five captioned pictures as the collections "colours", captions read by the colour encoder, and "unread"."""
    looking = timm_images.load(str(tiny_backbone.write(tmp_path / "sight")), None, device="cpu")

    def load(model: str, pretrained: str | None = None, **_: object) -> encoder.Encoder:
        return looking if model == "sight" else colour_collection.load(model, pretrained)

    monkeypatch.setattr(encoder, "load_encoder", load)
    root = tmp_path / "pictures"
    root.mkdir()
    for name in NAMES:
        colour_encoder.picture(name).save(root / f"{name}.png")
    listed = list(enumerate(NAMES, start=1))
    captions = {
        "images": [{"id": number, "file_name": f"{name}.png"} for number, name in listed],
        "annotations": [{"id": number, "image_id": number, "caption": f"a {name} thing"} for number, name in listed],
    }
    (tmp_path / "captions.json").write_text(json.dumps(captions), encoding="utf-8")
    for name, reader in (("colours", "mean-colour"), ("unread", "none")):
        build.build_collection(name, root, tmp_path / "captions.json", model="sight", text_model=reader, db=db)
    return db


def test_text_search__offers_the_caption_ranking_alone_and_says_why(sight: Path, visit: Open) -> None:
    app = visit(drawn.TEXT, q="blue", by="image")
    assert not app.exception
    assert drawn.cards(app)[0]["id"] == "3"
    assert {card["source"] for card in drawn.cards(app)} == {"caption"}
    assert "by" not in app.session_state
    assert "Ranked by captions only: sight, which the pictures were encoded with, does not read" in drawn.texts(app)
    assert "captions read by mean\\-colour" in drawn.texts(app)
    assert "longer than the model reads" in drawn.texts(visit(drawn.TEXT, q="blue " * 30))


def test_text_search__says_at_once_when_no_text_can_be_asked(sight: Path, visit: Open) -> None:
    for query in ({}, {"q": "blue"}):
        app = visit(drawn.TEXT, collection="unread", **query)
        assert not app.exception
        assert "This model does not read text" in app.error[0].value
        assert "python \\-m core build unread" in app.error[0].value
        assert not drawn.cards(app)


@pytest.mark.parametrize("collection", ["colours", "unread"])
def test_image_search__by_picture_without_text_or_captions(sight: Path, visit: Open, collection: str) -> None:
    app = visit(drawn.IMAGE, collection=collection, like="2")
    assert not app.exception
    assert not app.error
    assert len(drawn.cards(app)) == 4
    assert "No text can be mixed in: sight does not read text" in drawn.texts(app)
    assert not drawn.components(app, "captions")
    colour_encoder.picture("blue").save(sight / "query.png")
    app = visit(drawn.IMAGE, collection=collection)
    app.file_uploader[0].upload("mine.png", (sight / "query.png").read_bytes()).run()
    assert not app.exception
    assert drawn.cards(app)[0]["id"] == "3"


@pytest.mark.parametrize("page", ["Home.py", drawn.BROWSE, drawn.EXPLORER])
def test_other_pages__work_as_ever(sight: Path, visit: Open, page: str) -> None:
    for collection in ("colours", "unread"):
        app = visit(page, collection=collection, star="red")
        assert not app.exception
        assert not app.error
        assert not [box for box in app.text_input if box.key == "star"]


def test_pages__a_collection_that_reads_comes_back_with_all_its_choices(sight: Path, visit: Open) -> None:
    colour_collection.write(sight, "reading")
    app = visit(drawn.TEXT, q="blue")
    app.selectbox(key="collection_box").set_value("reading").run()
    assert not app.exception
    assert app.segmented_control(key="by").value == "fused"
    assert "Ranked by captions only" not in drawn.texts(app)
