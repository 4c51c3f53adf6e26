"""What several commands have in common: their options and how they are added."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, overload

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]


def add_command(commands: Commands, name: str, *, summary: str, examples: str) -> argparse.ArgumentParser:
    """A command whose `-h` shows `summary`, its options and `examples`."""
    return commands.add_parser(
        name,
        help=summary[0].lower() + summary[1:].partition(".")[0],
        description=summary,
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_collection(parser: argparse.ArgumentParser) -> None:
    """NAME and --db."""
    parser.add_argument("name", metavar="NAME", help="the collection; `python -m core list` shows those there are")
    add_db(parser)


def add_db(parser: argparse.ArgumentParser) -> None:
    """--db."""
    parser.add_argument("--db", type=Path, metavar="DIR", help="folder of the collections (default: clip_db)")


def add_device(parser: argparse.ArgumentParser) -> None:
    """--device."""
    parser.add_argument("--device", default="auto", help="auto (default), cpu, cuda or mps")


def add_json(parser: argparse.ArgumentParser) -> None:
    """--json."""
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def db_folder(arguments: argparse.Namespace) -> Path:
    """The folder of the collections: the option, else the settings'."""
    from core import config

    chosen: Path | None = arguments.db
    return chosen.expanduser() if chosen is not None else config.Settings.from_environment().db


@overload
def lasting(word: str) -> str: ...
@overload
def lasting(word: None) -> None: ...
def lasting(word: str | None) -> str | None:
    """A path as it can be found again from any folder: the collection loads its model by these words for ever."""
    from core.encoder import checkpoints

    if word is None or word in (checkpoints.BUNDLED, *checkpoints.BUNDLED_BACKBONES, "none"):
        return word  # a folder of such a name is not meant
    path = Path(word).expanduser()
    return str(path.resolve()) if path.exists() else word
