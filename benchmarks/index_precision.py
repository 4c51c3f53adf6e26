"""What float16 vectors cost and save: agreement with float32 in the first ten, time per query, bytes.

    python benchmarks/index_precision.py [--collection demo] [--rows 118287] [--dim 512]

First on a collection's own captions against its pictures (real vectors), then on random unit vectors of COCO's size.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core import threads

threads.apply("dashboard")

import faiss  # noqa: E402
import numpy as np  # noqa: E402

from core import open_collection  # noqa: E402
from core.index import VectorIndex  # noqa: E402


def compare(name: str, vectors: np.ndarray, queries: np.ndarray, single: int = 20) -> None:
    """Prints one row: the float16 index beside `IndexFlatIP` over the same float32 rows, timed in turn."""
    half, full = VectorIndex.build(vectors), faiss.IndexFlatIP(vectors.shape[1])
    full.add(vectors)
    _, expected = full.search(queries, 10)
    found = half.search(queries, 10).rows
    agreed = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(expected.tolist(), found.tolist(), strict=True)])
    times: tuple[list[float], list[float]] = ([], [])
    for query in queries[:single]:
        for taken, ask in zip(
            times,
            (lambda q: half.search(q[None], 12), lambda q: full.search(q[None], 12)),
            strict=True,
        ):
            began = time.perf_counter()
            ask(query)
            taken.append(1000 * (time.perf_counter() - began))
    a, b = (statistics.median(taken) for taken in times)
    print(
        f"{name}: {len(vectors):,} x {vectors.shape[1]}; same ten neighbours {100 * agreed:.2f} %; "
        f"float16 {a:.2f} ms, float32 {b:.2f} ms a query; "
        f"{half.size_bytes / 1e6:.1f} against {vectors.nbytes / 1e6:.1f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collection", default="demo")
    parser.add_argument("--rows", type=int, default=118_287)
    parser.add_argument("--dim", type=int, default=512)
    arguments = parser.parse_args()
    collection = open_collection(arguments.collection)
    records = collection.store.records[:1000]
    pictures = [collection.store.picture_path(record) for record in records]
    from core import images

    # Encoded anew: the store's own vectors have been through float16 already.
    vectors = collection.encoder.encode_images([images.open_image(path) for path in pictures])
    texts = collection.encoder.encode_texts([record.captions[0].text for record in records if record.captions])
    compare("captions to pictures", vectors, texts)
    rng = np.random.default_rng(0)
    random = rng.standard_normal((arguments.rows, arguments.dim), dtype=np.float32)
    random /= np.linalg.norm(random, axis=1, keepdims=True)
    noisy = random[:200] + 0.1 * rng.standard_normal((200, arguments.dim), dtype=np.float32)
    compare("random", random, (noisy / np.linalg.norm(noisy, axis=1, keepdims=True)).astype(np.float32))


if __name__ == "__main__":
    main()
