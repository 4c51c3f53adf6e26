"""`python -m core compare`: several models over the same pictures."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli import options, progress_bar, tables

if TYPE_CHECKING:
    from core.collection import Collection
    from core.evaluation import Agreement, ClassRetrieval, Shared

_SUMMARY = "Compare two to four collections of the same pictures that different models encoded."
_EXAMPLES = """  python -m core compare demo demo-cnn demo-vit
  python -m core compare demo demo-cnn --like 17          hits of one picture, side by side
  python -m core compare demo demo-cnn --image photo.jpg
  python -m core compare demo demo-cnn --json

Build the collections from one picture folder, each with a model of its own:
  python -m core build pets --images pets/ --labels-from-folders
  python -m core build pets-cnn --images pets/ --labels-from-folders --model cnn-small
  python -m core build pets-vit --images pets/ --labels-from-folders --model timm:vit_base_patch16_224"""

_DISPUTED = 10


def register(commands: options.Commands) -> None:
    """Adds `compare`."""
    parser = options.add_command(commands, "compare", summary=_SUMMARY, examples=_EXAMPLES)
    parser.add_argument("names", nargs="+", metavar="NAME", help="two to four collections")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--like", type=int, metavar="ID", help="a picture of the first collection as query")
    which.add_argument("--image", type=Path, metavar="FILE", help="any picture as query")
    parser.add_argument("-k", type=int, default=10, help="hits, and neighbours compared (default 10)")
    parser.add_argument("--seed", type=int, default=0, help="of the split into queries and index (default 0)")
    options.add_db(parser)
    options.add_device(parser)
    options.add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """One query's hits in columns, or the models over the whole collection."""
    from core import collection, errors, evaluation

    db = options.db_folder(arguments)
    opened = [collection.open_collection(name, db, arguments.device) for name in arguments.names]
    stores = [one.store for one in opened]
    shared = evaluation.shared_pictures(stores)
    if arguments.like is not None or arguments.image is not None:
        return _print_hits(opened, _hits(opened, arguments), as_json=arguments.json)
    table: tuple[ClassRetrieval, ...] = ()
    problem = ""
    with progress_bar.shown() as report:
        agreement = evaluation.neighbour_agreement(stores, shared, k=arguments.k, report=report)
        try:
            table = evaluation.class_table(stores, shared, seed=arguments.seed, resamples=1000, report=report)
        except errors.QueryError as error:
            problem = str(error)
    if arguments.json:
        tables.print_json(_as_json(arguments.names, shared, agreement, table))
    else:
        _print_models(opened, shared, agreement, table, problem)
    return 0


def _hits(opened: list[Collection], arguments: argparse.Namespace) -> list[list[str]]:
    """File names found by each model, best first."""
    from core import evaluation

    found = []
    for one in opened:
        if arguments.image is not None:
            result = one.search_image(arguments.image, arguments.k)
        else:
            asked = opened[0].store.records[opened[0].store.row_of(arguments.like)].file_name
            result = one.similar_to(evaluation.picture_named(one.store, asked).image_id, arguments.k)
        found.append([hit.record.file_name for hit in result.hits])
    return found


def _print_hits(opened: list[Collection], found: list[list[str]], *, as_json: bool) -> int:
    from core import evaluation

    ranks = evaluation.ranks_of(found)
    if as_json:
        tables.print_json({one.name: names for one, names in zip(opened, found, strict=True)})
        return 0
    rows = []
    for rank in range(max(map(len, found))):
        cells = []
        for names in found:
            name = names[rank] if rank < len(names) else ""
            others = sum(own is not None for own in ranks.get(name, ())) - 1
            cells.append(f"{name}{f' (+{others})' if others > 0 else ''}")
        rows.append((rank + 1, *cells))
    tables.print_table(
        ("rank", *(f"{one.name}, {one.store.manifest.encoder.model}" for one in opened)), rows, right=(0,)
    )
    print("\n(+1): one of the other models found it too")
    return 0


def _as_json(
    names: list[str], shared: Shared, agreement: Agreement, table: tuple[ClassRetrieval, ...]
) -> dict[str, Any]:
    disputed = [shared.records[at] for at in agreement.most_disputed(_DISPUTED)]
    return {
        "collections": names,
        "pictures": len(shared.records),
        "k": agreement.k,
        "agreement": [
            dataclasses.asdict(pair) | {"first": names[pair.first], "second": names[pair.second]}
            for pair in agreement.pairs
        ],
        "most_disputed": [{"image_id": one.image_id, "file_name": one.file_name} for one in disputed],
        "class_retrieval": {name: one.to_dict() for name, one in zip(names, table, strict=False)},
    }


def _print_models(
    opened: list[Collection], shared: Shared, agreement: Agreement, table: tuple[ClassRetrieval, ...], problem: str
) -> None:
    names = [one.name for one in opened]
    print(f"{len(shared.records):,} pictures in all of {', '.join(names)}\n")
    tables.print_table(
        ("", "", f"shared of {agreement.k} neighbours", "rank-biased overlap"),
        [
            (names[pair.first], names[pair.second], f"{pair.overlap:.1%}", f"{pair.rank_biased:.3f}")
            for pair in agreement.pairs
        ],
        right=(2, 3),
    )
    print(f"\nThe {_DISPUTED} pictures they agree least about:")
    for at in agreement.most_disputed(_DISPUTED):
        print(f"  {shared.records[at].image_id}  {tables.plain(shared.records[at].file_name)}")
    if not table:
        print(f"\nNo class table: {problem}")
        return
    print("\nClass retrieval on one split\n")
    measures = ("P@1", "P@5", "P@10", "R@10", "mAP")
    rows = []
    for one, found in zip(opened, table, strict=True):
        figures, ends = found.to_dict(), found.intervals
        cells = [tables.figure(figures[name], ends[name].low, ends[name].high) for name in measures]
        rows.append((one.name, one.store.manifest.encoder.model, *cells))
    tables.print_table(("collection", "model", *measures), rows, right=(2, 3, 4, 5, 6))
    print(f"\n{table[0].classes:,} classes, {table[0].queries:,} queries against {table[0].searched:,} pictures")
