"""Recall of the fused ranking for every weight of the picture between 0 (captions alone) and 1 (pictures alone).

    python benchmarks/fusion_weight.py NAME [--db DIR] [--step 0.05]

`core.search.FUSED_IMAGE_WEIGHT` was chosen with this. Every caption is a query and is left out of the index itself.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core import threads

threads.apply("build")

import numpy as np  # noqa: E402

from core import config, evaluation, search, store  # noqa: E402
from core.cli import progress_bar, tables  # noqa: E402


def main() -> None:
    """Print one line per weight; the best of each column is marked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--db", type=Path, default=config.Settings.from_environment().db)
    parser.add_argument("--step", type=float, default=0.1)
    arguments = parser.parse_args()
    opened = store.open_store(arguments.db / arguments.name)
    weights = np.round(np.arange(0, 1 + arguments.step / 2, arguments.step), 4).tolist()
    ranks: dict[float, list[np.ndarray]] = {weight: [] for weight in weights}
    with progress_bar.shown() as report:
        for block in evaluation.caption_queries(opened, report=report):
            for weight in weights:
                fused = search.fused_shares(block.images, block.captions, weight).sum(axis=-1)
                ranks[weight].append(evaluation.true_ranks(fused, block.true_rows))
    recalls = {weight: evaluation.summary(np.concatenate(parts)) for weight, parts in ranks.items()}
    columns = [[getattr(recall, name) for recall in recalls.values()] for name in ("r1", "r5", "r10")]
    rows = [
        [
            f"{weight:.2f}{'  in use' if weight == search.FUSED_IMAGE_WEIGHT else ''}",
            *(f"{'*' if column[at] == max(column) else ''}{column[at]:.2f}" for column in columns),
            recall.median_rank,
        ]
        for at, (weight, recall) in enumerate(recalls.items())
    ]
    print(f"{arguments.name}: {len(opened.records):,} pictures, {opened.caption_index.count:,} captions as queries\n")
    tables.print_table(["weight of the picture", "R@1", "R@5", "R@10", "median rank"], rows, right=(1, 2, 3, 4))


if __name__ == "__main__":
    main()
