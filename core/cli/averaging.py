"""`python -m core average`: one checkpoint from two."""

from __future__ import annotations

import argparse
from pathlib import Path

_EXAMPLES = """examples:
  python -m core average runs/first/best runs/second/best runs/mean --share 0.6
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `average`."""
    parser = commands.add_parser(
        "average",
        help="one CLIP checkpoint from two of one shape, weight by weight",
        description="Average the weights of two CLIP checkpoints of one shape, of which one began from the other.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("first", type=Path, metavar="FIRST", help="a checkpoint folder")
    parser.add_argument("second", type=Path, metavar="SECOND", help="another one")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder for the mean of both")
    parser.add_argument("--share", type=float, default=0.5, help="how much SECOND counts, 0 to 1 (default 0.5)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Writes the mean."""
    from core.training import averaging

    averaging.average(arguments.first, arguments.second, arguments.share, arguments.out)
    print(f"{arguments.out}: {1 - arguments.share:g} of {arguments.first}, {arguments.share:g} of {arguments.second}")
    return 0
