"""Runs on disk, one JSON file each in `clip_db/.evaluations/`: saved, listed, read back with checks, removed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from core import errors, whole_file
from core.evaluation import json_values
from core.evaluation.measuring import FORMAT_VERSION, Run

FOLDER = ".evaluations"
"""Where saved runs lie, inside the folder of the collections."""
_ID = re.compile(r"\d{8}T\d{12}-[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MOST_BYTES = 32_000_000


@dataclass(frozen=True, slots=True)
class SavedRun:
    """One file; `run` is None where it cannot be read, and `problem` says why."""

    run_id: str
    run: Run | None
    problem: str = ""


def to_text(run: Run) -> str:
    """The run as a JSON object, which `read_run` reads."""
    return json.dumps(json_values.to_json(run), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def save_run(db: Path, run: Run) -> Path:
    """Write the run, whole or not at all, and return its file. Raises `StoreWriteError`."""
    path = _path(db, run.run_id)
    try:
        whole_file.write(path, to_text(run).encode(), durable=True)
    except OSError as error:
        raise errors.StoreWriteError(
            f"{path.parent}: the run could not be saved ({error.strerror}); make room or choose another --db"
        ) from error
    return path


def list_runs(db: Path, collection: str | None = None) -> tuple[SavedRun, ...]:
    """The saved runs, latest first, broken ones with their problem; of one collection where it is named."""
    folder = db / FOLDER
    names = (path.stem for path in folder.glob("*.json")) if folder.is_dir() else ()
    found = []
    for run_id in sorted((name for name in names if _ID.fullmatch(name)), reverse=True):
        if collection is not None and run_id.partition("-")[2] != collection:
            continue
        try:
            found.append(SavedRun(run_id, read_run(db, run_id)))
        except errors.CocoLensError as error:
            found.append(SavedRun(run_id, None, str(error)))
    return tuple(found)


def read_run(db: Path, run_id: str) -> Run:
    """A saved run. "last" is the latest, a beginning of an id will do where only one run has it. Raises `QueryError`
    for one that is not there and `StoreCorruptError` for a file that is no run."""
    path = _path(db, _chosen(db, run_id))
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise errors.StoreCorruptError(f"{path}: {path.stat().st_size:,} bytes are no run of ours; remove the file")
        values = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise errors.QueryError(f"there is no saved run {run_id!r}; see: python -m core runs") from error
    except (OSError, ValueError, RecursionError) as error:
        raise errors.StoreCorruptError(f"{path}: not readable ({error}); remove the file") from error
    version = values.get("format_version") if isinstance(values, dict) else None
    if version != FORMAT_VERSION:
        raise errors.StoreCorruptError(
            f"{path}: a run of format {version!r:.40}, this program reads format {FORMAT_VERSION}; measure again"
        )
    try:
        run = json_values.from_json(Run, values)
    except (ValueError, RecursionError) as error:
        raise errors.StoreCorruptError(f"{path}: no run of ours ({error}); remove the file") from error
    if run.run_id != path.stem:
        raise errors.StoreCorruptError(f"{path}: holds the run {run.run_id[:80]!r}; give the file its own name back")
    return run


def remove_run(db: Path, run_id: str) -> None:
    """Remove a saved run. Raises `QueryError` where there is none, `StoreWriteError` where it cannot be removed."""
    path = _path(db, run_id)
    try:
        path.unlink()
    except FileNotFoundError as error:
        raise errors.QueryError(f"there is no saved run {run_id!r}") from error
    except OSError as error:
        raise errors.StoreWriteError(f"{path}: cannot be removed ({error.strerror})") from error


def _chosen(db: Path, run_id: str) -> str:
    if _ID.fullmatch(run_id) and (db / FOLDER / f"{run_id}.json").is_file():
        return run_id
    folder = db / FOLDER
    known = sorted(path.stem for path in folder.glob("*.json") if _ID.fullmatch(path.stem)) if folder.is_dir() else []
    if run_id == "last" and known:
        return known[-1]
    fitting = [name for name in known if name.startswith(run_id)]
    if len(fitting) > 1:
        raise errors.QueryError(f"{len(fitting)} saved runs begin with {run_id!r}; write more of the id")
    if not run_id or not fitting:
        raise errors.QueryError(f"there is no saved run {run_id!r}; see: python -m core runs")
    return fitting[0]


def _path(db: Path, run_id: str) -> Path:
    if not _ID.fullmatch(run_id):
        raise errors.QueryError(f"{run_id[:80]!a} is not the id of a saved run; see: python -m core runs")
    return db / FOLDER / f"{run_id}.json"
