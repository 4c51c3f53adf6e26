from __future__ import annotations

from pathlib import Path

import pytest

from core import build
from core.ui import build_job, loaders
from tests import colour_collection, colour_encoder
from tests.ui import drawn
from tests.ui.conftest import Open


def test_count_pictures__stops_past_the_limit(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.JPG").touch()
    (tmp_path / "notes.txt").touch()
    assert build_job.count_pictures(tmp_path) == 5
    assert build_job.count_pictures(tmp_path, limit=2) == 3


def fill(app: object, name: str, folder: str) -> None:
    fields = {field.label: field for field in app.text_input}  # type: ignore[attr-defined]
    fields["Name"].set_value(name)
    fields["Folder of pictures"].set_value(folder)
    next(button for button in app.button if button.label == "Build").click().run()  # type: ignore[attr-defined]


def test_quick_start__builds_a_small_folder(
    db: Path, tmp_path: Path, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for colour in ("red", "blue"):
        colour_encoder.picture(colour).save(folder / f"{colour}.png")
    real = build.build_collection
    monkeypatch.setattr(
        build,
        "build_collection",
        lambda *a, **k: real(*a, **k, model="mean-colour", encoder=colour_collection.load()),
    )
    app = visit()
    fill(app, "mine", str(folder))
    assert not app.exception
    build_job.job().wait(60)
    moment = build_job.job().moment()
    assert moment.fault is None
    loaders.stores.clear()  # the watching page does this when the job ends
    app = visit()
    assert app.title[0].value == "mine"
    assert len(drawn.cards(app)) == 2


@pytest.mark.parametrize(
    ("name", "folder", "said"),
    [
        ("mine", "/no/such/folder", "no folder"),
        ("mine", "", "no folder"),
        ("../up", "/", "cannot be used"),
        ("Mine", "/", "cannot be used"),
    ],
)
def test_quick_start__says_what_is_wrong(db: Path, visit: Open, name: str, folder: str, said: str) -> None:
    app = visit()
    fill(app, name, folder)
    assert not app.exception
    assert said in app.error[0].value.replace("\\", "")


def test_quick_start__a_large_folder_belongs_on_the_command_line(
    db: Path, tmp_path: Path, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_job, "count_pictures", lambda _: 99_999)
    app = visit()
    fill(app, "mine", str(tmp_path))
    assert "python -m core build mine" in app.error[0].value.replace("\\", "")
