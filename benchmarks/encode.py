"""How long one picture and one query take in the encoder: medians in milliseconds, on the pictures of a collection.

    python benchmarks/encode.py [--db clip_db] [--collection demo] [--rounds 60]

The limits the bundled model must keep on two CPU cores: 25 ms a picture, 8 ms a query.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core import threads

threads.apply("dashboard")

from core import images, open_collection  # noqa: E402


def median_ms(ask: Callable[[int], object], rounds: int) -> float:
    """The median of `rounds` calls after five that do not count."""
    taken = []
    for number in range(rounds + 5):
        began = time.perf_counter()
        ask(number)
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken[5:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", default=None)
    parser.add_argument("--collection", default="demo")
    parser.add_argument("--rounds", type=int, default=60)
    arguments = parser.parse_args()
    collection = open_collection(arguments.collection, db=arguments.db)
    encoder, records = collection.encoder, collection.store.records
    pictures = [images.open_image(collection.store.picture_path(record)) for record in records[: arguments.rounds + 5]]
    captions = [caption.display for caption in collection.store.captions[: arguments.rounds + 5]]
    limits = threads.in_force()
    print(f"{encoder.spec.model}, {encoder.device}, {limits.threads} threads of {limits.cores} cores, medians:")
    picture_ms = median_ms(lambda n: encoder.encode_images([pictures[n % len(pictures)]]), arguments.rounds)
    query_ms = median_ms(lambda n: encoder.encode_texts([captions[n % len(captions)]]), arguments.rounds)
    vector = encoder.encode_texts(captions[:1])[0]
    search_ms = median_ms(lambda _: collection.store.image_index.search(vector[None], 12), arguments.rounds)
    whole_ms = median_ms(lambda n: collection.search(captions[n % len(captions)], k=12), arguments.rounds)
    print(f"  one picture          {picture_ms:7.2f} ms")
    print(f"  one query            {query_ms:7.2f} ms")
    print(f"  index, k=12          {search_ms:7.2f} ms")
    print(f"  whole fused search   {whole_ms:7.2f} ms")


if __name__ == "__main__":
    main()
