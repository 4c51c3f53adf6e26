"""`python -m core map`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from core import errors
from core.cli import options, progress_bar, tables

if TYPE_CHECKING:
    from core.projection import Clusters, Map
    from core.store import Store

_SUMMARY = "Lay a collection out as a map: where each picture or caption lies, its cluster, how good the map is."
_EXAMPLES = """  python -m core map demo
  python -m core map demo --method tsne --csv map.csv
  python -m core map demo --method tsne --of both --parquet map.parquet
  python -m core map demo --dims 3 --json map.json

pca keeps large distances and takes seconds; tsne keeps neighbours together and takes a minute for 20,000 points. A map
is computed once for each version of a collection and kept beside it, for the dashboard too; --again computes it anew.

trustworthiness     1 when all ten neighbours on the map are neighbours in the space, about 0.5 by chance
neighbours kept     of the ten nearest in the space, how many are among the ten nearest on the map
neighbourhood hit   of the ten neighbours on the map, how many have the same main category
gap                 between the means of pictures and captions (--of both)

FILE of --parquet opens in viewers of embeddings, for example: embedding-atlas FILE --x x --y y --text text"""


def register(commands: options.Commands) -> None:
    """Adds `map`."""
    parser = options.add_command(commands, "map", summary=_SUMMARY, examples=_EXAMPLES)
    options.add_collection(parser)
    parser.add_argument("--method", choices=("pca", "tsne"), default="pca", help="how to lay it out (default pca)")
    parser.add_argument("--dims", type=int, choices=(2, 3), default=2, help="dimensions (default 2)")
    parser.add_argument("--of", choices=("images", "captions", "both"), default="images", help="default images")
    parser.add_argument("--close-gap", action="store_true", help="both: lay pictures and captions over one another")
    for kind in ("csv", "json", "parquet"):
        parser.add_argument(f"--{kind}", type=Path, metavar="FILE", help=f"write the points to FILE as {kind.upper()}")
    parser.add_argument("--again", action="store_true", help="compute map and clusters anew")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Computes or finds the map, writes it, prints what it is like."""
    from core import projection, store

    recipe = projection.Recipe(
        projection.Method(arguments.method), arguments.dims, projection.Of(arguments.of), arguments.close_gap
    )
    opened = store.open_store(options.db_folder(arguments) / arguments.name)
    with progress_bar.shown() as report:
        made = projection.remembered_map(opened, recipe, again=arguments.again, report=report)
        clusters = projection.remembered_clusters(opened, again=arguments.again, report=report)
    if arguments.csv:
        _write("--csv", arguments.csv, lambda path: _text(path, projection.to_csv(opened, made, clusters)))
    if arguments.json:
        whole = json.dumps(projection.to_dict(opened, made, clusters), ensure_ascii=False, indent=1, allow_nan=False)
        _write("--json", arguments.json, lambda path: _text(path, f"{whole}\n"))
    if arguments.parquet:
        _write("--parquet", arguments.parquet, lambda path: projection.write_parquet(path, opened, made, clusters))
    _print(opened, made, clusters)
    return 0


def _print(opened: Store, made: Map, clusters: Clusters) -> None:
    shown = f"{len(made.points.pictures):,} pictures and {len(made.points.captions):,} captions"
    rows = [("points", shown)]
    if made.axes is not None:
        rows.append(("spread kept", f"{sum(made.axes.explained):.0%}"))
    if made.quality is not None:
        rows += [
            ("trustworthiness", f"{made.quality.trustworthiness:.3f}"),
            ("neighbours kept", f"{made.quality.kept:.0%}"),
        ]
        if made.quality.hit is not None:
            space, chance = made.quality.hit_in_space, made.quality.hit_by_chance
            rows.append(("neighbourhood hit", f"{made.quality.hit:.0%} (space {space:.0%}, chance {chance:.0%})"))
    if made.gap is not None:
        rows.append(("gap", f"{made.gap.distance:.3f}, {made.gap.apart:.0%} told apart"))
    tables.print_table(("map", made.recipe.name), rows)
    print()
    tables.print_table(
        ("pictures", "cluster", "nearest to its middle"),
        [(f"{one.size:,}", one.name, opened.records[one.representative].file_name) for one in clusters.every],
        right=(0,),
    )


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")


def _write(option: str, path: Path, write: Callable[[Path], None]) -> None:
    try:
        write(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise errors.ConfigurationError(f"{option} {path}: cannot be written ({reason}); name another file") from error
