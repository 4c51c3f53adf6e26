from __future__ import annotations

from pathlib import Path

import pytest

from core import config
from core.config import Settings
from core.errors import ConfigurationError


def test_from_environment__defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment({})
    assert settings.db == config.project_root() / "clip_db"
    assert settings.samples == config.project_root() / "sample_images"
    assert settings.cache == Path.home() / ".cache" / "coco-lens"
    assert (settings.device, settings.url_queries, settings.default_collection) == ("auto", False, "demo")


def test_from_environment__takes_clip_db_of_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clip_db").mkdir()
    assert Settings.from_environment({}).db == tmp_path / "clip_db"


def test_from_environment__reads_every_variable() -> None:
    settings = Settings.from_environment(
        {
            "COCO_LENS_DB": "~/db",
            "COCO_LENS_DEVICE": "CUDA:1",
            "COCO_LENS_CACHE": "some/cache",
            "COCO_LENS_URL_QUERIES": "Yes",
            "COCO_LENS_COLLECTION": "coco",
        }
    )
    assert settings.db == Path.home() / "db"
    assert settings.cache == Path("some/cache")
    assert (settings.device, settings.url_queries, settings.default_collection) == ("cuda:1", True, "coco")


@pytest.mark.parametrize(
    ("name", "value"), [("COCO_LENS_DEVICE", "tpu"), ("COCO_LENS_URL_QUERIES", "perhaps"), ("COCO_LENS_DEVICE", ":0")]
)
def test_from_environment__names_the_variable_it_refuses(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} is '{value}'"):
        Settings.from_environment({name: value})


def test_from_environment__says_what_to_do_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(ConfigurationError, match="COCO_LENS_CACHE"):
        Settings.from_environment({})
    assert Settings.from_environment({"COCO_LENS_CACHE": "here"}).cache == Path("here")


def test_project_root__holds_core() -> None:
    assert (config.project_root() / "core" / "config.py").is_file()
