from __future__ import annotations

from pathlib import Path

from core.ui import samples
from tests import colour_encoder, memory_store


def test_pictures__top_level_only_then_the_photos(tmp_path: Path) -> None:
    (tmp_path / "scenes").mkdir()
    colour_encoder.picture("red").save(tmp_path / "scenes" / "inner.png")
    colour_encoder.picture("red").save(tmp_path / "02_red_bus.png")
    (tmp_path / "notes.txt").touch()
    found = samples.pictures(tmp_path)
    assert [(one.name, one.title) for one in found] == [
        ("02_red_bus", "Red bus"),
        ("photo-temple", "Temple (photo)"),
        ("photo-flower", "Flower (photo)"),
    ]
    assert all(one.path.is_file() for one in found)


def test_pictures__folder_that_is_not_there(tmp_path: Path) -> None:
    assert len(samples.pictures(tmp_path / "nothing")) == 2


def test_queries__short_captions_of_different_categories() -> None:
    store = memory_store.coloured(
        [
            (
                "red",
                ("one", "a red bus stands here", "a very long caption about a red bus that nobody would type"),
            ),
            ("red", ("another red bus there",)),
            ("blue", ("the blue sea at night.",)),
        ]
    )
    found = samples.queries(store)
    assert len(found) == 2
    assert "the blue sea at night" in found
    assert found == samples.queries(store)
    assert len(samples.queries(store, count=1)) == 1
