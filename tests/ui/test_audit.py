from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import audit
from core.ui import audit_job
from tests import colour_collection
from tests.ui import drawn
from tests.ui.conftest import Open

AUDIT = "pages/5_Audit.py"
ENTRIES = (
    *(("red", (f"a red bus {number}", "red")) for number in range(6)),
    *(("green", ("green grass", "a green field")) for _ in range(6)),
    ("yellow", ("=red", "<b>red</b>")),
    ("blue", ()),
)


@pytest.fixture
def faulty(db: Path) -> Path:
    return colour_collection.write(db, "colours", ENTRIES)


@pytest.fixture
def look(visit: Open) -> Open:
    """`visit`, and again once the audit is done."""

    def finished(**address: str) -> AppTest:
        app = visit(AUDIT, **address)
        audit_job.job().wait(60)
        return app.run()

    return finished


def pairs(app: AppTest) -> list[list[str]]:
    """The image ids of every finding on the page."""
    return [[card["id"] for card in gallery["items"]] for gallery in drawn.components(app, "gallery")]


def test_audit__duplicates_side_by_side_with_reasons(faulty: Path, look: Open) -> None:
    app = look()
    assert not app.exception
    assert not app.error
    assert sorted(map(sorted, pairs(app))) == [
        sorted(str(n) for n in range(1, 7)),
        sorted(str(n) for n in range(7, 13)),
    ]
    assert "2 groups" in drawn.texts(app)
    assert "6 pictures, alike by a cosine of up to 1" in drawn.texts(app).replace("\\", "")


def test_audit__list_level_and_order_from_the_address(faulty: Path, look: Open) -> None:
    app = look(list="captions", from_captions="1.5", sort="file")
    assert not app.exception
    assert app.slider(key="from_captions").value == 1.5
    assert pairs(app)[0][0] == "13"
    assert "fits better" in drawn.cards(app)[1]["text"].lower()
    assert "<b>" not in "".join(line for line in drawn.texts(app).splitlines() if "\\<b" not in line)


def test_audit__hostile_address(faulty: Path, look: Open) -> None:
    app = look(list="<script>", sort="../..", from_duplicates="1e999", pixels="maybe", at="-7")
    assert not app.exception
    assert not app.error
    assert len(pairs(app)) == 2
    for value in ("nan", "-1", "9" * 400, "0x1", "0.5"):
        assert not look(from_duplicates=value, list="duplicates").exception


def test_audit__every_list_draws_at_its_lowest_level(faulty: Path, look: Open) -> None:
    for kind in audit.Kind:
        app = look(**{"list": kind.value, f"from_{kind.value}": str(audit.LEVELS[kind].low)})
        assert not app.exception
        assert not app.error


def test_audit__pixels_toggle_joins_what_only_looks_alike(db: Path, look: Open) -> None:
    colour_collection.write(db, "colours", [("white", ("white",)), ("black", ("black",)), ("white", ("white",))])
    strict, loose = look(), look(pixels="false")
    assert pairs(strict) == [["1", "3"]]
    assert pairs(loose) == [["1", "3"]]
    assert "pixels that differ" in drawn.texts(strict)
    assert "pixels that differ" not in drawn.texts(loose)


def test_audit__pictures_without_captions_say_why(db: Path, look: Open) -> None:
    colour_collection.write(db, "colours", [("red", ()), ("red", ()), ("blue", ())])
    for kind in ("captions", "unfound"):
        app = look(list=kind)
        assert not app.exception
        assert "no captions" in drawn.texts(app)
    assert pairs(look(list="duplicates")) == [["1", "2"]]


def test_audit__is_computed_once_and_anew_for_a_rebuilt_collection(
    faulty: Path, db: Path, look: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = []
    real = audit.keeping.audit_store
    monkeypatch.setattr(audit.keeping, "audit_store", lambda store, **more: computed.append(1) or real(store, **more))
    look()
    app = look(list="hubs")
    assert len(computed) == 1
    colour_collection.write(db, "colours", ENTRIES[:7])
    app.run()
    audit_job.job().wait(60)
    app.run()
    assert not app.exception
    assert len(computed) == 2


def test_audit__large_collection_waits_for_the_button(
    faulty: Path, look: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.ui.audit.AT_ONCE", 3)
    app = look()
    assert "Look for what is wrong" in drawn.texts(app)
    app.button(key="audit-start").click().run()
    audit_job.job().wait(60)
    app.run()
    assert len(pairs(app)) == 2


def test_audit__failure_is_shown_and_can_be_tried_again(
    faulty: Path, look: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("private detail")

    with monkeypatch.context() as broken:
        broken.setattr(audit.keeping, "audit_store", fail)
        app = look()
        assert "Something went wrong" in drawn.texts(app)
        assert "private detail" not in drawn.texts(app)
    app.button(key="audit-start").click().run()
    audit_job.job().wait(60)
    assert len(pairs(app.run())) == 2
