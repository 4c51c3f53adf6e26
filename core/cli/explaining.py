"""`python -m core explain`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from core import errors
from core.cli import options, tables

if TYPE_CHECKING:
    from PIL.Image import Image

_SUMMARY = "Show where in a picture a text finds what it asks for."
_EXAMPLES = """  python -m core explain demo 1000042 "a red bus" --out heat.png
  python -m core explain demo 1000042 "a red bus" --own-side --json

The numbers that say where are those of the picture ranking. Without --own-side the picture is read at a larger size
where the model allows that, which points better; with it, the places are those that the score came from."""

_FORMATS = (".png", ".jpg", ".jpeg", ".webp")


def register(commands: options.Commands) -> None:
    """Adds `explain`."""
    parser = options.add_command(commands, "explain", summary=_SUMMARY, examples=_EXAMPLES)
    options.add_collection(parser)
    parser.add_argument("image_id", type=int, metavar="IMAGE_ID", help="the picture; `search` shows its number")
    parser.add_argument("text", metavar="TEXT", help="what to look for in the picture")
    parser.add_argument("--out", type=Path, metavar="FILE", help="draw the heat over the picture (png, jpg, webp)")
    parser.add_argument(
        "--own-side", action="store_true", help="at the size that the model searches by, however coarse the map"
    )
    options.add_device(parser)
    options.add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the score, how it was split and where it is highest; writes the drawing."""
    _check_out(arguments.out)
    from core import collection, explain

    opened = collection.open_collection(arguments.name, options.db_folder(arguments), arguments.device)
    picture = opened.picture(arguments.image_id)
    (found,) = opened.explain(arguments.image_id, arguments.text, finer=not arguments.own_side)
    across, down = explain.peak(found, picture.size)
    if arguments.out is not None:
        _write(explain.overlay(picture, found), arguments.out)
    if arguments.json:
        tables.print_json(
            {
                "image_id": arguments.image_id,
                "text": arguments.text,
                "total": round(found.total, 6),
                "rest": round(found.rest, 6),
                "method": found.method,
                "exact": found.exact,
                "peak": [round(across / picture.width, 4), round(down / picture.height, 4)],
                "frame": [found.frame.left, found.frame.top, found.frame.width, found.frame.height],
                "heat": [[round(float(value), 6) for value in row] for row in found.heat],
            }
        )
        return 0
    rows = len(found.heat), len(found.heat[0])
    shares = found.total - found.rest
    print(f"score {found.total:.3f}; {rows[0]} × {rows[1]} places, whose heat adds up to {shares:.3f}")
    print(f"highest at {across / picture.width:.0%} from the left, {down / picture.height:.0%} from the top")
    print(f"by {found.method}{' (exact)' if found.exact else ''}")
    if arguments.out is not None:
        print(f"drawn into {arguments.out}")
    return 0


def _check_out(out: Path | None) -> None:
    """Before the model is loaded, that the drawing can be written."""
    if out is None:
        return
    if out.suffix.lower() not in _FORMATS:
        raise errors.ConfigurationError(f"--out {out}: expected a name ending in {', '.join(_FORMATS)}")
    if not out.parent.is_dir():
        raise errors.ConfigurationError(f"--out {out}: the folder {out.parent} does not exist; make it first")


def _write(drawing: Image, out: Path) -> None:
    try:
        drawing.save(out)
    except OSError as error:
        raise errors.ConfigurationError(f"--out {out} cannot be written: {error.strerror or error}") from error
