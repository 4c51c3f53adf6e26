"""How the worked example of fine-tuning parts its photos, and what it needs of its folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import fine_tuning
from core.records import ImageRecord


def test_draw__by_picture_and_the_same_again() -> None:
    records = [ImageRecord(number, f"{number}.jpg") for number in range(50)]
    to_tune, to_measure = fine_tuning.draw(records, 15, seed=0)
    assert len(to_measure) == 15
    assert sorted([*to_tune, *to_measure], key=lambda one: one.image_id) == records
    assert fine_tuning.draw(records, 15, seed=0) == (to_tune, to_measure)
    assert fine_tuning.draw(records, 15, seed=1)[1] != to_measure


def test_main__without_the_photos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["captions", str(tmp_path / "out"), "--shared", str(tmp_path / "gone")]
    monkeypatch.setattr(sys, "argv", ["fine_tuning.py", *given])
    assert fine_tuning.main() == 2
    assert "--shared names the folder of the shared photos" in capsys.readouterr().err
