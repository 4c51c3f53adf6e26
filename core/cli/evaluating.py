"""`python -m core evaluate`."""

from __future__ import annotations

import argparse
import sys
import textwrap
from typing import TYPE_CHECKING, Any

from core.cli import options, progress_bar, tables

if TYPE_CHECKING:
    from core.evaluation import Run

_SUMMARY = "Measure how good a collection's answers are: of captions, of classes, of class names, of an index."
_EXAMPLES = """  python -m core evaluate demo
  python -m core evaluate demo --json
  python -m core evaluate birds --only classes zero-shot --template "a photo of a {}, a type of bird."
  python -m core evaluate coco --only index -k 10

  captions    captions find their pictures, pictures their captions
  classes     pictures find pictures of their class, on a split into queries and index
  zero-shot   the model names a picture's class from the classes' names (loads the model)
  index       approximate indexes (IVF, HNSW) against the exact one, also under filters

Each run is saved with all that is needed to repeat it: python -m core runs"""

_PARTS = ("captions", "classes", "zero-shot", "index")
_CLASSES_SHOWN = 10


def register(commands: options.Commands) -> None:
    """Adds `evaluate`."""
    parser = options.add_command(commands, "evaluate", summary=_SUMMARY, examples=_EXAMPLES)
    options.add_collection(parser)
    parser.add_argument(
        "--only", nargs="+", choices=_PARTS, default=_PARTS[:2], metavar="PART", help="captions classes zero-shot index"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the split and of everything drawn (default 0)")
    parser.add_argument(
        "--resamples", type=int, default=1000, metavar="N", help="for the 95 %% intervals (default 1000; 0 for none)"
    )
    parser.add_argument(
        "--query-share", type=float, default=0.2, metavar="SHARE", help="of each class, as queries (default 0.2)"
    )
    parser.add_argument(
        "--template",
        action="append",
        metavar="TEXT",
        help="a prompt for zero-shot classification, {} for the name; may be repeated",
    )
    parser.add_argument("-k", type=int, default=10, help="neighbours an index should find (default 10)")
    parser.add_argument(
        "--data-set",
        default="",
        metavar="KEY",
        help="say that these pictures are coco-karpathy-test or flickr30k-test, to see published figures beside ours",
    )
    parser.add_argument("--no-save", action="store_true", help="do not keep the run")
    options.add_device(parser)
    options.add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measures, saves, prints."""
    from core import encoder, errors, evaluation, store

    db = options.db_folder(arguments)
    opened = store.open_store(db / arguments.name)
    manifest = opened.manifest
    settings = evaluation.Settings(
        parts=tuple(evaluation.Part(part) for part in dict.fromkeys(arguments.only)),
        seed=arguments.seed,
        resamples=arguments.resamples,
        query_share=arguments.query_share,
        templates=tuple(arguments.template or evaluation.TEMPLATES),
        k=arguments.k,
        data_set=arguments.data_set,
    )

    def reader() -> encoder.Encoder:
        loaded = encoder.load_encoder(manifest.model, manifest.pretrained, device=arguments.device)
        store.check_fits(opened, loaded.spec)
        return loaded

    with progress_bar.shown() as report:
        measured = evaluation.measure(opened, settings, reader=reader, report=report)
    if not arguments.no_save:
        try:
            evaluation.save_run(db, measured)
        except errors.StoreWriteError as error:  # the figures are worth more than their file
            print(f"note: {error}", file=sys.stderr)
    if arguments.json:
        tables.print_json(as_json(measured))
    else:
        print_run(measured)
    return 0


def as_json(run: Run) -> dict[str, Any]:
    """What `--json` prints: the headline figures under fixed names, then everything."""
    import json

    from core import evaluation

    headline: dict[str, Any] = {
        "images": run.collection.pictures,
        "captions": run.collection.captions,
        "text_to_image": None,
        "image_to_text": None,
        "protocol": evaluation.PROTOCOL,
    }
    if run.captions:
        headline |= run.captions.to_dict()
    headline["class_retrieval"] = run.classes.to_dict() if run.classes else None
    return headline | {"run": json.loads(evaluation.to_text(run))}


def print_run(run: Run) -> None:
    """Tables for people, each with its protocol."""
    from core import evaluation

    one = run.collection
    print(f"{one.name}: {one.pictures:,} pictures, {one.captions:,} captions, {one.encoder.model}, run {run.run_id}")
    for part in run.settings.parts:
        print(f"\n{part.value.capitalize()}\n")
        if part in run.left_out:
            print(f"  Not measured: {tables.plain(run.left_out[part])}.")
            continue
        _PRINTERS[part](run)
        print("\n" + textwrap.fill(f"Protocol: {evaluation.PROTOCOLS[part]}.", 100))


def _print_captions(run: Run) -> None:
    _print_figures(run, "captions")
    if run.captions and run.captions.image_to_text is None:
        print(f"\nPictures and captions cannot be compared: {run.collection.encoder.model} encodes pictures only.")
    if run.published:
        print("\nPublished figures of this model beside ours; * where they differ by more than half a point\n")
        tables.print_table(
            ("", "published", "ours", "difference", ""),
            [
                (one.what, f"{one.published:.2f}", f"{one.ours:.2f}", f"{one.ours - one.published:+.2f}", "*" * one.far)
                for one in run.published
            ],
            right=(1, 2, 3),
        )
        print(f"\nSource: {run.published[0].source}.")
    elif run.settings.data_set:
        print("\nWe know of no published figures of this model for these pictures.")


def _print_classes(run: Run) -> None:
    _print_figures(run, "classes")
    found = run.classes
    if found is None:
        return
    print(
        f"\n{found.classes:,} classes, {found.queries:,} queries against {found.searched:,} pictures; "
        f"P@K by chance {found.chance:.1f}"
    )
    notes = [
        (found.left_out, "queries have no other picture of their class and were left out"),
        (found.unlabelled, "pictures have no class and were left out"),
        (found.twins, "queries have a picture with the same vector in the index: probably the same file twice"),
    ]
    for number, text in notes:
        if number:
            print(f"note: {number:,} {text}")
    worst = sorted(found.per_class, key=lambda one: one.average_precision)[:_CLASSES_SHOWN]
    print(f"\nThe {len(worst)} classes with the lowest average precision (all of them: `runs last --csv -`)\n")
    confused = {}
    for pair in sorted((pair for pair in found.confusions if pair.name != pair.found), key=lambda pair: pair.share):
        confused[pair.name] = f"{pair.found} ({pair.share:.0f} %)"
    tables.print_table(
        ("class", "queries", "searched", "P@1", "P@10", "mAP", "most often found instead"),
        [
            (
                *(one.name, one.queries, one.relevant),
                *(f"{share:.1f}" for share in (one.p1, one.p10, one.average_precision)),
                confused.get(one.name, ""),
            )
            for one in worst
        ],
        right=(1, 2, 3, 4, 5),
    )


def _print_zero_shot(run: Run) -> None:
    _print_figures(run, "zero-shot")
    if run.zero_shot:
        found = run.zero_shot
        print(f"\n{found.pictures:,} pictures, {found.classes:,} classes; top 1 by chance {found.chance:.1f}")


def _print_index(run: Run) -> None:
    found = run.index
    if found is None:
        return
    passing = list(dict.fromkeys(row.passing for row in found.figures))
    rows: dict[tuple[str, str], dict[float, tuple[float, float]]] = {}
    for row in found.figures:
        rows.setdefault((row.kind, row.setting), {})[row.passing] = (row.recall, row.milliseconds)
    heads = ["all" if share == 1 else f"{share:.1%} pass" for share in passing]
    tables.print_table(
        ("index", "setting", *heads),
        [
            (kind, setting, *(f"{cells[share][0]:.1f} % {cells[share][1]:.2f} ms" for share in passing))
            for (kind, setting), cells in rows.items()
        ],
        right=tuple(range(2, 2 + len(passing))),
    )
    print(f"\nrecall@{found.k} and median time of {found.queries} queries; {found.searched:,} pictures searched")
    for built in found.builds:
        print(f"{built.kind}, {built.setting}: built in {built.seconds:.2f} s, {built.size_bytes / 1e6:.1f} MB")


def _print_figures(run: Run, part: str) -> None:
    """The figures of a part: a line for each subject, a column for each measure."""
    from core import evaluation

    found = [one for one in evaluation.figures_of(run) if one.part == part]
    measures = list(dict.fromkeys(one.measure for one in found))
    rows: dict[str, dict[str, str]] = {}
    for one in found:
        rows.setdefault(one.subject, {})[one.measure] = tables.figure(one.value, one.low, one.high)
    tables.print_table(
        ("", *measures),
        [(subject, *(cells[measure] for measure in measures)) for subject, cells in rows.items()],
        right=tuple(range(1, 1 + len(measures))),
    )


_PRINTERS = {
    "captions": _print_captions,
    "classes": _print_classes,
    "zero-shot": _print_zero_shot,
    "index": _print_index,
}
