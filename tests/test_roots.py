from __future__ import annotations

import os
from pathlib import Path

import pytest

from core import roots
from core.config import Settings
from core.errors import UnsafePathError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "allowed"
    (folder / "pictures").mkdir(parents=True)
    (tmp_path / "private").mkdir()
    return folder


def test_inside__the_root_itself_and_below(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert roots.inside(str(root), [root]) == root
    assert roots.inside(f"  {root}/pictures/ ", [root]) == root / "pictures"
    assert roots.inside(f"{root}/pictures/../not-there-yet", [root]) == root / "not-there-yet"
    monkeypatch.chdir(root)
    assert roots.inside("pictures", [root]) == root / "pictures"
    monkeypatch.setenv("HOME", str(root))
    assert roots.inside("~/pictures", [root]) == root / "pictures"


def test_inside__links_count_for_where_they_lead(root: Path) -> None:
    (root / "out").symlink_to(root.parent / "private")
    (root / "in").symlink_to(root / "pictures")
    (root / "loop").symlink_to(root / "loop")
    assert roots.inside(f"{root}/in", [root]) == root / "pictures"
    for name in ("out", "out/deeper", "loop/x"):
        with pytest.raises(UnsafePathError):
            roots.inside(f"{root}/{name}", [root])
    linked = root.parent / "linked-root"
    linked.symlink_to(root)
    assert roots.inside(f"{linked}/pictures", [linked]) == root / "pictures"


@pytest.mark.parametrize(
    "typed", ["/etc", "/", "{root}/../private", "{root}x", "..", "~root", "\0", "", "  ", "a" * 5000, "{root}/a\0b"]
)
def test_inside__refuses_and_names_the_setting(root: Path, typed: str) -> None:
    with pytest.raises(UnsafePathError) as refused:
        roots.inside(typed.replace("{root}", str(root)), [root])
    assert "COCO_LENS_ROOTS" in str(refused.value) or not typed.strip() or "usable" in str(refused.value)
    assert len(str(refused.value)) < 700


def test_inside__our_own_folders_are_allowed_and_not_named(root: Path) -> None:
    own = root.parent / "private"
    assert roots.inside(str(own / "one"), [root], also=[own]) == own / "one"
    with pytest.raises(UnsafePathError) as refused:
        roots.inside("/etc", [root], also=[own])
    assert "private" not in str(refused.value)


def test_inside__no_roots_allow_nothing(root: Path) -> None:
    with pytest.raises(UnsafePathError):
        roots.inside(str(root), [])


def test_settings__roots_from_the_environment(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = Settings.from_environment({"COCO_LENS_ROOTS": os.pathsep.join([f"{root}", " ~/Photos ", f"{root}", ""])})
    assert named.roots == (root, Path.home() / "Photos")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    usual = Settings.from_environment({}).roots
    assert usual == (tmp_path, Settings.from_environment({}).samples)
    (tmp_path / "Pictures").mkdir()
    monkeypatch.chdir("/")
    assert Settings.from_environment({}).roots == (usual[1], tmp_path / "Pictures")  # never the whole disk by itself
