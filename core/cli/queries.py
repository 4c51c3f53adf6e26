"""`python -m core search`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from core import errors, query, text_table
from core.cli import options, tables

if TYPE_CHECKING:
    from core.search import SearchResult

_SUMMARY = "Search a collection by texts, by pictures, or by both."
_EXAMPLES = """  python -m core search demo "red bus"
  python -m core search demo "two dogs" -k 5 --by caption --category dog
  python -m core search demo --image photo.jpg --json
  python -m core search demo "in the snow" --image photo.jpg
  python -m core search demo "2*dog + beach - person" --parts
  python -m core search demo "dog" -k 40 --fold
  python -m core search demo "img:1000139[0.1,0.2,0.5,0.5] + file:photo.jpg"

A TEXT is one text, or terms between + and - with blanks around the signs: texts, img:ID (a picture of the collection),
file:PATH, each with a weight before it (2*) and pictures with a part in shares of them ([left,top,width,height]).
Quotes keep signs: "a red + blue kite".

Rankings: image compares the query with the pictures themselves, caption with their captions, fused with both and with
the words that the captions say; things, for a query with a picture, also by what both show, as a photo and a drawing of
one thing do. Scores are comparable only within one query; what they mean is the column "match": how
probable it is that a picture matches. A line divides those that probably match from the rest."""


def register(commands: options.Commands) -> None:
    """Adds `search`."""
    parser = options.add_command(commands, "search", summary=_SUMMARY, examples=_EXAMPLES)
    options.add_collection(parser)
    parser.add_argument("text", nargs="?", metavar="TEXT", help="what the picture should show; see below for terms")
    parser.add_argument("--plain", action="store_true", help="take TEXT as it is, signs and quotes included")
    parser.add_argument(
        "--image", type=Path, metavar="FILE", help="search by this picture; a TEXT is mixed in, counting as much"
    )
    parser.add_argument("-k", type=int, default=10, metavar="N", help="how many pictures (default 10)")
    parser.add_argument(
        "--by",
        choices=("image", "caption", "fused", "things"),
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
    parser.add_argument("--parts", action="store_true", help="show what each term adds to a score")
    parser.add_argument(
        "--fold", action="store_true", help="show near-identical pictures once, and how many more there are"
    )
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

    asked = _asked(arguments)
    opened = collection.open_collection(arguments.name, options.db_folder(arguments), arguments.device)
    found = opened.query(
        asked,
        arguments.k,
        arguments.by,
        category=arguments.category,
        file_contains=arguments.file,
        license=arguments.license,
    )
    if any(opened.text_encoder.exceeds_context(text) for text in asked.texts):
        print("note: the text is longer than what the model reads; its end was left out", file=sys.stderr)
    if arguments.json:
        tables.print_json(found.to_dict() | (_groups(found) if arguments.fold else {}))
    else:
        print(found.to_text(parts=arguments.parts, fold=arguments.fold, width=text_table.terminal_width()))
    return 0


def _asked(arguments: argparse.Namespace) -> query.Query:
    """The picture given as a file, then the terms of the text."""
    terms: list[query.Term] = []
    if arguments.image is not None:
        terms.append(query.Term(query.File(str(arguments.image))))
    if arguments.text is not None:
        text: str = arguments.text
        terms += [query.Term(query.Text(text))] if arguments.plain else query.parse(text).terms
    return query.Query(tuple(terms))


def _groups(found: SearchResult) -> dict[str, list[list[int]]]:
    """The image ids of near-identical hits, the one that stands for them first."""
    return {
        "folded": [[fold.hit.record.image_id, *(hit.record.image_id for hit in fold.others)] for fold in found.folded()]
    }
