"""`python -m core …`: the command line. One module per group of commands; each offers `register(commands)`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from core import errors
from core.cli import (
    auditing,
    averaging,
    collections,
    comparing,
    downloading,
    evaluating,
    evaluation_runs,
    explaining,
    importing,
    keeping,
    mapping,
    queries,
    scenes,
    training,
)

_DESCRIPTION = """Coco Lens: build, search and measure collections of captioned pictures.

A collection is a folder of pictures, with their captions where there are any, encoded once into clip_db/NAME."""

_EXAMPLES = """examples:
  python -m core list
  python -m core search demo "a red bus in the snow" -k 5
  python -m core build holidays --images ~/Pictures/holidays
  python -m core COMMAND -h        the options of a command, with examples

The dashboard: streamlit run Home.py
Exit codes: 0 done; 1 a check found faults; 2 the command could not be carried out; 130 stopped by Ctrl-C."""

_RESUMABLE = ("build", "add", "resume", "download", "train")


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one command and return its exit code. Results go to standard output, all else to standard error."""
    for stream in (sys.stdout, sys.stderr):  # a caption must not stop a command in a terminal that cannot show it
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    arguments = _parsed(argv)
    try:
        code = int(arguments.run(arguments))
        sys.stdout.flush()
    except errors.Cancelled as stopped:
        print(f"\n{stopped}", file=sys.stderr)
        return 130
    except errors.CocoLensError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        kept = "; the work so far is kept, and the same command goes on from there"
        print(f"\nStopped{kept if arguments.command in _RESUMABLE else ''}.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader, such as `head`, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the flush at exit must not fail again
        return 0
    return code


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """argparse gives an optional positional up as soon as an option comes before it, so that `search demo -k 5 "bus"`
    would be refused: one word left over is the text that is missing."""
    parser = _parser()
    arguments, left = parser.parse_known_args(argv)
    if len(left) == 1 and not left[0].startswith("-") and getattr(arguments, "text", "") is None:
        arguments.text = left[0]
    elif left:
        parser.error(f"unrecognized arguments: {' '.join(left)}")
    return arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m core",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in (
        queries,
        explaining,
        collections,
        keeping,
        downloading,
        importing,
        evaluating,
        evaluation_runs,
        comparing,
        auditing,
        mapping,
        scenes,
        training,
        averaging,
    ):
        module.register(commands)
    return parser
