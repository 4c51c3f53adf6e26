"""`python -m core download`: a data set of the field from the web."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from core.cli import options, progress_bar

_SUMMARY = "Download MS-COCO 2017: pictures, captions and instances."
_EXAMPLES = """  python -m core download coco                       val2017: 5,000 pictures, 1.1 GB to fetch
  python -m core download coco --split train2017 --to ~/data/coco
  python -m core download coco --captions-only       without the pictures' archive

Stopped half-way or cut off, the same command goes on where it was. Sizes and sums are checked."""


def register(commands: options.Commands) -> None:
    """Adds `download`."""
    parser = options.add_command(commands, "download", summary=_SUMMARY, examples=_EXAMPLES)
    parser.add_argument("dataset", choices=("coco",), metavar="coco", help="the data set; there is one so far")
    parser.add_argument(
        "--split", choices=("val2017", "train2017"), default="val2017", help="val2017 (default) or train2017, 19 GB"
    )
    parser.add_argument("--captions-only", action="store_true", help="leave the pictures' archive out")
    parser.add_argument("--to", type=Path, default=Path("coco"), metavar="FOLDER", help="where to (default: coco)")
    parser.add_argument("--mirror", metavar="ADDRESS", help="another server with the same zips/ and annotations/")
    parser.add_argument("--connections", type=int, default=4, metavar="N", help="at once (default 4, at most 16)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Downloads, and prints the command that builds the collection."""
    from core import download

    with progress_bar.shown() as report:
        done = download.download_coco(
            arguments.split,
            arguments.to.expanduser(),
            captions_only=arguments.captions_only,
            mirror=arguments.mirror,
            connections=min(max(arguments.connections, 1), 16),
            report=report,
        )
    if not done.fetched:
        print("Everything is there already.")
    print(f"Captions:  {done.captions}")
    print(f"Instances: {done.instances}")
    words = ["python", "-m", "core", "build", f"coco-{arguments.split}", "--images", str(done.images)]
    words += ["--captions", str(done.captions), "--instances", str(done.instances)]
    if arguments.captions_only:
        words.append("--fetch-missing")
        print("Pictures:  none; the build fetches those it needs from their addresses")
    else:
        print(f"Pictures:  {done.images} ({done.pictures:,})")
    print(f"Build the collection: {shlex.join(words)}")
    return 0
