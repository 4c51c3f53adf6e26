"""What a build was asked, noted beside its finished parts, so that whoever finds it interrupted can go on with it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from core import embedding, whole_file
from core.dataset.kinds import Reading
from core.errors import StoreWriteError
from core.store import layout

_FILE = "plan.json"
_PATHS = ("images", "captions", "instances")


@dataclass(frozen=True, slots=True)
class Plan:
    """The arguments of `core.build.build_collection`, or with `adding` of `add_to_collection`, paths absolute.

    `total` pictures are to be encoded.
    """

    name: str
    images: Path
    captions: Path | None = None
    instances: Path | None = None
    labels_from_folders: bool = False
    reading: Reading = field(default_factory=Reading)
    model: str = "bundled"
    pretrained: str | None = None
    text_model: str | None = None
    text_pretrained: str | None = None
    title: str | None = None
    adding: bool = False
    total: int = 0


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A build that was interrupted, or is under way: `done` of `plan.total` pictures are encoded and kept. `changed` is
    when that last changed, in seconds since 1970."""

    plan: Plan
    done: int
    changed: float


def note_plan(db: Path, plan: Plan) -> None:
    """Keep the plan while its build is under way; `forget_work` removes it. Raises `StoreWriteError`."""
    work = layout.work_folder(db, plan.name)
    values = asdict(plan)
    for key in _PATHS:
        path = values[key]
        values[key] = None if path is None else os.path.abspath(path)  # noqa: PTH100 - `resolve` would follow links
    try:
        whole_file.write(work / _FILE, json.dumps(values, indent=1).encode("utf-8", "surrogatepass"))
    except OSError as error:
        raise StoreWriteError(
            f"{work}: cannot be written ({error.strerror or error}); make room or name another folder with --db, then "
            "give the same command again"
        ) from error


def unfinished(db: Path) -> tuple[Unfinished, ...]:
    """Every build in `db` that has a plan, by name; those whose plan cannot be read are left out."""
    found = []
    for path in sorted((db / ".work").glob(f"*/{_FILE}")):
        work = path.parent
        try:
            plan = _plan(path)
            changed = work.stat().st_mtime
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
        if plan.name == work.name:
            found.append(Unfinished(plan, min(embedding.encoded_before(work), plan.total), changed))
    return tuple(found)


def _plan(path: Path) -> Plan:
    """Raises ValueError, KeyError or TypeError for what is no plan."""
    read = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
    values = {one.name: read[one.name] for one in fields(Plan)}
    flags, texts = ("labels_from_folders", "adding"), ("pretrained", "text_model", "text_pretrained", "title")
    kinds: dict[str, Any] = {"reading": dict, "total": int, **dict.fromkeys(flags, bool)}
    kinds |= dict.fromkeys((*texts, "captions", "instances"), str | None)
    for key, value in values.items():
        if not isinstance(value, kinds.get(key, str)):
            raise TypeError(f"{key} is {type(value).__name__}")
    values["reading"] = Reading(**{key: str(value) for key, value in values["reading"].items()})
    for key in _PATHS:
        values[key] = None if values[key] is None else Path(values[key])
    return Plan(**values)
