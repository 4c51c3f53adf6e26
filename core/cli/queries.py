"""`python -m core search`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from core import errors
from core.cli import options, tables

if TYPE_CHECKING:
    from core.search import SearchResult

_SUMMARY = "Search a collection by a text, by a picture, or by both."
_EXAMPLES = """  python -m core search demo "red bus"
  python -m core search demo "two dogs" -k 5 --by caption --category dog
  python -m core search demo --image photo.jpg --json
  python -m core search demo "in the snow" --image photo.jpg

Rankings: image compares the query with the pictures themselves, caption with their captions, fused with both.
Scores are cosine similarities: higher is better, and comparable only within one query."""


def register(commands: options.Commands) -> None:
    """Adds `search`."""
    parser = options.add_command(commands, "search", summary=_SUMMARY, examples=_EXAMPLES)
    options.add_collection(parser)
    parser.add_argument("text", nargs="?", metavar="TEXT", help="what the picture should show")
    parser.add_argument(
        "--image", type=Path, metavar="FILE", help="search by this picture; a TEXT is mixed in, counting as much"
    )
    parser.add_argument("-k", type=int, default=10, metavar="N", help="how many pictures (default 10)")
    parser.add_argument(
        "--by",
        choices=("image", "caption", "fused"),
        help="ranking (default: fused for a text where there are captions, else image)",
    )
    parser.add_argument(
        "--category",
        action="append",
        metavar="C",
        help="only pictures with this category; repeat it for any of several",
    )
    parser.add_argument("--file", default="", metavar="PART", help="only pictures whose file name contains PART")
    parser.add_argument("--license", type=int, action="append", metavar="ID", help="only pictures with this licence id")
    options.add_device(parser)
    options.add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints a table of hits, or the result as JSON."""
    if arguments.text is None and arguments.image is None:
        raise errors.QueryError(
            'there is no query: give a TEXT, as in `search demo "red bus"`, a picture, as in '
            "`search demo --image photo.jpg`, or both"
        )
    from core import collection

    opened = collection.open_collection(arguments.name, options.db_folder(arguments), arguments.device)
    filters = {"category": arguments.category, "file_contains": arguments.file, "license": arguments.license}
    if arguments.image is None:
        found = opened.search(arguments.text, arguments.k, arguments.by, **filters)
    else:
        ranking = arguments.by or "image"
        found = opened.search_image(arguments.image, arguments.k, ranking, text=arguments.text or "", **filters)
    if arguments.text is not None and opened.text_encoder.exceeds_context(arguments.text):
        print("note: the text is longer than what the model reads; its end was left out", file=sys.stderr)
    if arguments.json:
        tables.print_json(found.to_dict())
    else:
        _print_result(found)
    return 0


def _print_result(found: SearchResult) -> None:
    rows = [
        (hit.rank, f"{hit.score:.3f}", hit.record.image_id, hit.record.file_name, hit.caption or "") for hit in found
    ]
    tables.print_table(("rank", "score", "image id", "file", "caption"), rows, right=(0, 1, 2))
    times = f"encoded in {found.encode_seconds * 1000:.0f} ms, searched in {found.search_seconds * 1000:.0f} ms"
    counts = f"{len(found):,} of {found.matching:,} pictures"
    print(f"\n{counts} in {found.collection} (ranking: {found.by.value}; model: {found.model}); {times}")
