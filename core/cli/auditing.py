"""`python -m core audit`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from core import errors
from core.cli import options, progress_bar, tables

if TYPE_CHECKING:
    from core.audit import Audit, FindingList
    from core.store import Store

_SUMMARY = (
    "List what looks wrong in a collection: near-duplicates, outliers, misplaced captions, unfound pictures, hubs."
)
_EXAMPLES = """  python -m core audit demo
  python -m core audit demo duplicates --from 0.98
  python -m core audit demo captions -n 50 --json
  python -m core audit demo outliers --csv outliers.csv

Without a list it says how much each of them has. The audit is computed once for each version of a collection and kept
in the cache folder; --again computes it anew. --csv writes the whole list, one line per picture of a finding.

duplicates  groups of pictures that are alike; --from is a cosine. Their pixels must agree too, unless --any-pixels.
outliers    pictures far from all others; --from is in deviations above the median.
captions    captions that fit another picture better than their own; --from as for outliers.
unfound     pictures that none of their captions finds among the first ten; --from is another rank.
hubs        pictures that answer many more queries than others; --from is in standard deviations."""

_KINDS = ("duplicates", "outliers", "captions", "unfound", "hubs")


def register(commands: options.Commands) -> None:
    """Adds `audit`."""
    parser = options.add_command(commands, "audit", summary=_SUMMARY, examples=_EXAMPLES)
    options.add_collection(parser)
    parser.add_argument("list", nargs="?", choices=_KINDS, metavar="LIST", help=", ".join(_KINDS))
    parser.add_argument("-n", type=int, default=20, metavar="N", help="how many findings to print (default 20)")
    parser.add_argument("--from", type=float, dest="level", metavar="X", help="list from this level on; see below")
    parser.add_argument("--sort", choices=("worst", "size", "file"), default="worst", help="order (default worst)")
    parser.add_argument("--any-pixels", action="store_true", help="duplicates: the vectors alone decide")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="also write the whole list to FILE")
    parser.add_argument("--again", action="store_true", help="compute the audit anew")
    options.add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the overview, or one list."""
    from core import audit, config, store

    opened = store.open_store(options.db_folder(arguments) / arguments.name)
    if arguments.list is None and (arguments.csv or arguments.level is not None):
        raise errors.ConfigurationError(f"--csv and --from need a LIST: one of {', '.join(_KINDS)}")
    with progress_bar.shown() as report:
        made = audit.remembered(opened, config.Settings.from_environment().cache, again=arguments.again, report=report)
    if arguments.list is None:
        _overview(opened, made, arguments.json)
        return 0
    same_pixels = False if arguments.any_pixels else None
    found = audit.findings(
        opened,
        made,
        audit.Kind(arguments.list),
        arguments.level,
        audit.Order(arguments.sort),
        same_pixels=same_pixels,
    )
    if arguments.csv:
        _write(arguments.csv, audit.to_csv(found))
    if arguments.json:
        whole = audit.to_dict(found)
        tables.print_json({"collection": opened.manifest.name, "found": len(found), **whole})
        return 0
    _print(found, max(0, arguments.n))
    return 0


def _overview(opened: Store, made: Audit, as_json: bool) -> None:
    from core import audit

    rows: list[tuple[str, int | None, str]] = []
    for kind in audit.Kind:
        reason = audit.why_not(opened, kind)
        if reason:
            rows.append((kind.value, None, reason))
        else:
            found = audit.findings(opened, made, kind)
            rows.append((kind.value, len(found), found.summary))
    if as_json:
        lists = {name: {"found": count, "summary": text} for name, count, text in rows}
        tables.print_json({"collection": opened.manifest.name, "lists": lists})
        return
    tables.print_table(
        ("list", "found", ""),
        [(name, "n/a" if count is None else f"{count:,}", text) for name, count, text in rows],
        right=(1,),
    )


def _print(found: FindingList, most: int) -> None:
    print("\n".join((found.summary, *found.notes)))
    rows = []
    for finding in found:
        if finding.rank > most:
            break
        files = " | ".join(shown.record.file_name for shown in finding.pictures)
        said = f"{finding.why} “{finding.caption.display}”" if finding.caption else finding.why
        rows.append((finding.rank, files, said))
    if rows:
        print()
        tables.print_table(("", "pictures", "why"), rows, right=(0,))
    if len(found) > most:
        print(f"\n{len(found) - most:,} more; -n prints more of them, --csv FILE writes all.")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise errors.ConfigurationError(f"--csv {path}: cannot be written ({reason}); name another file") from error
