from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

import pytest

from core import encoder, errors
from core.ui import answers
from tests import colour_collection, colour_encoder
from tests.ui import drawn
from tests.ui.conftest import Open

PAGES = ("Home.py", drawn.TEXT, drawn.IMAGE, drawn.BROWSE, drawn.EXPLORER)


@pytest.mark.parametrize("page", PAGES)
def test_no_store__says_how_to_make_one(db: Path, visit: Open, page: str) -> None:
    app = visit(page)
    assert not app.exception
    assert "There is no collection yet" in drawn.texts(app)
    assert any("python -m core build" in code.value for code in app.code)


@pytest.mark.parametrize("page", PAGES)
def test_corrupt_store__is_told_not_traced(colours: Path, visit: Open, page: str) -> None:
    index = colours / "images" / "vectors.index"
    flipped = bytearray(index.read_bytes())
    flipped[-1] ^= 1
    index.write_bytes(flipped)
    app = visit(page)
    assert not app.exception
    assert "damaged" in app.error[0].value


def test_misfit__names_both_models(colours: Path, visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "load_encoder", lambda *_, **__: colour_encoder.ColourEncoder(weights="others"))
    app = visit(drawn.TEXT, q="red")
    assert not app.exception
    assert "built with another model" in app.error[0].value
    assert "others" in app.error[0].value


def test_model_that_does_not_load__is_told_and_tried_again(
    colours: Path, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise errors.EncoderError("the weights *are* gone; fetch them again")

    monkeypatch.setattr(encoder, "load_encoder", broken)
    app = visit(drawn.TEXT, q="red")
    assert "cannot be loaded" in app.error[0].value
    assert r"\*are\*" in app.error[0].value
    monkeypatch.setattr(encoder, "load_encoder", colour_collection.load)
    assert drawn.cards(app.run())


def test_unexpected_error__has_an_id_and_is_logged(
    colours: Path, visit: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("secret path /home/me")

    monkeypatch.setattr(answers, "search", broken)
    with caplog.at_level(logging.ERROR):
        app = visit(drawn.TEXT, q="red")
    assert not app.exception
    assert "Something went wrong" in app.error[0].value
    assert "secret" not in app.error[0].value
    fault = app.error[0].value.split("`")[1]
    assert any(fault in record.getMessage() for record in caplog.records)


def test_home__does_not_wait_for_the_model(colours: Path, visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()

    def slow(*_: object, **__: object) -> object:
        gate.wait(20)
        return colour_encoder.ColourEncoder()

    monkeypatch.setattr(encoder, "load_encoder", slow)
    began = time.monotonic()
    app = visit()
    took = time.monotonic() - began
    gate.set()
    assert app.metric
    assert took < 10
    assert "not loaded yet" in drawn.texts(app)


def test_collection_without_captions(db: Path, visit: Open) -> None:
    colour_collection.write(db, "colours", [("red", ()), ("blue", ())])
    for page, address in ((drawn.TEXT, {"q": "red", "by": "fused"}), (drawn.IMAGE, {"like": "1"}), (drawn.BROWSE, {})):
        app = visit(page, **address)
        assert not app.exception
        assert not app.error
        assert drawn.cards(app)
