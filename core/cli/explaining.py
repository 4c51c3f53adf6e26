"""`python -m core explain`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core import errors
from core.cli import options, tables

if TYPE_CHECKING:
    from PIL.Image import Image

    from core.explain import Explanation

_SUMMARY = "Show where in a picture the terms of a query find what they ask for."
_EXAMPLES = """  python -m core explain demo 1000042 "a red bus" --out heat.png
  python -m core explain demo 1000042 "dog + beach - person" --out heat.png
  python -m core explain demo 1000042 "a red bus" --own-side --json

The numbers that say where are those of the picture ranking. Without --own-side the picture is read at larger sizes
where the model allows that, which points better; with it, the places are those that the score came from. Several terms
are drawn into several files: heat-1.png, heat-2.png, …"""

_FORMATS = (".png", ".jpg", ".jpeg", ".webp")


def register(commands: options.Commands) -> None:
    """Adds `explain`."""
    parser = options.add_command(commands, "explain", summary=_SUMMARY, examples=_EXAMPLES)
    options.add_collection(parser)
    parser.add_argument("image_id", type=int, metavar="IMAGE_ID", help="the picture; `search` shows its number")
    parser.add_argument("text", metavar="QUERY", help="what to look for in the picture")
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
    from core import collection

    opened = collection.open_collection(arguments.name, options.db_folder(arguments), arguments.device)
    picture = opened.picture(arguments.image_id)
    found = opened.explain(arguments.image_id, arguments.text, finer=not arguments.own_side)
    files = _write(picture, found, arguments.out) if arguments.out is not None else []
    if arguments.json:
        tables.print_json(
            {
                "image_id": arguments.image_id,
                "text": arguments.text,
                "total": round(sum(one.total for one in found), 6),
                "method": found[0].method,
                "exact": all(one.exact for one in found),
                "terms": [_as_json(one, picture.size) for one in found],
                "files": [str(file) for file in files],
            }
        )
        return 0
    rows, columns = found[0].heat.shape
    print(f"score {sum(one.total for one in found):.3f}; {rows} × {columns} places")
    for one in found:
        across, down = _highest(one, picture.size)
        rest = f", {one.rest:+.3f} of it at no place" if abs(one.rest) >= 0.0005 else ""
        print(f"{one.total:+.3f} {one.term}: highest {across:.0%} from the left, {down:.0%} from the top{rest}")
    print(f"by {found[0].method}{' (exact)' if found[0].exact else ''}")
    for file in files:
        print(f"drawn into {file}")
    return 0


def _as_json(found: Explanation, size: tuple[int, int]) -> dict[str, object]:
    return {
        "term": found.term,
        "total": round(found.total, 6),
        "rest": round(found.rest, 6),
        "peak": [round(share, 4) for share in _highest(found, size)],
        "frame": [found.frame.left, found.frame.top, found.frame.width, found.frame.height],
        "heat": [[round(float(value), 6) for value in row] for row in found.heat],
    }


def _highest(found: Explanation, size: tuple[int, int]) -> tuple[float, float]:
    """As shares of the picture's sides."""
    from core import explain

    across, down = explain.peak(found, size)
    return across / size[0], down / size[1]


def _check_out(out: Path | None) -> None:
    """Before the model is loaded, that the drawing can be written."""
    if out is None:
        return
    if out.suffix.lower() not in _FORMATS:
        raise errors.ConfigurationError(f"--out {out}: expected a name ending in {', '.join(_FORMATS)}")
    if not out.parent.is_dir():
        raise errors.ConfigurationError(f"--out {out}: the folder {out.parent} does not exist; make it first")


def _write(picture: Image, found: Sequence[Explanation], out: Path) -> list[Path]:
    """A drawing for each term, the name of `out` numbered where there are several; their paths."""
    from core import explain

    numbered = [out.with_stem(f"{out.stem}-{number}") for number in range(1, len(found) + 1)]
    files = [out] if len(found) == 1 else numbered
    for one, file in zip(found, files, strict=True):
        try:
            explain.overlay(picture, one).save(file)
        except OSError as error:
            raise errors.ConfigurationError(f"--out {file} cannot be written: {error.strerror or error}") from error
    return files
