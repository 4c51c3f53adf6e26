"""A classifier's classes by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ConfigurationError
from core.training import classes


def test_read_names__the_first_of_a_line_or_its_everyday_word(tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_text("background\nTabby, tabby cat\nEgyptian cat\ntench, Tinca tinca\n")
    named = classes.read_names(path, {"tabby": "cat", "egyptian cat": "cat"}, 4)
    assert named == ["background", "cat", "cat", "tench"]


def test_read_names__another_number_of_classes_is_named(tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_text("background\ntench\n")
    with pytest.raises(ConfigurationError, match=r"labels\.txt: 2 lines.*3 classes"):
        classes.read_names(path, {}, 3)


def test_read_names__missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere"):
        classes.read_names(tmp_path / "nowhere.txt", {}, 3)
