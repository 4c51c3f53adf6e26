"""Frozen settings, and the only reader of the environment (thread variables aside, see `threads`)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigurationError

DEFAULT_COLLECTION = "demo"
"""The one that comes with the project."""
DEVICES = ("auto", "cpu", "cuda", "mps")
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"", "0", "false", "no", "off"})


def project_root() -> Path:
    """The folder that holds `core/`, `Home.py`, `clip_db/` and `sample_images/`."""
    return Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie and what is switched on.

    `db` holds the collections, `samples` the sample query pictures, `cache` thumbnails and other files that can be
    made again. `url_queries` lets the dashboard fetch pictures by address. `max_upload_mb` bounds an uploaded picture,
    `max_zip_mb` an uploaded zip. `roots` are the folders below which the dashboard may read pictures and write
    downloads; the command line takes any folder.
    """

    db: Path
    samples: Path
    cache: Path
    device: str = "auto"
    url_queries: bool = False
    default_collection: str = DEFAULT_COLLECTION
    max_upload_mb: int = 20
    max_zip_mb: int = 1000
    roots: tuple[Path, ...] = ()

    @classmethod
    def from_environment(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Settings from COCO_LENS_DB, COCO_LENS_DEVICE, COCO_LENS_CACHE, COCO_LENS_URL_QUERIES, COCO_LENS_COLLECTION,
        and COCO_LENS_ROOTS (paths with `os.pathsep` between them).

        An unset or empty variable takes the default. Raises `ConfigurationError` for a value that cannot be used.
        """
        env = os.environ if env is None else env
        db, cache = env.get("COCO_LENS_DB", ""), env.get("COCO_LENS_CACHE", "")
        return cls(
            db=Path(db).expanduser() if db else _default_db(),
            samples=project_root() / "sample_images",
            cache=Path(cache).expanduser() if cache else _default_cache(),
            device=_device(env.get("COCO_LENS_DEVICE", "")),
            url_queries=_switch("COCO_LENS_URL_QUERIES", env.get("COCO_LENS_URL_QUERIES", "")),
            default_collection=env.get("COCO_LENS_COLLECTION", "") or DEFAULT_COLLECTION,
            roots=_roots(env.get("COCO_LENS_ROOTS", "")),
        )


def _default_db() -> Path:
    """`clip_db` of the folder one works in, where there is one; else the project's own, which holds the demo."""
    here = Path.cwd() / "clip_db"
    return here if here.is_dir() else project_root() / "clip_db"


def _default_cache() -> Path:
    try:
        return Path.home() / ".cache" / "coco-lens"
    except RuntimeError as error:  # no HOME and no entry in the user table, as in some containers
        raise ConfigurationError(
            "there is no home folder to keep thumbnails in; set COCO_LENS_CACHE to a writable one"
        ) from error


def _roots(value: str) -> tuple[Path, ...]:
    """The folders named; unnamed, the one worked in (unless that is the whole disk), the sample pictures, and Pictures
    in the home folder."""
    named = [part.strip() for part in value.split(os.pathsep) if part.strip()]
    if named:
        return tuple(dict.fromkeys(Path(part).expanduser().absolute() for part in named))
    here = Path.cwd()
    usual = [] if here == Path(here.anchor) else [here]
    usual.append(project_root() / "sample_images")
    try:
        usual.append(Path.home() / "Pictures")
    except RuntimeError:  # no home folder: COCO_LENS_CACHE says so where it matters
        return tuple(usual)
    return tuple(folder for folder in dict.fromkeys(usual) if folder.is_dir())


def _device(value: str) -> str:
    device = value.strip().lower() or "auto"
    if device.split(":")[0] not in DEVICES:
        raise ConfigurationError(f"COCO_LENS_DEVICE is {value!r}; expected one of {', '.join(DEVICES)}")
    return device


def _switch(name: str, value: str) -> bool:
    word = value.strip().lower()
    if word not in _YES | _NO:
        raise ConfigurationError(f"{name} is {value!r}; expected 1 (on) or 0 (off)")
    return word in _YES
