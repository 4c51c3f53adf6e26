"""How long Browse Dataset takes to filter and count: medians over filters, for a made-up collection of any size.

python benchmarks/browse.py
python benchmarks/browse.py --pictures 20000 --repeats 30
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core import threads

threads.apply("build")

import numpy as np  # noqa: E402

from core import browsing, facets  # noqa: E402
from core.records import Box, Caption, Category, ImageRecord, License  # noqa: E402

FILTERS = (
    "",
    "category:c3",
    "category:c1,c2,c5",
    "category:c1 category:c2",
    "w10",
    'word:w7 "w3 w4"',
    'category:c1 (license:"licence 2" or width>640) -category:c0',
    "objects:3..5 captions:5 orientation:portrait",
    "file:001 or id:5..9000",
)


def made(pictures: int, captions: int = 5, length: int = 11) -> facets.Columns:
    """COCO's proportions: 80 categories, 7 objects and 5 captions of 11 words a picture, word counts after Zipf."""
    chance = np.random.default_rng(0)
    words = (chance.zipf(1.35, pictures * captions * length) % 25_000).reshape(pictures, captions, length)
    sizes = chance.choice([320, 427, 480, 500, 612, 640, 1280, 2000], (pictures, 2))
    counts = chance.poisson(7, pictures)
    records = []
    for row in range(pictures):
        named = [f"c{number}" for number in chance.zipf(1.4, counts[row]) % 80]
        records.append(
            ImageRecord(
                row + 1,
                f"train/{row:012}.jpg",
                int(sizes[row, 0]),
                int(sizes[row, 1]),
                tuple(
                    Caption(row * captions + nth, " ".join(f"w{word}" for word in words[row, nth]))
                    for nth in range(captions)
                ),
                tuple(sorted(set(named))),
                tuple(Box(name, 0, 0, 1, 1) for name in named),
                license=row % 8,
            )
        )
    started, processor = time.perf_counter(), time.process_time()
    columns = facets.Columns.build(
        records,
        [Category(number, f"c{number}", f"group {number % 12}") for number in range(80)],
        [License(number, f"licence {number}") for number in range(8)],
    )
    taken = f"{time.perf_counter() - started:.1f} s ({time.process_time() - processor:.1f} s of processor time)"
    print(f"columns of {pictures:,} pictures built in {taken}, once per collection")
    return columns


def main() -> None:
    """Print one line per filter: pictures found, and the medians in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=120_000)
    parser.add_argument("--repeats", type=int, default=15)
    arguments = parser.parse_args()
    columns = made(arguments.pictures)
    browsing.browse(columns, facets.parse("w1"), browsing.Order.RANDOM)  # the grammar is made at its first use
    print("medians in milliseconds, by the clock and of processor time (the same on a machine that does nothing else)")
    print(f"{'found':>9} {'filter':>9} {'all':>9} {'all, CPU':>9}   all: filter, count every facet, put in order")
    for text in FILTERS:
        taken: list[tuple[float, float, float]] = []
        for seed in range(arguments.repeats):
            started = time.perf_counter()
            asked = facets.parse(text)
            facets.mask(columns, asked)
            masked, processor = time.perf_counter(), time.process_time()
            listing = browsing.browse(columns, facets.parse(text), browsing.Order.RANDOM, seed)
            taken.append((masked - started, time.perf_counter() - masked, time.process_time() - processor))
        medians = [1000 * statistics.median(column) for column in zip(*taken, strict=True)]
        print(f"{len(listing):9,} {' '.join(f'{median:9.1f}' for median in medians)}   {text or '(none)'}")


if __name__ == "__main__":
    main()
