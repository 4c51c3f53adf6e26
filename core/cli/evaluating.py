"""`python -m core evaluate`."""

from __future__ import annotations

import argparse
import textwrap

from core.cli import options, progress_bar, tables

_SUMMARY = "Measure how well the captions of a collection find their pictures, and the pictures their captions."
_EXAMPLES = """  python -m core evaluate demo
  python -m core evaluate demo --json"""

_NAMES = {"image": "image ranking", "caption": "caption ranking", "fused": "fused ranking"}


def register(commands: options.Commands) -> None:
    """Adds `evaluate`."""
    parser = options.add_command(commands, "evaluate", summary=_SUMMARY, examples=_EXAMPLES)
    options.add_collection(parser)
    options.add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints recall in both directions."""
    from core import evaluation, store

    opened = store.open_store(options.db_folder(arguments) / arguments.name)
    with progress_bar.shown() as report:
        measured = evaluation.evaluate_store(opened, report=report)
    if arguments.json:
        tables.print_json(measured.to_dict())
        return 0
    print(f"{opened.manifest.name}: {measured.images:,} pictures, {measured.captions:,} captions\n")
    rows = [(f"text to image, {_NAMES[by.value]}", recall) for by, recall in measured.text_to_image.items()]
    if measured.image_to_text is not None:
        rows.append(("image to text", measured.image_to_text))
    tables.print_table(
        ("", "R@1", "R@5", "R@10", "median rank"),
        [
            (name, *(f"{share:.1f}" for share in (recall.r1, recall.r5, recall.r10)), _rank(recall.median_rank))
            for name, recall in rows
        ],
        right=(1, 2, 3, 4),
    )
    if measured.image_to_text is None:
        print(f"\nPictures and captions cannot be compared: {opened.manifest.encoder.model} encodes pictures only.")
    print("\n" + textwrap.fill(f"Protocol: {evaluation.PROTOCOL}.", 100))
    return 0


def _rank(median: float | None) -> str:
    return "none" if median is None else f"{median:,.1f}".removesuffix(".0")
