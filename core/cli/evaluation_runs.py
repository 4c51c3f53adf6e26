"""`python -m core runs`: the saved evaluations, one of them, or two beside each other."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli import evaluating, options, tables

if TYPE_CHECKING:
    from core.evaluation import Run, SavedRun

_SUMMARY = "List the saved evaluations, show one, or compare two."
_EXAMPLES = """  python -m core runs                        all of them, latest first
  python -m core runs --collection demo
  python -m core runs last                   one run; the beginning of an id will do
  python -m core runs 20261121T10 last       two runs beside each other
  python -m core runs last --csv figures.csv
  python -m core runs last --json
  python -m core runs last --remove"""


def register(commands: options.Commands) -> None:
    """Adds `runs`."""
    parser = options.add_command(commands, "runs", summary=_SUMMARY, examples=_EXAMPLES)
    parser.add_argument("runs", nargs="*", metavar="RUN", help="none, one or two; `last` is the latest")
    parser.add_argument("--collection", metavar="NAME", help="only the runs of one collection")
    parser.add_argument("--csv", metavar="FILE", help="also write the figures, and for one run its classes, as CSV")
    parser.add_argument("--remove", action="store_true", help="remove the runs that are named")
    options.add_db(parser)
    options.add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Lists, shows, compares, removes."""
    from core import errors, evaluation

    db = options.db_folder(arguments)
    if len(arguments.runs) > 2:
        raise errors.QueryError(f"{len(arguments.runs)} runs; expected none, one or two")
    chosen = [evaluation.read_run(db, name) for name in arguments.runs]
    if arguments.remove:
        for one in chosen:
            evaluation.remove_run(db, one.run_id)
            print(f"Removed {one.run_id}")
        return 0
    if not chosen:
        return _list(db, evaluation.list_runs(db, arguments.collection), as_json=arguments.json)
    if arguments.csv:
        _write_csv(arguments.csv, evaluation.to_csv(chosen), evaluation.classes_csv(chosen[0]))
        if arguments.csv == "-":
            return 0
    if arguments.json:
        tables.print_json([evaluating.as_json(one)["run"] for one in chosen])
    elif len(chosen) == 1:
        evaluating.print_run(chosen[0])
        print(f"\nMeasured {chosen[0].started_at} in {chosen[0].seconds:.1f} s; again: {chosen[0].command}")
    else:
        _print_comparison(*chosen)
    return 0


def _list(db: Path, found: tuple[SavedRun, ...], *, as_json: bool) -> int:
    if as_json:
        entries = [
            {"run_id": one.run_id, "collection": one.run.collection.name if one.run else None, "problem": one.problem}
            for one in found
        ]
        tables.print_json({"db": str(db), "runs": entries})
        return 0
    if not found:
        print(f"No runs in {db}. Measure one: python -m core evaluate NAME")
        return 0
    rows = [
        (one.run_id, one.run.collection.encoder.model, f"{one.run.seconds:.1f} s", " ".join(one.run.settings.parts))
        if one.run
        else (one.run_id, "", "", f"FAULT: {one.problem}")
        for one in found
    ]
    tables.print_table(("run", "model", "took", "measured"), rows, right=(2,))
    return 0


def _write_csv(target: str, figures: str, classes: str) -> None:
    from core import errors

    text = figures if classes.count("\n") < 2 else f"{figures}\n{classes}"
    if target == "-":
        sys.stdout.write(text)
        return
    try:
        Path(target).expanduser().write_text(text, encoding="utf-8")
    except OSError as error:
        raise errors.ConfigurationError(f"{target}: cannot be written ({error.strerror})") from error


def _print_comparison(first: Run, second: Run) -> None:
    from core import evaluation

    for letter, one in zip("AB", (first, second), strict=True):
        print(f"{letter}: {one.run_id}, {one.collection.encoder.model}")
    differences = evaluation.compare(first, second)
    if not differences:
        print("\nThe two runs have no figure in common.")
        return
    print()
    tables.print_table(
        ("", "measure", "A", "B", "B - A", ""),
        [
            (
                f"{one.first.part}: {one.first.subject}",
                one.first.measure,
                tables.figure(one.first.value, one.first.low, one.first.high),
                tables.figure(one.second.value, one.second.low, one.second.high),
                "" if one.change is None else f"{one.change:+.2f}",
                "intervals apart" if one.apart else "",
            )
            for one in differences
        ],
        right=(2, 3, 4),
    )
    for reason in evaluation.why_not_alike(first, second):
        print(f"note: not measured alike: {reason}")
